"""Actions on refunds: a person requests them, the provider executes them, they are booked when done."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actors, audit_log
from eservices.cases.actors import SYSTEM, Actor

from .. import emails, ledger
from ..models import Allocation, JournalRow, Payment, Refund, UnallocatedPayment
from ..providers import REFUND_DONE, REFUND_FAILED, RefundStatus, error_text
from ..signals import refund_due
from ..states import REFUNDS, is_allowed
from .locking import PaymentActionRefused, lock_charge

AGAIN = timedelta(minutes=5)


@transaction.atomic
def request_refund(
    *, actor: Actor, allocation: Allocation, amount: int, reason: str, announced: bool = False
) -> Refund:
    """Request the refund of an allocation, or a part of it, up to what is left of the payment.

    ``announced``: another message announces the refund with its amount.
    """
    lock_charge(allocation.charge_id)
    allocation = Allocation.objects.select_related("payment").get(pk=allocation.pk)
    _refuse_too_much(allocation, amount)
    refund = _create_refund(actor, allocation.payment, amount, reason, allocation=allocation, told=announced)
    audit_log.record_event(allocation.charge.case, "refund_asked", actor, amount=amount, reason=refund.reason)
    return refund


@transaction.atomic
def refund_unallocated(*, actor: User, unallocated: UnallocatedPayment, reason: str) -> Refund:
    """Request the refund of an unallocated payment, in full."""
    unallocated = UnallocatedPayment.objects.select_for_update(of=("self",)).get(pk=unallocated.pk)
    if unallocated.outcome:
        raise PaymentActionRefused(_("This has already been settled by another person."))
    if unallocated.payment is None:
        raise PaymentActionRefused(
            _("The origin of this payment is unknown. Book it to another account, and transfer it by hand.")
        )
    unallocated.outcome, unallocated.note, unallocated.resolved_by = (
        UnallocatedPayment.Outcome.REFUNDED,
        reason,
        actor,
    )
    unallocated.save(update_fields=["outcome", "note", "resolved_by"])
    return _create_refund(
        actor,
        unallocated.payment,
        unallocated.amount,
        reason,
        set_aside=unallocated,
        currency=unallocated.currency,
    )


@transaction.atomic
def save_refund_answer(*, actor: Actor = SYSTEM, refund: Refund, answer: RefundStatus) -> Refund:
    """Save the state of a refund at its provider, and book it once when it is done.

    If the applicant was notified at the request, they are notified again only if a person pays the refund out,
    which may be days later.
    """
    refund = lock_refund(refund)
    actions: dict[str, str] = {REFUND_DONE: "finish", REFUND_FAILED: "fail"}
    action = actions.get(answer.state, "wait")
    if not is_allowed(REFUNDS, action, refund.state):
        return refund
    refund.state = REFUNDS[action][1]
    refund.external_id = answer.external_id or refund.external_id
    refund.fault = answer.reason
    refund.due_at = timezone.now() + AGAIN if action == "wait" and answer.external_id else None
    if action == "finish":
        _book_refund(refund, actor, tell=actor is not SYSTEM or not refund.told)
    refund.save()
    return refund


@transaction.atomic
def complete_by_hand(*, actor: User, refund: Refund) -> Refund:
    """Record that a bookkeeper transferred the refund from the bank, because the provider could not."""
    refund = lock_refund(refund)
    if refund.state == REFUND_DONE or refund.due_at:
        raise PaymentActionRefused(_("This refund is under way or done already."))
    if refund.allocation and refund.state == REFUND_FAILED:  # it may have been refunded in another way since
        _refuse_too_much(refund.allocation, refund.amount)
    refund.account, refund.state, refund.fault = ledger.ledger_accounts().bank, REFUND_DONE, ""
    _book_refund(refund, actor)
    refund.save()
    return refund


def record_refund_error(refund: Refund, fault: Exception) -> None:
    """Record that the provider could not be asked, and schedule the next attempt."""
    Refund.objects.filter(pk=refund.pk, due_at__isnull=False).update(
        fault=error_text(fault), due_at=timezone.now() + AGAIN
    )


def _refuse_too_much(allocation: Allocation, amount: int) -> None:
    if amount <= 0:
        raise PaymentActionRefused(_("Write an amount above zero."))
    if amount > allocation.refundable:
        left = f"{allocation.charge.currency} {allocation.refundable / 100:.2f}"
        raise PaymentActionRefused(_("At most %(left)s can be refunded.") % {"left": left})


def _create_refund(
    actor: Actor, payment: Payment, amount: int, reason: str, *, currency: str = "", **of: Any
) -> Refund:
    reason = reason.strip()[:255]
    if not reason:
        raise PaymentActionRefused(_("Explain why it is refunded."))
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        currency=currency or payment.currency,
        reason=reason,
        account=payment.account,
        by=actors.user_of(actor),
        due_at=timezone.now(),
        **of,
    )
    transaction.on_commit(partial(refund_due.send, sender=Refund, refund=refund), robust=True)
    return refund


def lock_refund(refund: Refund) -> Refund:
    """Lock a refund, its charge and its case."""
    charge = Allocation.objects.filter(refunds=refund.pk).values_list("charge", flat=True).first()
    held = lock_charge(charge) if charge else None
    refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund.pk)
    if held and refund.allocation:
        refund.allocation.charge = held
    return refund


def _book_refund(refund: Refund, actor: Actor, *, tell: bool = True) -> None:
    refund.done_at, refund.due_at = timezone.now(), None
    about = {"payment": refund.payment, "refund": refund}
    receipt = refund.payment.receipt  # without the reason, which is free text: journal rows cannot be erased
    if refund.allocation:
        charge = refund.allocation.charge
        text = f"{charge.case.reference} {receipt}"
        ledger.post_income(
            JournalRow.Kind.REFUND, charge, -refund.amount, account=refund.account, text=text, **about
        )
        charge.refunded += refund.amount
        charge.save(update_fields=["refunded"])
        audit_log.record_event(charge.case, "refunded", actor, amount=refund.amount, reason=refund.reason)
        if tell:
            emails.send_refund_notice(charge, refund)
        return
    aside = refund.set_aside
    reference = aside.details.get("reference", "") if aside else ""
    ledger.post_entry(
        JournalRow.Kind.REFUND,
        debit=ledger.ledger_accounts().aside,
        credit=refund.account,
        amount=refund.amount,
        currency=refund.currency,
        text=f"{reference} {receipt}".strip(),
        set_aside=aside,
        **about,
    )
    if aside:
        UnallocatedPayment.objects.filter(pk=aside.pk).update(resolved_at=timezone.now())
