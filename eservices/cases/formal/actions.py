"""What follows a decision that may be appealed: it is opened or delivered, appealed, and one day forgotten."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import trace
from eservices.cases.actions.base import IllegalTransition, locked
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case, FormalDecision
from eservices.cases.retention import actions as retention
from eservices.deliveries.models import Delivery

from .sending import send_on_paper

Proof = FormalDecision.Proof


@transaction.atomic
def open_decision(*, actor: Actor, case: Case, decision: FormalDecision) -> FormalDecision:
    """The applicant opens a decision on the private page: the first time notifies it."""
    case = locked(case.pk)
    opened = case.formal_decisions.unopened().filter(pk=decision.pk)
    today = timezone.localdate()
    if opened.update(notified_on=today, proof=Proof.OPENED):
        trace.record(case, "notified", actor, decision=decision.pk, on=today.isoformat(), proof=Proof.OPENED)
    decision.refresh_from_db()
    return decision


@transaction.atomic
def post_unopened(*, actor: Actor = SYSTEM, decision: FormalDecision) -> bool:
    """A decision that was sent by e-mail and that nobody opens is posted, once; False where it was opened meanwhile."""
    case = locked(decision.case_id)
    left = case.formal_decisions.to_post(timezone.now()).filter(pk=decision.pk).first()
    if left is None:
        return False
    send_on_paper(left)
    trace.record(case, "decision_sent", actor, decision=left.pk, by_email=False)
    return True


@transaction.atomic
def note_delivered(*, actor: User, letter: Delivery, on: date) -> None:
    """The letter with a decision was delivered, by registered mail or into the hand: that notifies it."""
    decision = FormalDecision.objects.filter(letter=letter).first()
    if decision is None:
        return
    case = locked(decision.case_id)
    FormalDecision.objects.filter(pk=decision.pk).update(notified_on=on, proof=Proof.POST)
    trace.record(case, "notified", actor, decision=decision.pk, on=on.isoformat(), proof=Proof.POST)


@transaction.atomic
def note_appeal(*, actor: User, case: Case, decision: FormalDecision, on: date) -> None:
    """An appeal was received: the case is kept, whatever its period, until the hold is lifted."""
    case = locked(case.pk)
    decided_on = timezone.localdate(decision.decided_at)
    if not decided_on <= on <= timezone.localdate():
        raise IllegalTransition(_("An appeal is received between the day of the decision and today."))
    noted = case.formal_decisions.filter(pk=decision.pk, appealed_on=None)
    if not noted.update(appealed_on=on):
        raise IllegalTransition(_("The appeal is noted already."))
    trace.record(case, "appealed", actor, decision=decision.pk, on=on.isoformat())
    retention.hold(actor=actor, case=case, reason=_("Appeal of %(day)s") % {"day": on.isoformat()})


@transaction.atomic
def forget(*, actor: Actor, case: Case) -> None:
    """What decisions on the case said is erased; that they were taken and notified stays."""
    case.formal_decisions.update(paragraphs=[])
