"""Periodic jobs of cases."""

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

LEASE = timedelta(minutes=2)  # a lost wake-up is repeated after this time
BATCH_SIZE = 500


@periodic_jobs.register("cases")
def wake_due_cases(now: datetime) -> None:
    """Wake a worker for each due case.

    A case is claimed by compare-and-set, so several schedulers may run.
    """
    due = Case.objects.due(now).order_by("due_at").values_list("pk", "due_at")
    for pk, due_at in due[:BATCH_SIZE]:
        if Case.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            advance_case.enqueue(str(pk))


@periodic_jobs.register("escalations")
def send_due_escalations(now: datetime) -> None:
    """Tell leads of deadlines that are near or over, and of blocked cases."""
    due = Escalation.objects.due(now).order_by("due_at")
    run_each_isolated(due[:BATCH_SIZE], actions.send_escalation, named="escalation")


@periodic_jobs.register("questions")
def process_due_questions(now: datetime) -> None:
    """Remind applicants of agents' questions, and return cases with an overdue question to the agents."""
    due = Message.objects.due(now).order_by("due_at")
    run_each_isolated(due[:BATCH_SIZE], actions.process_due_question, named="message")


@periodic_jobs.register("decisions")
def post_unopened_decisions(now: datetime) -> None:
    """Post the decisions that were sent by e-mail and not opened in time."""
    unopened = AppealableDecision.objects.to_post(now).order_by("decided_at")
    run_each_isolated(unopened[:BATCH_SIZE], formal.post_unopened_decision, named="decision")


@periodic_jobs.register("notices")
def send_agent_notifications(now: datetime) -> None:
    """Notify agents of near deadlines and send the digests that are due."""
    notices.notify_of_near_deadlines(now)
    recipients = User.objects.filter(notices__in=AgentNotification.objects.due(now)).distinct()
    run_each_isolated(recipients[:BATCH_SIZE], notices.send_digest, named="user", now=now)


@periodic_jobs.register("trace")
def anchor_audit_log(now: datetime) -> None:
    """Anchor the last hashes of all chains that grew, once an hour."""
    audit_log.anchor_chains(now)


@periodic_jobs.register("rehearsals")
def discard_old_rehearsals(now: datetime) -> None:
    """Delete rehearsals after ``REHEARSAL_DAYS`` days."""
    run_each_isolated(
        Case.objects.to_discard(now)[:BATCH_SIZE], actions.discard_rehearsal, named="case", actor=SYSTEM
    )


@periodic_jobs.register("disposals")
def wake_approved_disposals(now: datetime) -> None:
    """Wake a worker for each approved case whose disposal is due."""
    for pk in DisposalItem.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        dispose_of_case.enqueue(pk)


@periodic_jobs.register("answers")
def erase_due_answers(now: datetime) -> None:
    """Erase answers whose retention is shorter than that of their case."""
    cases = [row.case for row in AnswerErasure.objects.due(now).select_related("case")[:BATCH_SIZE]]
    run_each_isolated(cases, retention.erase_answers, named="case", actor=SYSTEM, now=now)
