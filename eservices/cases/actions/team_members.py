"""Members, roles and absences of teams. Wagtail's log records who changed them."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.access import WIDENED, may_change_rights
from eservices.accounts.models import User

from .. import emails
from ..exceptions import IllegalTransition
from ..models import Absence, Role, Team, TeamMember
from .assignment import assign_case

MAX_ABSENCE_DAYS = 366  # days of one absence


@transaction.atomic
def set_member_role(
    *,
    actor: User,
    team: Team,
    user: User,
    role: int,
    sees_protected: bool | None = None,
    function: str = "",
) -> TeamMember:
    """Add ``user`` to the team or change what the member may do there.

    E-mails announce new rights to those responsible. ``sees_protected``: whether the member works on cases with a
    protected address; None leaves it unchanged. ``function``: printed under the name on decisions; "" leaves it
    unchanged.
    """
    Team.objects.select_for_update().get(pk=team.pk)
    _refuse_own_rights(actor, user)
    member = TeamMember.objects.filter(team=team, user=user).first() or TeamMember(
        team=team, user=user, role=0
    )
    before = TeamMember(role=member.role, sees_protected=member.sees_protected)
    member.role = role
    member.function = function or member.function
    member.sees_protected = before.sees_protected if sees_protected is None else sees_protected
    if member.sees_protected and not before.sees_protected and not may_entrust(actor, team):
        raise IllegalTransition(
            _(
                "Only administrators, and members who already treat people with a protected address, can "
                "allow others to do so."
            )
        )
    member.save()
    _log(actor, team, member=user.pk, role=str(Role(role).label))
    if gained := _added_rights(before, member):
        _log(actor, team, WIDENED, gained=[f"{user}: {words}" for words in gained])
        emails.team_widened(actor, member, gained)
    return member


def may_entrust(actor: User, team: Team) -> bool:
    """Return whether ``actor`` may let another member work on cases with a protected address."""
    return actor.is_superuser or team.memberships.filter(user=actor, sees_protected=True).exists()


def _added_rights(before: TeamMember, after: TeamMember) -> list[Any]:
    """Return the labels of the rights that the member did not have before."""
    gained: list[Any] = [Role(after.role).label] if after.role > before.role else []
    if after.sees_protected and not before.sees_protected:
        gained.append(TeamMember._meta.get_field("sees_protected").verbose_name)
    return gained


def _refuse_own_rights(actor: User, user: User) -> None:
    if not may_change_rights(actor, user):
        raise IllegalTransition(_("You cannot change your own role. Ask a colleague."))


@transaction.atomic
def remove_member(*, actor: User, team: Team, user: User) -> None:
    """Remove a member from the team. Their cases there become unassigned."""
    Team.objects.select_for_update().get(pk=team.pk)
    _refuse_own_rights(actor, user)
    for case in team.cases.open().filter(assignee=user).order_by("pk"):
        assign_case(actor=actor, case=case, agent=None)
    team.absences.filter(user=user).delete()
    team.absences.filter(deputy=user).update(deputy=None)
    TeamMember.objects.filter(team=team, user=user).delete()
    _log(actor, team, member=user.pk, role="")


@transaction.atomic
def plan_absence(
    *, actor: User, team: Team, user: User, first_day: date, last_day: date, deputy: User | None
) -> Absence:
    """Record an absence of a team member and their deputy. Both days are included."""
    Team.objects.select_for_update().get(pk=team.pk)
    members = set(team.memberships.values_list("user", flat=True))
    if user.pk not in members or (deputy and deputy.pk not in members):
        raise IllegalTransition(_("Both must be of this team."))
    if deputy == user:
        raise IllegalTransition(_("Choose another person as deputy."))
    if last_day < first_day or last_day < timezone.localdate():
        raise IllegalTransition(_("The last day is before the first day, or has passed."))
    if (last_day - first_day).days > MAX_ABSENCE_DAYS:
        raise IllegalTransition(_("A year at most."))
    if noted := team.absences.filter(user=user).between(first_day, last_day).first():
        message = _(
            "%(user)s is noted as away from %(first)s to %(last)s already: "
            "delete that first, or choose other days."
        )
        raise IllegalTransition(message % {"user": user, **noted.days})
    planned = Absence.objects.create(
        team=team, user=user, first_day=first_day, last_day=last_day, deputy=deputy
    )
    _log(actor, team, absent=user.pk, deputy=deputy and deputy.pk)
    return planned


@transaction.atomic
def cancel_absence(*, actor: User, absence: Absence) -> None:
    """Delete an absence: the member is back, or does not go."""
    absence.delete()
    _log(actor, absence.team, back=absence.user_id)


def _log(actor: User, team: Team, action: str = "wagtail.edit", **data: Any) -> None:
    log(instance=team, action=action, user=actor, data=data)
