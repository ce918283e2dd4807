"""Actions at stages other than decisions: agents' tasks, opinions, escalations."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log, emails, states
from ..actors import SYSTEM, Actor, ConsultedOffice
from ..exceptions import IllegalTransition
from ..models import Case, CaseStage, Escalation, Opinion
from ..stages import LEAD, current_settings, kind_of
from ..stages.opinions import record_opinion
from ..workflow.progress import current_stage
from .base import lock_case, lock_if_allowed, mark_process_due


@transaction.atomic
def complete_stage_task(
    *, actor: User, case: Case, stage: str, data: dict[str, Any], seen: int | None = None
) -> Case:
    """Record what an agent did at the current stage, and continue the process.

    ``stage``: its key. ``data``: the cleaned data of its form.
    """
    case = lock_if_allowed(case, "work", seen)
    row = current_stage(case)
    kind = kind_of(row) if row else None
    if row is None or kind is None or row.key != stage or row.progress != CaseStage.Progress.ACTIVE:
        raise IllegalTransition(_("This stage is over, or has not begun yet."))
    event_data = kind.apply_agent_input(case, row, current_settings(row), actor, data)
    row.save(update_fields=["data"])
    case.state = (
        states.next_state("take", case.state) if states.is_allowed("take", case.state) else case.state
    )
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "assignee", "data"])
    audit_log.record_event(case, "worked", actor, stage=row.key, **event_data)
    mark_process_due(case)
    return case


@transaction.atomic
def give_opinion(*, actor: ConsultedOffice, opinion: Opinion, stance: str, text: str, author: str) -> Case:
    """Record the opinion of an office through its private link.

    Raise IllegalTransition if it was given already or is not expected any more.
    """
    case = lock_if_allowed(opinion.stage.case, "work")
    row = case.stages.get(pk=opinion.stage_id)
    if row.progress != CaseStage.Progress.ACTIVE:
        raise IllegalTransition(_("Thank you. We no longer need this opinion."))
    audit_log.record_event(
        case, "opinion", actor, stage=row.key, **record_opinion(opinion, stance, text, author)
    )
    mark_process_due(case)
    return case


@transaction.atomic
def log_opinion_page_opened(*, actor: ConsultedOffice, opinion: Opinion) -> None:
    """Log that an office opened the case to give its opinion, once per day."""
    case = lock_case(opinion.stage.case_id)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if not case.events.filter(kind="opinion_read", at__gte=today, data__name=actor.name).exists():
        audit_log.record_event(case, "opinion_read", actor, name=actor.name)


@transaction.atomic
def send_escalation(*, actor: Actor = SYSTEM, escalation: Escalation) -> bool:
    """Alert the leads once: the deadline is near or over, or the case is blocked.

    Return False if the reason no longer applies.
    """
    case = lock_case(escalation.case_id)
    row = case.escalations.filter(pk=escalation.pk).due(timezone.now()).first()
    if row is None:
        return False
    row.done_at = timezone.now()
    row.save(update_fields=["done_at"])
    at = current_stage(case) if case.is_open else None
    if row.kind == Escalation.Kind.STOP:
        if at is None or at.waiting_for != LEAD:
            return False
        emails.send_blocked_alert(case)
    elif case.is_open:
        emails.send_deadline_escalation(case, row.kind)
    else:
        return False
    audit_log.record_event(case, "escalated", actor, about=row.kind)
    return True
