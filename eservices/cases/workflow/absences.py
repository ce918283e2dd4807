"""Who is away, and who stands in. Absences hold for one team: a deputy is always of the same."""

from datetime import date

from django.utils import timezone

from eservices.accounts.models import User

from .. import access
from ..models import Absence, Case, Team

MAX_DEPUTY_CHAIN = 5  # deputies in a row that are away themselves


def absence_of(user: User, team: Team, day: date | None = None) -> Absence | None:
    """The absence of ``user`` on ``day`` (today), that ends last where there are several."""
    found = Absence.objects.on(day or timezone.localdate()).filter(user=user, team=team)
    return found.select_related("deputy").order_by("last_day").last()


def absences_by_user(team: Team | int, day: date | None = None) -> dict[int, Absence]:
    """Who of the team is away on ``day`` (today): key of the user → absence."""
    found = Absence.objects.on(day or timezone.localdate()).filter(team=team)
    return {one.user_id: one for one in found.select_related("deputy").order_by("last_day")}


def absence_of_deputy(absence: Absence) -> Absence | None:
    """The first absence of who stands in, on days of this one."""
    return _same_days(absence).filter(user=absence.deputy).first()


def uncovered_absence(absence: Absence) -> Absence | None:
    """The first absence of a colleague for whom who is away was to stand in, on days of this one."""
    return _same_days(absence).filter(deputy=absence.user).first()


def _same_days(absence: Absence):
    others = absence.team.absences.between(absence.first_day, absence.last_day)
    return others.select_related("user").order_by("first_day")


def members_who_see(case: Case):
    """The memberships of the case's team that let somebody see it."""
    members = case.team.memberships.filter(user__is_active=True)
    return members.filter(sees_protected=True) if case.protected else members


def members_who_may_confirm(case: Case, proposed_by: int):
    """The memberships of those who may confirm what somebody proposed."""
    return members_who_see(case).filter(role__gte=access.REQUIRED_ROLES["review"]).exclude(user=proposed_by)


def visible_colleagues(case: Case):
    """Who of the case's team may see it."""
    return User.objects.filter(memberships__in=members_who_see(case)).order_by("first_name", "last_name")


def acting_agent(user: User, case: Case, day: date | None = None) -> User:
    """Who acts for ``user`` on ``case``: the deputy while away, the deputy's deputy if need be, else ``user``.

    Only a deputy who is still of the team, and may see the case, counts.
    """
    acting, gone = user, absences_by_user(case.team, day)
    for _step in range(MAX_DEPUTY_CHAIN):
        absence = gone.get(acting.pk)
        deputy = absence and absence.deputy
        if not deputy or not members_who_see(case).filter(user=deputy).exists():
            return acting
        acting = deputy
        if acting == user:
            return user  # everybody stands in for everybody
    return acting


def represented_colleagues(user: User) -> dict[int, set[int]]:
    """For whom ``user`` acts today, by team: keys of teams and of the colleagues who are away. Read once for a
    request's user, as the memberships are."""
    if not hasattr(user, "_stood_in_for"):
        teams = [member.team_id for member in access.memberships_of(user) if member.stands_in]
        found = {team: _represented(user, team) for team in teams}
        user._stood_in_for = {team: colleagues for team, colleagues in found.items() if colleagues}
    return user._stood_in_for


def _represented(user: User, team: int) -> set[int]:
    gone = {who: absence.deputy_id for who, absence in absences_by_user(team).items()}
    return {who for who in gone if who != user.pk and _acting(who, gone) == user.pk}


def _acting(who: int, gone: dict[int, int | None]) -> int:
    acting = who
    for _step in range(MAX_DEPUTY_CHAIN):
        deputy = gone.get(acting)
        if deputy is None:
            return acting
        if deputy == who:
            return who  # everybody stands in for everybody
        acting = deputy
    return acting
