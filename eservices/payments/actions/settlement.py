"""Settlement of unallocated payments, and payouts of providers compared with our books."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases.actors import SYSTEM, Actor

from .. import ledger
from ..models import Charge, JournalRow, Payment, Payout, Refund, UnallocatedPayment
from ..providers import PaymentProvider, PayoutReport
from ..states import PaymentState, RefundState
from . import payments
from .charges import poll_soon
from .locking import PaymentActionRefused, lock_charge

Kind = JournalRow.Kind


@transaction.atomic
def allocate_to_charge(
    *, actor: User, unallocated: UnallocatedPayment, charge: Charge, note: str = ""
) -> Charge:
    """Allocate an unallocated payment to a charge, even an expired one. Any excess remains unallocated."""
    charge = lock_charge(charge.pk)
    unallocated = _lock_unsettled(unallocated)
    if unallocated.currency != charge.currency:
        raise PaymentActionRefused(_("The payment is in another currency."))
    if unallocated.payment is None:
        raise PaymentActionRefused(_("This payment cannot be identified. Book it to another account."))
    amount = min(unallocated.amount, charge.open_amount)
    if not charge.accepts_payment:
        raise PaymentActionRefused(_("No amount is due there any more."))
    _settle(unallocated, actor, UnallocatedPayment.Outcome.APPLIED, note)
    payments.allocate(charge, unallocated.payment, amount, actor, account=ledger.ledger_accounts().aside)
    if rest := unallocated.amount - amount:
        _set_excess_aside(unallocated, rest)
    return charge


@transaction.atomic
def book_to_account(
    *, actor: User, unallocated: UnallocatedPayment, account: str, note: str
) -> UnallocatedPayment:
    """Book an unallocated payment to a ledger account, for a reason."""
    unallocated = _lock_unsettled(unallocated)
    if not note.strip():
        raise PaymentActionRefused(_("Explain why it is booked there."))
    if account == ledger.ledger_accounts().aside:
        raise PaymentActionRefused(
            _("The amount is on this account already. Choose the account that it belongs to.")
        )
    ledger.post_entry(
        Kind.ASIDE,
        debit=ledger.ledger_accounts().aside,
        credit=account,
        amount=unallocated.amount,
        currency=unallocated.currency,
        text=f"{unallocated.get_why_display()} {unallocated.details.get('reference', '')}".strip(),
        payment=unallocated.payment,
        set_aside=unallocated,
    )
    return _settle(unallocated, actor, UnallocatedPayment.Outcome.KEPT, note.strip())


def book_payout(*, actor: Actor = SYSTEM, provider: PaymentProvider, report: PayoutReport) -> Payout | None:
    """Book a payout of a provider and its commission. Return None if it is booked already."""
    try:
        return _book_payout(provider, report)
    except IntegrityError:
        if not _is_booked(provider, report):
            raise
        return None  # another scheduler booked it first


@transaction.atomic
def _book_payout(provider: PaymentProvider, report: PayoutReport) -> Payout | None:
    if _is_booked(provider, report):
        return None
    own = ledger.ledger_accounts()
    payout = Payout.objects.create(
        provider=provider.key,
        external_id=report.external_id,
        arrived_on=report.arrived_on,
        gross=report.gross,
        commission=report.commission,
        net=report.net,
        currency=report.currency,
        expected=_expected_amount(provider, report),
        items=[list(item) for item in report.items],
    )
    about: dict[str, Any] = {
        "currency": report.currency,
        "text": f"{provider.key} {report.external_id}",
        "payout": payout,
    }
    clearing = getattr(own, provider.account)
    ledger.post_entry(Kind.PAYOUT, debit=own.bank, credit=clearing, amount=report.net, **about)
    ledger.post_entry(
        Kind.COMMISSION, debit=own.commission, credit=clearing, amount=report.commission, **about
    )
    listed = [number for number, _amount in report.items]
    poll_soon(Payment.objects.filter(external_id__in=listed).exclude(state=PaymentState.SUCCEEDED))
    return payout


def _is_booked(provider: PaymentProvider, report: PayoutReport) -> bool:
    return Payout.objects.filter(provider=provider.key, external_id=report.external_id).exists()


def _expected_amount(provider: PaymentProvider, report: PayoutReport) -> int:
    """Return the total that our books have for the payments and refunds in the report."""
    listed = [number for number, _amount in report.items]
    family = _provider_group(provider)
    received = Payment.objects.received().filter(provider__in=family, external_id__in=listed)
    given = Refund.objects.filter(
        state=RefundState.DONE, payment__provider__in=family, external_id__in=listed
    )
    return sum(received.values_list("received", flat=True)) - sum(given.values_list("amount", flat=True))


def _provider_group(provider: PaymentProvider) -> list[str]:
    """Return the keys of the payment providers whose money comes in the same payouts."""
    return [provider.key, *provider.paid_out_with]


def _lock_unsettled(unallocated: UnallocatedPayment) -> UnallocatedPayment:
    unallocated = UnallocatedPayment.objects.select_for_update(of=("self",)).get(pk=unallocated.pk)
    if unallocated.outcome:
        raise PaymentActionRefused(_("This has already been settled by another person."))
    return unallocated


def _settle(unallocated: UnallocatedPayment, actor: User, outcome: str, note: str) -> UnallocatedPayment:
    unallocated.outcome, unallocated.note = outcome, note
    unallocated.resolved_at, unallocated.resolved_by = timezone.now(), actor
    unallocated.save(update_fields=["outcome", "note", "resolved_at", "resolved_by"])
    return unallocated


def _set_excess_aside(unallocated: UnallocatedPayment, rest: int) -> None:
    """Create an unallocated payment for the excess, which never left its account."""
    UnallocatedPayment.objects.create(
        payment=unallocated.payment,
        provider=unallocated.provider,
        account=unallocated.account,
        amount=rest,
        currency=unallocated.currency,
        why=UnallocatedPayment.Why.OTHER_AMOUNT,
        details=unallocated.details,
    )
