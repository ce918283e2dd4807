"""Absences and deputies.

An absence applies to one team, and the deputy is always a member of the same team.
"""

from datetime import date

from django.utils import timezone

from eservices.accounts.models import User
from home.caching.cached_attributes import cached_attribute

from .. import access
from ..models import Absence, Case, Team

MAX_DEPUTY_CHAIN = 5  # longest chain of deputies who are away too


def absence_of(user: User, team: Team, day: date | None = None) -> Absence | None:
    """Return the absence of ``user`` on ``day``, by default today; of several, the one that ends last.

    None if present.
    """
    found = Absence.objects.on(day or timezone.localdate()).filter(user=user, team=team)
    return found.select_related("deputy").order_by("last_day").last()


def absences_by_user(team: Team | int, day: date | None = None) -> dict[int, Absence]:
    """Return the absences in the team on ``day``, by default today, by the key of the user."""
    found = Absence.objects.on(day or timezone.localdate()).filter(team=team)
    return {one.user_id: one for one in found.select_related("deputy").order_by("last_day")}


def absence_of_deputy(absence: Absence) -> Absence | None:
    """Return the deputy's first own absence that overlaps with ``absence``; None if there is none."""
    return _overlapping_days(absence).filter(user=absence.deputy).first()


def uncovered_absence(absence: Absence) -> Absence | None:
    """Return the first overlapping absence of a colleague whose deputy is the absent user; None if there is none."""
    return _overlapping_days(absence).filter(deputy=absence.user).first()


def _overlapping_days(absence: Absence):
    others = absence.team.absences.between(absence.first_day, absence.last_day)
    return others.select_related("user").order_by("first_day")


def members_who_see(case: Case):
    """Return the active memberships of the case's team that may see the case."""
    members = case.team.memberships.filter(user__is_active=True)
    return members.filter(sees_protected=True) if case.protected else members


def members_who_may_confirm(case: Case, proposed_by: int):
    """Return the memberships that may confirm a proposal of ``proposed_by``."""
    return members_who_see(case).filter(role__gte=access.REQUIRED_ROLES["review"]).exclude(user=proposed_by)


def visible_colleagues(case: Case):
    """Return the users of the case's team who may see it."""
    return User.objects.filter(memberships__in=members_who_see(case)).order_by("first_name", "last_name")


def acting_agent(user: User, case: Case, day: date | None = None) -> User:
    """Return who acts for ``user`` on ``case``: the deputy during an absence, that deputy's deputy, else ``user``.

    A deputy counts only as a team member who may see the case.
    """
    acting, absences = user, absences_by_user(case.team, day)
    for _step in range(MAX_DEPUTY_CHAIN):
        absence = absences.get(acting.pk)
        deputy = absence and absence.deputy
        if not deputy or not members_who_see(case).filter(user=deputy).exists():
            return acting
        acting = deputy
        if acting == user:
            return user  # the deputies form a cycle
    return acting


def represented_colleagues(user: User) -> dict[int, set[int]]:
    """Return the absent colleagues for whom ``user`` acts today: keys of users by key of the team.

    Cached on ``user``, like the memberships.
    """

    def compute() -> dict[int, set[int]]:
        teams = [member.team_id for member in access.memberships_of(user) if member.stands_in]
        found = {team: _represented(user, team) for team in teams}
        return {team: colleagues for team, colleagues in found.items() if colleagues}

    return cached_attribute(user, "_stood_in_for", compute)


def _represented(user: User, team: int) -> set[int]:
    deputies = {who: absence.deputy_id for who, absence in absences_by_user(team).items()}
    return {who for who in deputies if who != user.pk and _acting_deputy(who, deputies) == user.pk}


def _acting_deputy(agent: int, deputies: dict[int, int | None]) -> int:
    acting = agent
    for _step in range(MAX_DEPUTY_CHAIN):
        deputy = deputies.get(acting)
        if deputy is None:
            return acting
        if deputy == agent:
            return agent  # the deputies form a cycle
        acting = deputy
    return acting
