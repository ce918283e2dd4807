"""Payments: begun, kept as the provider tells, and money received, which is never lost and never taken twice."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions as cases
from eservices.cases import audit_log, number_series
from eservices.cases.actors import SYSTEM

from .. import emails, ledger, tasks
from ..models import Allocation, Basket, Charge, JournalRow, Payment, UnallocatedPayment
from ..polling_schedule import FIRST_PAUSE, next_poll, poll_pause_while_waiting
from ..providers import (
    CANCELLED,
    FAILED,
    PENDING,
    SUCCEEDED,
    PaymentProvider,
    PaymentStatus,
    can_be_polled,
    error_text,
    payment_providers,
)
from ..states import CHARGES, PAYMENTS, ChargeState, is_allowed
from .charges import poll_soon
from .locking import AlreadySettled, PaymentActionRefused, lock_charges, lock_payment

Kind, Why = JournalRow.Kind, UnallocatedPayment.Why


@transaction.atomic
def start_payment(
    *, actor, basket: Basket, provider: PaymentProvider, language: str, back: str = ""
) -> Payment:
    """A payment of what is still due in the basket; the open one of this provider where there is one already.

    So that two tabs, and two presses, pay once.
    """
    charges = lock_charges(basket.charges.values_list("pk", flat=True))
    amount = sum(charge.open_amount for charge in charges if charge.is_payable)
    if not amount:
        raise AlreadySettled(_("There is nothing left to pay."))
    same = {"basket": basket, "provider": provider.key, "amount": amount, "currency": settings.CURRENCY}
    if begun := Payment.objects.open().filter(**same).order_by("opened_at").first():
        return begun
    now = timezone.now()
    return Payment.objects.create(
        **same, language=language, back=back, opened_at=now, due_at=now + FIRST_PAUSE
    )


@transaction.atomic
def save_provider_answer(
    *, actor=SYSTEM, payment: Payment, answer: PaymentStatus, fault: str = ""
) -> Payment:
    """Keeps how the payment stands at its provider, and ``fault`` for staff. What was kept already changes nothing."""
    payment, charges = lock_payment(payment.pk)
    if answer.external_id:
        payment.external_id = answer.external_id
    if answer.state == SUCCEEDED:
        if is_allowed(PAYMENTS, "succeed", payment.state):
            _receive(payment, charges, answer.amount, answer.currency, actor)
        return payment
    action = {PENDING: "start", FAILED: "fail", CANCELLED: "cancel"}[answer.state]
    if not is_allowed(PAYMENTS, action, payment.state):
        Payment.objects.filter(pk=payment.pk).update(due_at=None)
        return payment
    payment.state, payment.fault = PAYMENTS[action][1], fault
    payment.reason = answer.reason[:255]
    payment.url = answer.url or payment.url
    payment.woken_at = None
    payment.due_at = _next(payment, timezone.now()) if answer.state == PENDING else None
    payment.save()
    return payment


@transaction.atomic
def record_receipt(
    *, actor, payment: Payment, amount: int, currency: str, known: dict | None = None
) -> Payment:
    """Money arrived for this payment, whatever the payment's state. Raises ``PaymentActionRefused`` for a second time.

    ``known``: what is kept of it with money that is set aside, as who paid.
    """
    payment, charges = lock_payment(payment.pk)
    if not is_allowed(PAYMENTS, "succeed", payment.state):
        raise PaymentActionRefused(_("This payment has been received already."))
    _receive(payment, charges, amount, currency, actor, known)
    return payment


@transaction.atomic
def record_unallocated(
    *, actor, provider: str, account: str, amount: int, currency: str, why: str, details: dict, payment=None
) -> UnallocatedPayment:
    """Money that no charge takes: kept where everybody sees it, until a person says what becomes of it."""
    kept = UnallocatedPayment.objects.create(
        payment=payment,
        provider=provider,
        account=account,
        amount=amount,
        currency=currency,
        why=why,
        details=details,
    )
    ledger.post_entry(
        Kind.ASIDE,
        debit=account,
        credit=ledger.ledger_accounts().aside,
        amount=amount,
        currency=currency,
        text=f"{kept.get_why_display()} {details.get('reference', '')}".strip(),
        payment=payment,
        set_aside=kept,
    )
    return kept


def record_provider_error(payment: Payment, fault: Exception) -> None:
    """The provider could not be asked: kept for staff, and asked again later."""
    due = _next(payment, timezone.now())
    Payment.objects.open().filter(pk=payment.pk).update(fault=error_text(fault), due_at=due, woken_at=None)


def note_waiting_payer(*, actor=None, payment: Payment) -> None:
    """Somebody waits for it before our page: a worker asks the provider, though not each time that the page asks us.

    However many pages are open, a payment has one wake-up under way and is asked about every few seconds at most.
    """
    now = timezone.now()
    if not payment.is_open or not can_be_polled(payment):
        return
    before = now - poll_pause_while_waiting(now - payment.opened_at)
    if payment.seen_at and payment.seen_at > before:
        return
    unseen = Payment.objects.open().asleep(now).filter(Q(seen_at=None) | Q(seen_at__lte=before))
    if unseen.filter(pk=payment.pk).update(seen_at=now, woken_at=now, due_at=now):
        tasks.poll_payment.enqueue(str(payment.pk))


def wake_due_payments(now: datetime, most: int) -> None:
    """Wakes a worker for payments that the provider should be asked about: those due for the longest time first."""
    due = Payment.objects.due(now).asleep(now)
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:most]:
        if due.filter(pk=pk).update(woken_at=now):
            tasks.poll_payment.enqueue(str(pk))


def allocate(charge: Charge, payment: Payment, amount: int, actor, *, account: str) -> None:
    """Counts money towards a charge, with its journal rows; the case goes on where all is paid.

    The charge and its case must be locked.
    """
    Allocation.objects.create(payment=payment, charge=charge, amount=amount)
    text = f"{charge.case.reference} {payment.receipt}"
    ledger.post_income(Kind.PAYMENT, charge, amount, account=account, text=text, payment=payment)
    charge.paid += amount
    if not charge.open_amount:
        charge.state, charge.due_at = CHARGES["pay"][1], None
    charge.save(update_fields=["paid", "state", "due_at"])
    audit_log.record_event(
        charge.case, "payment_received", actor, amount=amount, receipt=payment.receipt, by=payment.provider
    )
    cases.wake_process(case=charge.case)
    poll_soon(Payment.objects.open().filter(basket__charges=charge).exclude(pk=payment.pk))


def _receive(payment: Payment, charges: list[Charge], amount: int, currency: str, actor, known=None) -> None:
    payment.state, payment.due_at, payment.fault = PAYMENTS["succeed"][1], None, ""
    payment.received, payment.received_currency = amount, currency
    payment.account = payment.account or provider_account(payment)
    payment.settled_at = timezone.now()
    payment.receipt = _receipt_number()
    payment.save()
    rest, why, concerned = amount, _mismatch(payment), charges
    if not why:
        why, concerned = _judged(charges)
        for charge in charges:
            if taken := min(rest, charge.open_amount if charge.is_payable else 0):
                allocate(charge, payment, taken, actor, account=payment.account)
                rest -= taken
    if rest:
        _set_rest_aside(payment, concerned, rest, why, actor, known or {})
    emails.send_receipt(payment, charges)


def _set_rest_aside(payment: Payment, charges: list[Charge], rest: int, why: str, actor, known: dict) -> None:
    record_unallocated(
        actor=actor,
        provider=payment.provider,
        account=payment.account,
        amount=rest,
        currency=payment.received_currency,
        why=why,
        details=known | {"reference": ", ".join(charge.case.reference for charge in charges)},
        payment=payment,
    )
    for charge in charges:
        audit_log.record_event(
            charge.case,
            "payment_set_aside",
            actor,
            amount=rest,
            currency=payment.received_currency,
            why=str(why),
            receipt=payment.receipt,
        )


def _judged(charges: list[Charge]) -> tuple[str, list[Charge]]:
    """Why a rest would be too much, and of which charges: told before any is counted, for all look paid afterwards."""
    closed = [charge for charge in charges if not charge.is_payable]
    late = any(charge.state != ChargeState.PAID for charge in closed)
    return Why.LATE if late else Why.DOUBLE, closed or charges


def _mismatch(payment: Payment) -> str:
    """Why what arrived is not what was asked for; empty where it is."""
    if payment.received_currency.upper() != payment.currency:
        return Why.OTHER_CURRENCY
    return "" if payment.received == payment.amount else Why.OTHER_AMOUNT


def provider_account(payment: Payment) -> str:
    """The ledger account that holds what the payment's provider received."""
    provider = payment_providers.get(payment.provider)
    return getattr(ledger.ledger_accounts(), provider.account if provider else "online")


def _receipt_number() -> str:
    """As Q-2026-00001: without gaps, for it is drawn with the money."""
    series = f"{ledger.ledger_accounts().receipt_prefix}-{timezone.localtime().year}"
    return f"{series}-{number_series.draw_number(f'receipt-{series}'):05}"


def _next(payment: Payment, now: datetime) -> datetime | None:
    provider = payment_providers.get(payment.provider)
    if provider and not provider.asks:
        return None
    return now + next_poll(now - (payment.seen_at or payment.opened_at))
