"""What was set aside, settled by a person; and what providers pay out, compared with our books."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases.actors import SYSTEM

from .. import ledger
from ..models import Charge, JournalRow, Payment, Payout, Refund, SetAside
from ..providers import PayoutReport, Provider
from ..states import PaymentState, RefundState
from . import paying
from .charges import ask_soon
from .locking import Impossible, charge_locked

Kind = JournalRow.Kind


@transaction.atomic
def count_towards(*, actor, kept: SetAside, charge: Charge, note: str = "") -> Charge:
    """Counts money that was set aside towards a charge, also one whose time was over. What is too much stays aside."""
    charge = charge_locked(charge.pk)
    kept = _unsettled(kept)
    if kept.currency != charge.currency:
        raise Impossible(_("It is in another currency."))
    if kept.payment is None:
        raise Impossible(_("Nobody knows which payment this is: book it elsewhere."))
    amount = min(kept.amount, charge.open_amount)
    if not charge.takes_money:
        raise Impossible(_("Nothing is due there any more."))
    _settle(kept, actor, SetAside.Outcome.APPLIED, note)
    paying.apply(charge, kept.payment, amount, actor, account=ledger.accounts().aside)
    if rest := kept.amount - amount:
        _leave(kept, rest)
    return charge


@transaction.atomic
def book_elsewhere(*, actor, kept: SetAside, account: str, note: str) -> SetAside:
    """Books money that was set aside to a ledger account, for a reason."""
    kept = _unsettled(kept)
    if not note.strip():
        raise Impossible(_("Write why it is booked there."))
    if account == ledger.accounts().aside:
        raise Impossible(_("It lies on this account already: choose the one that it belongs to."))
    ledger.post(
        Kind.ASIDE,
        debit=ledger.accounts().aside,
        credit=account,
        amount=kept.amount,
        currency=kept.currency,
        text=f"{kept.get_why_display()} {kept.details.get('reference', '')}".strip(),
        payment=kept.payment,
        set_aside=kept,
    )
    return _settle(kept, actor, SetAside.Outcome.KEPT, note.strip())


def book_payout(*, actor=SYSTEM, provider: Provider, report: PayoutReport) -> Payout | None:
    """Books what a provider transferred, its commission apart; None where it is booked already."""
    try:
        return _book_payout(provider, report)
    except IntegrityError:
        if not _is_booked(provider, report):
            raise
        return None  # another scheduler was faster


@transaction.atomic
def _book_payout(provider: Provider, report: PayoutReport) -> Payout | None:
    if _is_booked(provider, report):
        return None
    own = ledger.accounts()
    payout = Payout.objects.create(
        provider=provider.key,
        external_id=report.external_id,
        arrived_on=report.arrived_on,
        gross=report.gross,
        commission=report.commission,
        net=report.net,
        currency=report.currency,
        expected=_expected(provider, report),
        items=[list(item) for item in report.items],
    )
    about = {"currency": report.currency, "text": f"{provider.key} {report.external_id}", "payout": payout}
    clearing = getattr(own, provider.account)
    ledger.post(Kind.PAYOUT, debit=own.bank, credit=clearing, amount=report.net, **about)
    ledger.post(Kind.COMMISSION, debit=own.commission, credit=clearing, amount=report.commission, **about)
    listed = [number for number, _amount in report.items]
    ask_soon(Payment.objects.filter(external_id__in=listed).exclude(state=PaymentState.SUCCEEDED))
    return payout


def _is_booked(provider: Provider, report: PayoutReport) -> bool:
    return Payout.objects.filter(provider=provider.key, external_id=report.external_id).exists()


def _expected(provider: Provider, report: PayoutReport) -> int:
    """What the payments and refunds in the report amount to by our books."""
    listed = [number for number, _amount in report.items]
    family = _family(provider)
    received = Payment.objects.received().filter(provider__in=family, external_id__in=listed)
    given = Refund.objects.filter(
        state=RefundState.DONE, payment__provider__in=family, external_id__in=listed
    )
    return sum(received.values_list("received", flat=True)) - sum(given.values_list("amount", flat=True))


def _family(provider: Provider) -> list[str]:
    """The means of payment whose money comes in the same transfers."""
    return [provider.key, *provider.paid_out_with]


def _unsettled(kept: SetAside) -> SetAside:
    kept = SetAside.objects.select_for_update(of=("self",)).get(pk=kept.pk)
    if kept.outcome:
        raise Impossible(_("Somebody settled this already."))
    return kept


def _settle(kept: SetAside, actor, outcome: str, note: str) -> SetAside:
    kept.outcome, kept.note = outcome, note
    kept.resolved_at, kept.resolved_by = timezone.now(), actor
    kept.save(update_fields=["outcome", "note", "resolved_at", "resolved_by"])
    return kept


def _leave(kept: SetAside, rest: int) -> None:
    """What is too much stays aside: it never left its account."""
    SetAside.objects.create(
        payment=kept.payment,
        provider=kept.provider,
        account=kept.account,
        amount=rest,
        currency=kept.currency,
        why=SetAside.Why.OTHER_AMOUNT,
        details=kept.details,
    )
