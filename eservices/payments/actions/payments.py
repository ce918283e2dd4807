"""Actions on payments: start them, save the provider's answers, record money.

Money is never lost or booked twice.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log, number_series
from eservices.cases.actors import SYSTEM, Actor

from .. import emails, ledger
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
from ..signals import payment_due
from ..states import CHARGES, PAYMENTS, ChargeState, is_allowed
from .charges import poll_soon
from .locking import AlreadySettled, PaymentActionRefused, lock_charges, lock_payment

Kind, Why = JournalRow.Kind, UnallocatedPayment.Why


@transaction.atomic
def start_payment(
    *, actor: User, basket: Basket, provider: PaymentProvider, language: str, back: str = ""
) -> Payment:
    """Return the open payment of this provider for what is due in the basket, or create one.

    Reusing it prevents double payments from two tabs or two clicks. Raise AlreadySettled if nothing is due.
    """
    charges = lock_charges(basket.charges.values_list("pk", flat=True))
    amount = sum(charge.open_amount for charge in charges if charge.is_payable)
    if not amount:
        raise AlreadySettled(_("There is no amount left to pay."))
    same = {"basket": basket, "provider": provider.key, "amount": amount, "currency": settings.CURRENCY}
    if begun := Payment.objects.open().filter(**same).order_by("opened_at").first():
        return begun
    now = timezone.now()
    return Payment.objects.create(
        **same, language=language, back=back, opened_at=now, due_at=now + FIRST_PAUSE
    )


@transaction.atomic
def save_provider_answer(
    *, actor: Actor = SYSTEM, payment: Payment, answer: PaymentStatus, fault: str = ""
) -> Payment:
    """Save the state of a payment at its provider, and ``fault`` for staff.

    A payment that is already in a final state does not change, except that money can still arrive.
    """
    payment, charges = lock_payment(payment.pk)
    if answer.external_id:
        payment.external_id = answer.external_id
    if answer.state == SUCCEEDED:
        if is_allowed(PAYMENTS, "succeed", payment.state):
            _receive(payment, charges, answer.amount, answer.currency, actor)
        return payment
    actions: dict[str, str] = {PENDING: "start", FAILED: "fail", CANCELLED: "cancel"}
    action = actions[answer.state]
    if not is_allowed(PAYMENTS, action, payment.state):
        Payment.objects.filter(pk=payment.pk).update(due_at=None)
        return payment
    payment.state, payment.fault = PAYMENTS[action][1], fault
    payment.reason = answer.reason[:255]
    payment.url = answer.url or payment.url
    payment.woken_at = None
    payment.due_at = _next_poll_time(payment, timezone.now()) if answer.state == PENDING else None
    payment.save()
    return payment


@transaction.atomic
def record_receipt(
    *, actor: User, payment: Payment, amount: int, currency: str, details: dict[str, Any] | None = None
) -> Payment:
    """Record money that arrived for this payment, in any of its states.

    Raise PaymentActionRefused if the payment was received before. ``details``: details to store if a part of the
    money remains unallocated, such as the payer.
    """
    payment, charges = lock_payment(payment.pk)
    if not is_allowed(PAYMENTS, "succeed", payment.state):
        raise PaymentActionRefused(_("This payment has been received already."))
    _receive(payment, charges, amount, currency, actor, details)
    return payment


@transaction.atomic
def record_unallocated(
    *,
    actor: Actor,
    provider: str,
    account: str,
    amount: int,
    currency: str,
    why: str,
    details: dict[str, Any],
    payment: Payment | None = None,
) -> UnallocatedPayment:
    """Record money that belongs to no charge as an unallocated payment, which a bookkeeper must settle."""
    unallocated = UnallocatedPayment.objects.create(
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
        text=f"{unallocated.get_why_display()} {details.get('reference', '')}".strip(),
        payment=payment,
        set_aside=unallocated,
    )
    return unallocated


def record_provider_error(payment: Payment, fault: Exception) -> None:
    """Record that the provider could not be asked, for staff, and schedule the next poll."""
    due = _next_poll_time(payment, timezone.now())
    Payment.objects.open().filter(pk=payment.pk).update(fault=error_text(fault), due_at=due, woken_at=None)


def note_waiting_payer(*, actor: User | None = None, payment: Payment) -> None:
    """Have a worker poll the provider because the payer waits on our page, but not at each request of the page.

    A payment has at most one poll in progress and one every few seconds, however many pages are open.
    """
    now = timezone.now()
    if not payment.is_open or not can_be_polled(payment):
        return
    before = now - poll_pause_while_waiting(now - payment.opened_at)
    if payment.seen_at and payment.seen_at > before:
        return
    unseen = Payment.objects.open().needing_wake_up(now).filter(Q(seen_at=None) | Q(seen_at__lte=before))
    if unseen.filter(pk=payment.pk).update(seen_at=now, woken_at=now, due_at=now):
        payment_due.send(sender=Payment, payment_id=payment.pk)


def wake_due_payments(now: datetime, most: int) -> None:
    """Have workers poll at most ``most`` payments that are due, the longest overdue first."""
    due = Payment.objects.due(now).needing_wake_up(now)
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:most]:
        if due.filter(pk=pk).update(woken_at=now):
            payment_due.send(sender=Payment, payment_id=pk)


def allocate(charge: Charge, payment: Payment, amount: int, actor: Actor, *, account: str) -> None:
    """Allocate money to a charge and post it to the journal; wake the process of the case.

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


def _receive(
    payment: Payment, charges: list[Charge], amount: int, currency: str, actor: Actor, details: Any = None
) -> None:
    payment.state, payment.due_at, payment.fault = PAYMENTS["succeed"][1], None, ""
    payment.received, payment.received_currency = amount, currency
    payment.account = payment.account or provider_account(payment)
    payment.settled_at = timezone.now()
    payment.receipt = _receipt_number()
    payment.save()
    rest, why, concerned = amount, _mismatch_text(payment), charges
    if not why:
        why, concerned = _excess_reason(charges)
        for charge in charges:
            if share := min(rest, charge.open_amount if charge.is_payable else 0):
                allocate(charge, payment, share, actor, account=payment.account)
                rest -= share
    if rest:
        _set_rest_aside(payment, concerned, rest, why, actor, details or {})
    emails.send_receipt(payment, charges)


def _set_rest_aside(
    payment: Payment, charges: list[Charge], rest: int, reason: str, actor: Actor, details: dict[str, Any]
) -> None:
    record_unallocated(
        actor=actor,
        provider=payment.provider,
        account=payment.account,
        amount=rest,
        currency=payment.received_currency,
        why=reason,
        details=details | {"reference": ", ".join(charge.case.reference for charge in charges)},
        payment=payment,
    )
    for charge in charges:
        audit_log.record_event(
            charge.case,
            "payment_set_aside",
            actor,
            amount=rest,
            currency=payment.received_currency,
            why=str(reason),
            receipt=payment.receipt,
        )


def _excess_reason(charges: list[Charge]) -> tuple[str, list[Charge]]:
    """Return the reason why a rest would be too much, and the charges concerned.

    Must be called before money is allocated, because all charges look paid afterwards.
    """
    closed = [charge for charge in charges if not charge.is_payable]
    late = any(charge.state != ChargeState.PAID for charge in closed)
    return Why.LATE if late else Why.DOUBLE, closed or charges


def _mismatch_text(payment: Payment) -> str:
    """Return how the money received differs from the payment; "" if it does not."""
    if payment.received_currency.upper() != payment.currency:
        return Why.OTHER_CURRENCY
    return "" if payment.received == payment.amount else Why.OTHER_AMOUNT


def provider_account(payment: Payment) -> str:
    """Return the ledger account for money that the payment's provider received."""
    provider = payment_providers.get(payment.provider)
    account: str = getattr(ledger.ledger_accounts(), provider.account if provider else "online")
    return account


def _receipt_number() -> str:
    """Draw the next receipt number, such as Q-2026-00001.

    The series has no gaps, because the number is drawn in the transaction that records the money.
    """
    series = f"{ledger.ledger_accounts().receipt_prefix}-{timezone.localtime().year}"
    return f"{series}-{number_series.draw_number(f'receipt-{series}'):05}"


def _next_poll_time(payment: Payment, now: datetime) -> datetime | None:
    provider = payment_providers.get(payment.provider)
    if provider and not provider.asks:
        return None
    return now + next_poll(now - (payment.seen_at or payment.opened_at))
