"""What the scheduler does for cases."""

from datetime import datetime, timedelta

from eservices.accounts.models import User
from home.background import sweeps, try_each

from . import actions, trace
from .actors import SYSTEM
from .formal import actions as formal
from .models import AnswerErasure, Case, DisposalItem, Escalation, FormalDecision, Message, Notice
from .notices import actions as notices
from .retention import actions as retention
from .retention.tasks import dispose
from .tasks import advance

LEASE = timedelta(minutes=2)  # a wake-up that was lost is made again after this
AT_ONCE = 500


@sweeps.register("cases")
def wake_due_cases(now: datetime) -> None:
    """Wakes a worker for each case that is due. Claimed by compare-and-set: several schedulers may run."""
    due = Case.objects.due(now).order_by("due_at").values_list("pk", "due_at")
    for pk, due_at in due[:AT_ONCE]:
        if Case.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            advance.enqueue(str(pk))


@sweeps.register("escalations")
def tell_leads(now: datetime) -> None:
    """Tells leads of deadlines that are near or over."""
    due = Escalation.objects.due(now).order_by("due_at")
    try_each(due[:AT_ONCE], actions.escalate, named="escalation")


@sweeps.register("questions")
def look_at_questions(now: datetime) -> None:
    """Reminds applicants of what agents asked, and gives back to agents what nobody answered in time."""
    due = Message.objects.due(now).order_by("due_at")
    try_each(due[:AT_ONCE], actions.look_at_question, named="message")


@sweeps.register("decisions")
def post_unopened_decisions(now: datetime) -> None:
    """Posts the decisions that were sent by e-mail and that nobody opens."""
    unopened = FormalDecision.objects.to_post(now).order_by("decided_at")
    try_each(unopened[:AT_ONCE], formal.post_unopened, named="decision")


@sweeps.register("notices")
def tell_agents(now: datetime) -> None:
    """Tells of deadlines that come near, and writes the digests that are due."""
    notices.tell_of_deadlines(now)
    told = User.objects.filter(notices__in=Notice.objects.due(now)).distinct()
    try_each(told[:AT_ONCE], notices.send_digest, named="user", now=now)


@sweeps.register("trace")
def anchor_trace(now: datetime) -> None:
    """Anchors the heads of all chains that grew, once an hour."""
    trace.anchor(now)


@sweeps.register("rehearsals")
def discard_old_rehearsals(now: datetime) -> None:
    """Throws away what editors tried a while ago."""
    try_each(Case.objects.to_discard(now)[:AT_ONCE], actions.discard, named="case", actor=SYSTEM)


@sweeps.register("disposals")
def wake_approved_disposals(now: datetime) -> None:
    """Wakes a worker for each approved case that nobody carries out."""
    for pk in DisposalItem.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        dispose.enqueue(pk)


@sweeps.register("answers")
def erase_answers_in_time(now: datetime) -> None:
    """Erases answers that are kept for a shorter time than their case."""
    cases = [row.case for row in AnswerErasure.objects.due(now).select_related("case")[:AT_ONCE]]
    try_each(cases, retention.erase_answers, named="case", actor=SYSTEM, now=now)
