"""Actions on appealable decisions: notification, appeal and erasure."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries.models import Delivery

from .. import audit_log
from ..actions.base import lock_case
from ..actions.decision_notification.delivery import queue_decision_on_paper
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition
from ..models import AppealableDecision, Case
from ..retention import actions as retention

Proof = AppealableDecision.Proof


@transaction.atomic
def open_decision(*, actor: Actor, case: Case, decision: AppealableDecision) -> AppealableDecision:
    """Return the decision for the applicant's status page. Its first opening notifies it."""
    case = lock_case(case.pk)
    opened = case.formal_decisions.unopened().filter(pk=decision.pk)
    today = timezone.localdate()
    if opened.update(notified_on=today, proof=Proof.OPENED):
        audit_log.record_event(
            case, "notified", actor, decision=decision.pk, on=today.isoformat(), proof=Proof.OPENED
        )
    decision.refresh_from_db()
    return decision


@transaction.atomic
def post_unopened_decision(*, actor: Actor = SYSTEM, decision: AppealableDecision) -> bool:
    """Post a decision that was sent by e-mail and not opened.

    Return False if it was opened or posted since.
    """
    case = lock_case(decision.case_id)
    left = case.formal_decisions.to_post(timezone.now()).filter(pk=decision.pk).first()
    if left is None:
        return False
    queue_decision_on_paper(left)
    audit_log.record_event(case, "decision_sent", actor, decision=left.pk, by_email=False)
    return True


@transaction.atomic
def record_delivery(*, actor: User, letter: Delivery, on: date) -> None:
    """Record that a registered letter with a decision was delivered, which notifies the decision.

    A corrected day replaces the former one. A notification in another form stays. Does nothing if the letter contains
    no decision.
    """
    decision = AppealableDecision.objects.filter(letter=letter).first()
    if decision is None:
        return
    case = lock_case(decision.case_id)
    by_post = case.formal_decisions.filter(pk=decision.pk, proof__in=["", Proof.POST])
    if by_post.update(notified_on=on, proof=Proof.POST):
        audit_log.record_event(
            case, "notified", actor, decision=decision.pk, on=on.isoformat(), proof=Proof.POST
        )


@transaction.atomic
def record_notification(
    *, actor: User, case: Case, decision: AppealableDecision, on: date, proof: str
) -> None:
    """Record that a decision was handed over, or notified by a public notice. The first notification counts."""
    case = lock_case(case.pk)
    _refuse_invalid_day(decision, on, _("A decision is notified between the day it was taken and today."))
    if not case.formal_decisions.filter(pk=decision.pk, notified_on=None).update(notified_on=on, proof=proof):
        raise IllegalTransition(_("The decision is notified already."))
    audit_log.record_event(case, "notified", actor, decision=decision.pk, on=on.isoformat(), proof=proof)


@transaction.atomic
def record_appeal(*, actor: User, case: Case, decision: AppealableDecision, on: date) -> None:
    """Record that an appeal was received.

    Places a legal hold: the case is kept beyond its retention until the hold is lifted.
    """
    case = lock_case(case.pk)
    _refuse_invalid_day(decision, on, _("An appeal is received between the day of the decision and today."))
    noted = case.formal_decisions.filter(pk=decision.pk, appealed_on=None)
    if not noted.update(appealed_on=on):
        raise IllegalTransition(_("The appeal is noted already."))
    audit_log.record_event(case, "appealed", actor, decision=decision.pk, on=on.isoformat())
    retention.place_hold(actor=actor, case=case, reason=_("Appeal of %(day)s") % {"day": on.isoformat()})


@transaction.atomic
def erase_decisions(*, actor: Actor, case: Case) -> None:
    """Erase the text of the case's decisions. That they were taken and notified stays recorded."""
    case.formal_decisions.update(paragraphs=[])


def _refuse_invalid_day(decision: AppealableDecision, on: date, message: str) -> None:
    if not timezone.localdate(decision.decided_at) <= on <= timezone.localdate():
        raise IllegalTransition(message)
