"""Actions on charges: create, remind, extend, reduce, waive, cancel."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case, CaseStage

from .. import emails, ledger
from ..amounts import MAX_AMOUNT
from ..deductions import remaining_lines
from ..models import Basket, Charge, FeeScheduleEntry, Payment
from ..payment_deadline import latest_payment_time
from ..signals import payment_due
from ..states import CHARGES, TAKES_MONEY, ChargeState, is_allowed
from .locking import PaymentActionRefused, lock_charge, lock_charges

DAYS = 30  # days to pay if the service sets none
WORTH_REMINDING = timedelta(days=2)  # payers with less time than this were notified a moment ago


class PriceMissing(Exception):
    """The fee schedule has no price for a line of the charge. The message is for a lead."""


@transaction.atomic
def create_charge(
    *, actor: User, case: Case, stage: CaseStage, days: int, remind_after: int = 0, waived: str = ""
) -> Charge | None:
    """Create the charge of a case at this stage. Return the existing one if any, None if the case is free.

    The case must be locked. ``waived``: the reason if nothing has to be paid. Raise PriceMissing if the fee
    schedule has no price for a line, or if the amount is more than can be billed.
    """
    if made := Charge.objects.filter(stage=stage).first():
        return made
    lines = _lines(case)
    amount = sum(line["total"] for line in lines)
    if not amount:
        return None
    if amount > MAX_AMOUNT:
        raise PriceMissing(
            _(
                "The amount of the request is too high to be billed. A number in it must be wrong, so "
                "refuse the request."
            )
        )
    now = timezone.now()
    expires_at = latest_payment_time(case, now + timedelta(days=days))
    remind_at = _reminder_time(now, remind_after, expires_at)
    charge = Charge.objects.create(
        case=case,
        stage=stage,
        amount=amount,
        currency=settings.CURRENCY,
        lines=lines,
        state=ChargeState.WAIVED if waived else ChargeState.OPEN,
        reason=waived,
        created_at=now,
        remind_at=remind_at,
        expires_at=expires_at,
        due_at=None if waived else min(filter(None, (remind_at, expires_at))),
    )
    audit_log.record_event(case, "charged", actor, amount=amount, currency=charge.currency, waived=waived)
    if not waived:
        Basket.objects.create().charges.add(charge)
    return charge


@transaction.atomic
def create_basket(*, actor: User, charges: Iterable[Charge]) -> Basket:
    """Return a basket to pay several charges at once. The same charges always give the same basket."""
    pks = {charge.pk for charge in charges}
    if not pks:
        raise PaymentActionRefused(_("There is no amount to pay."))
    held = lock_charges(pks)
    if not all(charge.is_payable for charge in held):
        raise PaymentActionRefused(
            _("Part of this has been paid since you opened it. Check the remaining amount.")
        )
    for basket in Basket.objects.filter(charges=held[0].pk).prefetch_related("charges"):
        if {one.pk for one in basket.charges.all()} == pks:
            return basket
    basket = Basket.objects.create()
    basket.charges.set(held)
    return basket


@transaction.atomic
def process_due_charge(charge_id: UUID | str, now: datetime) -> None:
    """Handle a charge that is due at ``now``: remind of it, expire it, or cancel it if its case is closed.

    Safe to call repeatedly.
    """
    charge = lock_charge(charge_id)
    if charge.state != ChargeState.OPEN or charge.due_at is None or charge.due_at > now:
        return
    if not charge.case.is_open:
        cancel_charge(charge=charge)
    elif charge.expires_at <= now:
        _apply_transition(charge, "expire", SYSTEM, "charge_expired", due_at=None)
        _poll_open_payments(charge)
    else:
        emails.send_payment_reminder(charge, charge.basket)
        audit_log.record_event(charge.case, "charge_reminded", SYSTEM)
        charge.due_at = charge.expires_at
        charge.save(update_fields=["due_at"])


@transaction.atomic
def extend_term(*, actor: User, charge: Charge, until: datetime) -> Charge:
    """Extend the payment deadline, even if it has passed, and notify the payer."""
    charge = lock_charge(charge.pk)
    if until <= timezone.now():
        raise PaymentActionRefused(_("Choose a day in the future."))
    if not charge.case.is_open:
        raise PaymentActionRefused(_("The case is closed and no amount is due any more."))
    charge.expires_at = until
    _apply_transition(charge, "extend", actor, "charge_extended", due_at=until, until=until.isoformat())
    emails.send_payment_reminder(charge, charge.basket)
    return charge


@transaction.atomic
def sync_charge(*, actor: User, case: Case) -> Charge | None:
    """Adapt the charge after bookings of the case were cancelled or moved: its amount and its deadline.

    What is booked must be paid by the evening before. Return the charge if it changed, else None. The case must be
    locked.
    """
    found = Charge.objects.filter(case=case, state__in=TAKES_MONEY).first()
    if found is None or not case.is_open:
        return None
    charge = lock_charge(found.pk)
    changed = [_reduce_charge(charge, actor), charge.is_payable and _update_deadline(charge, actor)]
    return charge if any(changed) else None


def _reduce_charge(charge: Charge, actor: User) -> bool:
    """Reduce the charge to what is still due, but not below what was paid. Return whether it changed.

    The caller that cancelled refunds the excess. The lines of the charge become those that are still due; they stay
    as they are if nothing is due.
    """
    lines = _lines(charge.case)
    due = sum(line["total"] for line in lines)
    if due >= charge.amount:
        return False
    if due:
        ledger.post_lines(charge, lines)
        charge.lines = lines
    charge.amount = max(due, charge.paid) or charge.amount
    charge.save(update_fields=["lines", "amount"])
    if not due and not charge.paid:
        _apply_transition(charge, "cancel", actor, "charge_cancelled", due_at=None)
    elif not charge.open_amount:
        _apply_transition(charge, "pay", actor, "charge_lessened", due_at=None)
    else:
        audit_log.record_event(charge.case, "charge_lessened", actor, amount=charge.amount)
    _poll_open_payments(charge)
    return True


def _update_deadline(charge: Charge, actor: User) -> bool:
    """Move the payment deadline to the date that applies now. Return whether it changed.

    Time that an agent added is preserved as far as possible.
    """
    settings, reminded = charge.stage.spec.settings, charge.due_at == charge.expires_at
    first = charge.created_at + timedelta(days=settings.get("days") or DAYS)
    until = latest_payment_time(charge.case, max(first, charge.expires_at))
    if until == charge.expires_at:
        return False
    charge.expires_at = charge.due_at = until
    if charge.remind_at and not reminded:
        charge.remind_at = _reminder_time(charge.created_at, settings.get("remind_after") or 0, until)
        charge.due_at = charge.remind_at or until
    charge.save(update_fields=["remind_at", "expires_at", "due_at"])
    audit_log.record_event(charge.case, "charge_moved", actor, amount=charge.amount, until=until.isoformat())
    return True


@transaction.atomic
def waive_charge(*, actor: User, charge: Charge, reason: str) -> Charge:
    """Waive a charge, for a reason. Payments already received are refunded separately."""
    charge = lock_charge(charge.pk)
    charge.reason = reason.strip()[:255]
    if not charge.reason:
        raise PaymentActionRefused(_("Explain why no payment is needed."))
    _apply_transition(charge, "waive", actor, "charge_waived", due_at=None, reason=charge.reason)
    _poll_open_payments(charge)
    return charge


@transaction.atomic
def cancel_charge(*, actor: Actor = SYSTEM, charge: Charge) -> None:
    """Cancel the charge of a closed case. Do nothing if the case is open or the charge is paid, waived or cancelled."""
    charge = lock_charge(charge.pk)
    if charge.case.is_open or not is_allowed(CHARGES, "cancel", charge.state):
        return
    _apply_transition(charge, "cancel", actor, "charge_cancelled", due_at=None)
    _poll_open_payments(charge)


@transaction.atomic
def discard_charges(*, actor: User, case: Case) -> None:
    """Delete the charges of a rehearsal."""
    rehearsed = Charge.objects.filter(case=case, case__rehearsal=True)
    Basket.objects.filter(charges__in=rehearsed).delete()
    rehearsed.delete()


def _reminder_time(asked: datetime, days: int, until: datetime) -> datetime | None:
    """Return when to remind: ``days`` after ``asked``, or halfway if the payment deadline comes first.

    None if no reminder is wanted, or if less than ``WORTH_REMINDING`` is left.
    """
    now, wanted = timezone.now(), asked + timedelta(days=days)
    if not days or wanted < until:
        return wanted if days else None
    return now + (until - now) / 2 if until - now >= WORTH_REMINDING else None


def _lines(case: Case) -> list[dict[str, Any]]:
    """Return the fee lines of the submission that are still due, with the ledger accounts of today's fee schedule."""
    sent = remaining_lines(case)
    entries = {
        entry.key: entry
        for entry in FeeScheduleEntry.objects.filter(key__in=[one.get("entry", "") for one in sent])
    }
    for line in sent:
        if "entry" in line and not line["since"]:
            raise PriceMissing(
                _("The fee schedule had no price for “%(key)s” that day.") % {"key": line["entry"]}
            )
    return [line | _booking(entries.get(line.get("entry"))) for line in sent if line["total"]]


def _booking(entry: FeeScheduleEntry | None) -> dict[str, Any]:
    if entry is None:
        return {"account": ledger.ledger_accounts().fees, "cost_centre": "", "regulation": ""}
    return {
        "account": entry.account or ledger.ledger_accounts().fees,
        "cost_centre": entry.cost_centre,
        "regulation": entry.regulation,
    }


def _apply_transition(
    charge: Charge, action: str, actor: Actor, event: str, *, due_at: datetime | None, **data: Any
) -> None:
    """Apply one transition of ``states.CHARGES`` and wake the process of the case."""
    if not is_allowed(CHARGES, action, charge.state):
        raise PaymentActionRefused(
            _("This is no longer possible. Its state is now “%(state)s”.")
            % {"state": charge.get_state_display()}
        )
    charge.state, charge.due_at = CHARGES[action][1], due_at
    charge.save(update_fields=["state", "reason", "expires_at", "due_at"])
    audit_log.record_event(charge.case, event, actor, amount=charge.amount, **data)
    cases.wake_process(case=charge.case)


def _poll_open_payments(charge: Charge) -> None:
    """Poll the open payments of this charge at once; the poll cancels those that must not be paid any more."""
    poll_soon(Payment.objects.open().filter(basket__charges=charge))


def poll_soon(payments: Iterable[Payment]) -> None:
    """Let workers poll these payments at once: money may have arrived, or they must be cancelled."""
    for payment in payments:
        Payment.objects.filter(pk=payment.pk).update(due_at=timezone.now())
        announce = partial(payment_due.send, sender=Payment, payment_id=payment.pk)
        transaction.on_commit(announce, robust=True)
