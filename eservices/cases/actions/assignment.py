"""Assignment of cases to agents."""

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log, states
from ..actors import Actor
from ..exceptions import IllegalTransition
from ..models import Case, CaseQuerySet, NotificationType
from ..workflow import absences
from . import agent_notifications as notices
from .base import lock_if_allowed


@transaction.atomic
def take_case(*, actor: User, case: Case) -> Case:
    """Assign the case to ``actor``.

    Raise IllegalTransition, which names the other agent, if it is already assigned.
    """
    case = lock_if_allowed(case, "take")
    if case.assignee_id and case.assignee_id != actor.pk:
        raise IllegalTransition(_("%(agent)s has taken this case already.") % {"agent": case.assignee})
    return _assign(case, "take", actor, actor, "taken")


@transaction.atomic
def take_next(*, actor: User, cases: CaseQuerySet) -> Case | None:
    """Take the most urgent unassigned case of ``cases``. Return None if none is left.

    Skips rows that another transaction has locked, so that two agents never get the same case.
    """
    free = cases.free().filter(state__in=states.TRANSITIONS["take"][0]).by_urgency()
    case = free.select_for_update(of=("self",), skip_locked=True).first()
    return take_case(actor=actor, case=case) if case else None


@transaction.atomic
def assign_case(*, actor: Actor, case: Case, agent: User | None) -> Case:
    """Assign the case to ``agent``, or to nobody. The agent must be a member of the case's team.

    The deputy gets the case while the agent is away, unless agents assign it to themselves.
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
    event_data = {"instead_of": str(instead_of)} if instead_of and instead_of != agent else {}
    audit_log.record_event(
        case, event, actor, agent=agent.pk if agent else None, name=str(agent or ""), **event_data
    )
    return case
