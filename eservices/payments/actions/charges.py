"""What is due: asked for, reminded, given more time, waived, given up."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, CaseStage

from .. import emails, ledger, tasks
from ..amounts import MAX_AMOUNT
from ..deductions import remaining_lines
from ..models import Basket, Charge, FeeScheduleEntry, Payment
from ..payment_deadline import latest_payment_time
from ..states import CHARGES, TAKES_MONEY, ChargeState, is_allowed
from .locking import PaymentActionRefused, lock_charge, lock_charges

DAYS = 30  # to pay, where the service says nothing else
WORTH_REMINDING = timedelta(days=2)  # whoever has less was told a moment ago


class PriceMissing(Exception):
    """The fee schedule had no price for something that is due. The message is for a lead."""


@transaction.atomic
def create_charge(
    *, actor, case: Case, stage: CaseStage, days: int, remind_after: int = 0, waived: str = ""
) -> Charge | None:
    """What the request costs becomes due at this stage, once; None where it is free. The case must be locked.

    ``waived``: why nothing has to be paid. Raises ``PriceMissing``.
    """
    if made := Charge.objects.filter(stage=stage).first():
        return made
    lines = _lines(case)
    amount = sum(line["total"] for line in lines)
    if not amount:
        return None
    if amount > MAX_AMOUNT:
        raise PriceMissing(
            _("The request comes to more than can be billed: a number in it must be a slip, so refuse it.")
        )
    now = timezone.now()
    expires_at = latest_payment_time(case, now + timedelta(days=days))
    remind_at = _reminder(now, remind_after, expires_at)
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
def create_basket(*, actor, charges) -> Basket:
    """A basket of several charges, to be paid at once; the same charges make the same basket."""
    pks = {charge.pk for charge in charges}
    if not pks:
        raise PaymentActionRefused(_("There is nothing to pay."))
    held = lock_charges(pks)
    if not all(charge.is_payable for charge in held):
        raise PaymentActionRefused(_("Something of this has been paid meanwhile. Look at what is left."))
    for basket in Basket.objects.filter(charges=held[0].pk).prefetch_related("charges"):
        if {one.pk for one in basket.charges.all()} == pks:
            return basket
    basket = Basket.objects.create()
    basket.charges.set(held)
    return basket


@transaction.atomic
def process_due_charge(charge_id, now: datetime) -> None:
    """Does what is due to a charge by ``now``: the reminder, then the end of its time. Any number of times."""
    charge = lock_charge(charge_id)
    if charge.state != ChargeState.OPEN or charge.due_at is None or charge.due_at > now:
        return
    if not charge.case.is_open:
        cancel_charge(charge=charge)
    elif charge.expires_at <= now:
        _change(charge, "expire", SYSTEM, "charge_expired", due_at=None)
        _drop_payments(charge)
    else:
        emails.send_payment_reminder(charge, charge.basket)
        audit_log.record_event(charge.case, "charge_reminded", SYSTEM)
        charge.due_at = charge.expires_at
        charge.save(update_fields=["due_at"])


@transaction.atomic
def extend_term(*, actor, charge: Charge, until: datetime) -> Charge:
    """Gives more time, also after the time was over; the person is told."""
    charge = lock_charge(charge.pk)
    if until <= timezone.now():
        raise PaymentActionRefused(_("Choose a day to come."))
    if not charge.case.is_open:
        raise PaymentActionRefused(_("The case is closed: nothing is due on it any more."))
    charge.expires_at = until
    _change(charge, "extend", actor, "charge_extended", due_at=until, until=until.isoformat())
    emails.send_payment_reminder(charge, charge.basket)
    return charge


@transaction.atomic
def sync_charge(*, actor, case: Case) -> Charge | None:
    """What the case pays for was cancelled in part, or put on another day: what is open is as much as is still due, by
    the evening before it; answers it where that changed. The case must be locked."""
    found = Charge.objects.filter(case=case, state__in=TAKES_MONEY).first()
    if found is None or not case.is_open:
        return None
    charge = lock_charge(found.pk)
    changed = [_lessen(charge, actor), charge.is_payable and _follow_day(charge, actor)]
    return charge if any(changed) else None


def _lessen(charge: Charge, actor) -> bool:
    """Asks for no more than is still due, nor for less than was paid already; answers whether it asked for more.

    What was paid over it is for whoever cancelled to pay back: the lines say what stays due, unless nothing does.
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
        _change(charge, "cancel", actor, "charge_cancelled", due_at=None)
    elif not charge.open_amount:
        _change(charge, "pay", actor, "charge_lessened", due_at=None)
    else:
        audit_log.record_event(charge.case, "charge_lessened", actor, amount=charge.amount)
    _drop_payments(charge)
    return True


def _follow_day(charge: Charge, actor) -> bool:
    """Puts the end of its time where it belongs now; time that an agent gave stays as far as it can."""
    said, reminded = charge.stage.spec.settings, charge.due_at == charge.expires_at
    first = charge.created_at + timedelta(days=said.get("days") or DAYS)
    until = latest_payment_time(charge.case, max(first, charge.expires_at))
    if until == charge.expires_at:
        return False
    charge.expires_at = charge.due_at = until
    if charge.remind_at and not reminded:
        charge.remind_at = _reminder(charge.created_at, said.get("remind_after") or 0, until)
        charge.due_at = charge.remind_at or until
    charge.save(update_fields=["remind_at", "expires_at", "due_at"])
    audit_log.record_event(charge.case, "charge_moved", actor, amount=charge.amount, until=until.isoformat())
    return True


@transaction.atomic
def waive_charge(*, actor, charge: Charge, reason: str) -> Charge:
    """Nothing has to be paid, for a reason. What came in already is refunded apart."""
    charge = lock_charge(charge.pk)
    charge.reason = reason.strip()[:255]
    if not charge.reason:
        raise PaymentActionRefused(_("Write why nothing has to be paid."))
    _change(charge, "waive", actor, "charge_waived", due_at=None, reason=charge.reason)
    _drop_payments(charge)
    return charge


@transaction.atomic
def cancel_charge(*, actor=SYSTEM, charge: Charge) -> None:
    """The case ended otherwise: nothing is due on it any more."""
    charge = lock_charge(charge.pk)
    if charge.case.is_open or not is_allowed(CHARGES, "cancel", charge.state):
        return
    _change(charge, "cancel", actor, "charge_cancelled", due_at=None)
    _drop_payments(charge)


@transaction.atomic
def discard_charges(*, actor, case: Case) -> None:
    """Deletes what a rehearsal would have cost."""
    rehearsed = Charge.objects.filter(case=case, case__rehearsal=True)
    Basket.objects.filter(charges__in=rehearsed).delete()
    rehearsed.delete()


def _reminder(asked: datetime, days: int, until: datetime) -> datetime | None:
    """When to remind of what was asked for then: after so many days, or halfway where there is less time."""
    now, wanted = timezone.now(), asked + timedelta(days=days)
    if not days or wanted < until:
        return wanted if days else None
    return now + (until - now) / 2 if until - now >= WORTH_REMINDING else None


def _lines(case: Case) -> list[dict]:
    """The request's lines as far as they are due, with the accounts that the schedule books them to now."""
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


def _booking(entry: FeeScheduleEntry | None) -> dict:
    if entry is None:
        return {"account": ledger.ledger_accounts().fees, "cost_centre": "", "regulation": ""}
    return {
        "account": entry.account or ledger.ledger_accounts().fees,
        "cost_centre": entry.cost_centre,
        "regulation": entry.regulation,
    }


def _change(charge: Charge, action: str, actor, event: str, *, due_at, **data) -> None:
    """Takes one of ``states.CHARGES``, and lets the case look at it."""
    if not is_allowed(CHARGES, action, charge.state):
        raise PaymentActionRefused(
            _("This is not possible any more: it is now “%(state)s”.") % {"state": charge.get_state_display()}
        )
    charge.state, charge.due_at = CHARGES[action][1], due_at
    charge.save(update_fields=["state", "reason", "expires_at", "due_at"])
    audit_log.record_event(charge.case, event, actor, amount=charge.amount, **data)
    cases.wake_process(case=charge.case)


def _drop_payments(charge: Charge) -> None:
    """Whatever is still on its way for this charge is looked at at once, and given up there."""
    poll_soon(Payment.objects.open().filter(basket__charges=charge))


def poll_soon(payments) -> None:
    """Lets the providers of payments be asked at once: money may be on its way, or must be given up."""
    for payment in payments:
        Payment.objects.filter(pk=payment.pk).update(due_at=timezone.now())
        transaction.on_commit(partial(tasks.poll_payment.enqueue, str(payment.pk)), robust=True)
