"""Who treats a case."""

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log, states
from ..actors import Actor
from ..models import Case, NotificationType
from ..workflow import absences
from . import agent_notifications as notices
from .base import IllegalTransition, lock_if_allowed


@transaction.atomic
def take_case(*, actor: User, case: Case) -> Case:
    """Makes the actor responsible. The first of two wins; the other is told who has it."""
    case = lock_if_allowed(case, "take")
    if case.assignee_id and case.assignee_id != actor.pk:
        raise IllegalTransition(_("%(agent)s has taken this case already.") % {"agent": case.assignee})
    return _assign(case, "take", actor, actor, "taken")


@transaction.atomic
def take_next(*, actor: User, cases) -> Case | None:
    """Takes the most urgent of ``cases`` that nobody has; None where none is left.

    What another agent is being given at this moment is locked, and passed over: two never get the same.
    """
    free = cases.free().filter(state__in=states.TRANSITIONS["take"][0]).by_urgency()
    case = free.select_for_update(of=("self",), skip_locked=True).first()
    return take_case(actor=actor, case=case) if case else None


@transaction.atomic
def assign_case(*, actor: Actor, case: Case, agent: User | None) -> Case:
    """Makes ``agent`` responsible, or nobody. The agent must be a member of the case's team.

    While the agent is away the deputy gets the case, unless it is oneself that one assigns it to.
    """
    case = lock_if_allowed(case, "assign")
    if agent and not absences.members_who_see(case).filter(user=agent).exists():
        raise IllegalTransition(_("This person is not in the team of this case."))
    acting = absences.acting_agent(agent, case) if agent and agent != actor else agent
    case = _assign(case, "assign", actor, acting, "assigned", instead_of=agent)
    if acting and acting != actor:
        notices.notify_agents(case=case, kind=NotificationType.ASSIGNED, users=[acting])
    return case


def _assign(
    case: Case, action: str, actor: Actor, agent: User | None, event: str, instead_of: User | None = None
) -> Case:
    case.state, case.assignee = states.next_state(action, case.state), agent
    case.save(update_fields=["state", "assignee"])
    told = {"instead_of": str(instead_of)} if instead_of and instead_of != agent else {}
    audit_log.record_event(
        case, event, actor, agent=agent.pk if agent else None, name=str(agent or ""), **told
    )
    return case
