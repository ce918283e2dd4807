"""Who is in a team, with what right, and when somebody is away. Wagtail's log keeps who changed it."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User

from ..models import Absence, Role, Team, TeamMember
from .assigning import assign
from .base import IllegalTransition

LONGEST = 366  # days away in one absence


@transaction.atomic
def set_role(*, actor: User, team: Team, user: User, role: int) -> TeamMember:
    """Takes ``user`` into the team, or changes what the member may do there."""
    Team.objects.select_for_update().get(pk=team.pk)
    if user == actor and not actor.is_superuser:
        raise IllegalTransition(_("Nobody changes their own role: ask a colleague."))
    member, _new = TeamMember.objects.update_or_create(team=team, user=user, defaults={"role": role})
    _log(actor, team, member=user.pk, role=str(Role(role).label))
    return member


@transaction.atomic
def remove_member(*, actor: User, team: Team, user: User) -> None:
    """Takes somebody out of the team. What the member had in hand there is nobody's again."""
    Team.objects.select_for_update().get(pk=team.pk)
    if user == actor and not actor.is_superuser:
        raise IllegalTransition(_("Nobody changes their own role: ask a colleague."))
    for case in team.cases.open().filter(assignee=user).order_by("pk"):
        assign(actor=actor, case=case, agent=None)
    team.absences.filter(user=user).delete()
    team.absences.filter(deputy=user).update(deputy=None)
    TeamMember.objects.filter(team=team, user=user).delete()
    _log(actor, team, member=user.pk, role="")


@transaction.atomic
def plan_absence(
    *, actor: User, team: Team, user: User, first_day: date, last_day: date, deputy: User | None
) -> Absence:
    """Notes when somebody of the team is away, both days included, and who of the team stands in."""
    Team.objects.select_for_update().get(pk=team.pk)
    members = set(team.memberships.values_list("user", flat=True))
    if user.pk not in members or (deputy and deputy.pk not in members):
        raise IllegalTransition(_("Both must be of this team."))
    if deputy == user:
        raise IllegalTransition(_("Somebody else has to stand in."))
    if last_day < first_day or last_day < timezone.localdate():
        raise IllegalTransition(_("The last day comes before the first, or is over."))
    if (last_day - first_day).days > LONGEST:
        raise IllegalTransition(_("A year at most."))
    if noted := team.absences.filter(user=user).between(first_day, last_day).first():
        said = _(
            "%(user)s is noted as away from %(first)s to %(last)s already: "
            "delete that first, or choose other days."
        )
        raise IllegalTransition(said % {"user": user, **noted.days})
    planned = Absence.objects.create(
        team=team, user=user, first_day=first_day, last_day=last_day, deputy=deputy
    )
    _log(actor, team, absent=user.pk, deputy=deputy and deputy.pk)
    return planned


@transaction.atomic
def cancel_absence(*, actor: User, absence: Absence) -> None:
    """Somebody is back, or never went."""
    absence.delete()
    _log(actor, absence.team, back=absence.user_id)


def _log(actor: User, team: Team, **data) -> None:
    log(instance=team, action="wagtail.edit", user=actor, data=data)
