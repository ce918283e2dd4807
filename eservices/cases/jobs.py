"""What the scheduler does for cases."""

from datetime import datetime, timedelta

from eservices.accounts.models import User
from home.scheduling.periodic import periodic_jobs, run_each_isolated

from . import actions, audit_log
from .actions import agent_notifications as notices
from .actors import SYSTEM
from .appealable_decisions import actions as formal
from .models import (
    AgentNotification,
    AnswerErasure,
    AppealableDecision,
    Case,
    DisposalItem,
    Escalation,
    Message,
)
from .retention import actions as retention
from .retention.tasks import dispose_of_case
from .tasks import advance_case

LEASE = timedelta(minutes=2)  # a wake-up that was lost is made again after this
BATCH_SIZE = 500


@periodic_jobs.register("cases")
def wake_due_cases(now: datetime) -> None:
    """Wakes a worker for each case that is due. Claimed by compare-and-set: several schedulers may run."""
    due = Case.objects.due(now).order_by("due_at").values_list("pk", "due_at")
    for pk, due_at in due[:BATCH_SIZE]:
        if Case.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            advance_case.enqueue(str(pk))


@periodic_jobs.register("escalations")
def send_due_escalations(now: datetime) -> None:
    """Tells leads of deadlines that are near or over."""
    due = Escalation.objects.due(now).order_by("due_at")
    run_each_isolated(due[:BATCH_SIZE], actions.send_escalation, named="escalation")


@periodic_jobs.register("questions")
def process_due_questions(now: datetime) -> None:
    """Reminds applicants of what agents asked, and gives back to agents what nobody answered in time."""
    due = Message.objects.due(now).order_by("due_at")
    run_each_isolated(due[:BATCH_SIZE], actions.process_due_question, named="message")


@periodic_jobs.register("decisions")
def post_unopened_decisions(now: datetime) -> None:
    """Posts the decisions that were sent by e-mail and that nobody opens."""
    unopened = AppealableDecision.objects.to_post(now).order_by("decided_at")
    run_each_isolated(unopened[:BATCH_SIZE], formal.post_unopened_decision, named="decision")


@periodic_jobs.register("notices")
def send_agent_notifications(now: datetime) -> None:
    """Tells of deadlines that come near, and writes the digests that are due."""
    notices.notify_of_near_deadlines(now)
    told = User.objects.filter(notices__in=AgentNotification.objects.due(now)).distinct()
    run_each_isolated(told[:BATCH_SIZE], notices.send_digest, named="user", now=now)


@periodic_jobs.register("trace")
def anchor_audit_log(now: datetime) -> None:
    """Anchors the heads of all chains that grew, once an hour."""
    audit_log.anchor_chains(now)


@periodic_jobs.register("rehearsals")
def discard_old_rehearsals(now: datetime) -> None:
    """Throws away what editors tried a while ago."""
    run_each_isolated(
        Case.objects.to_discard(now)[:BATCH_SIZE], actions.discard_rehearsal, named="case", actor=SYSTEM
    )


@periodic_jobs.register("disposals")
def wake_approved_disposals(now: datetime) -> None:
    """Wakes a worker for each approved case that nobody carries out."""
    for pk in DisposalItem.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        dispose_of_case.enqueue(pk)


@periodic_jobs.register("answers")
def erase_due_answers(now: datetime) -> None:
    """Erases answers that are kept for a shorter time than their case."""
    cases = [row.case for row in AnswerErasure.objects.due(now).select_related("case")[:BATCH_SIZE]]
    run_each_isolated(cases, retention.erase_answers, named="case", actor=SYSTEM, now=now)
