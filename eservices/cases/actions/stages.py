"""What happens at a stage beside decisions: agents work, offices give opinions, leads are told."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import emails, states, trace
from ..actors import SYSTEM, Actor, Office
from ..models import Case, CaseStage, Escalation, Opinion
from ..progress import current
from ..stages import LEAD, kind_of, settings_of
from ..stages.opinions import give
from .base import IllegalTransition, allowed, locked, wake_row


@transaction.atomic
def work(*, actor: User, case: Case, stage: str, said: dict, seen: int | None = None) -> Case:
    """Keeps what an agent did at the stage at hand: ticked, filled in, noted. The process is looked at again.

    ``stage`` is its key, ``said`` the cleaned data of its form.
    """
    case = allowed(case, "work", seen)
    row = current(case)
    if row is None or row.key != stage or row.progress != CaseStage.Progress.ACTIVE:
        raise IllegalTransition(_("This stage is over, or has not begun yet."))
    kept = kind_of(row).work(case, row, settings_of(row), actor, said)
    row.save(update_fields=["data"])
    case.state = states.after("take", case.state) if states.allowed("take", case.state) else case.state
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "assignee", "data"])
    trace.record(case, "worked", actor, stage=row.key, **kept)
    wake_row(case)
    return case


@transaction.atomic
def give_opinion(*, actor: Office, opinion: Opinion, stance: str, text: str, author: str) -> Case:
    """An office answers through its private link, once, as long as its opinion is waited for."""
    case = allowed(opinion.stage.case, "work")
    row = case.stages.get(pk=opinion.stage_id)
    if row.progress != CaseStage.Progress.ACTIVE:
        raise IllegalTransition(_("Thank you. This opinion is not waited for any more."))
    trace.record(case, "opinion", actor, stage=row.key, **give(opinion, stance, text, author))
    wake_row(case)
    return case


@transaction.atomic
def leave_trace_of_opinion(*, actor: Office, opinion: Opinion) -> None:
    """Keeps that an office that was asked opened the case; the first time of each day."""
    case = locked(opinion.stage.case_id)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if not case.events.filter(kind="opinion_read", at__gte=today, data__name=actor.name).exists():
        trace.record(case, "opinion_read", actor, name=actor.name)


@transaction.atomic
def escalate(*, actor: Actor = SYSTEM, escalation: Escalation) -> bool:
    """Tells the leads of a deadline that is near or over, or of a case that is blocked, once; False where there is
    nothing to tell any more."""
    case = locked(escalation.case_id)
    row = case.escalations.filter(pk=escalation.pk).due(timezone.now()).first()
    if row is None:
        return False
    row.done_at = timezone.now()
    row.save(update_fields=["done_at"])
    at = current(case) if case.is_open else None
    if row.kind == Escalation.Kind.STOP:
        if at is None or at.waiting_for != LEAD:
            return False
        emails.blocked(case)
    elif case.is_open:
        emails.escalated(case, row.kind)
    else:
        return False
    trace.record(case, "escalated", actor, about=row.kind)
    return True
