"""The only ways to fetch a case on behalf of a person. Unknown and forbidden look the same: 404."""

from django.http import Http404
from django.utils import timezone

from eservices.submissions.models import StoredFile

from .models import Case, CaseLink, CaseQuerySet, Role, Team, TeamMember

# What a member of a team needs to be to do something; reading needs the least.
NEEDED = {
    "read": Role.READ,
    "take": Role.TREAT,
    "note": Role.TREAT,
    "message": Role.TREAT,
    "ask": Role.TREAT,
    "assign": Role.TREAT,
    "accept": Role.DECIDE,
    "refuse": Role.DECIDE,
    "withdraw": Role.TREAT,
}
RELATED = ("submission", "version", "form", "team", "assignee")


# -- Agents --------------------------------------------------------------------------------------------------
def cases_for(user, to: str = "read") -> CaseQuerySet:
    """The cases on which ``user`` may do ``to``, rehearsals among them."""
    cases = Case.objects.all()
    if not user.is_authenticated or not user.is_active:
        return cases.none()
    if user.is_superuser:
        return cases
    teams = TeamMember.objects.filter(user=user, role__gte=NEEDED[to]).values("team")
    return cases.filter(team__in=teams)


def is_agent(user) -> bool:
    """Whether ``user`` treats cases at all: a member of a team, or who runs the site."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or TeamMember.objects.filter(user=user).exists()


def teams_of(user):
    """The teams whose cases ``user`` may read."""
    return Team.objects.all() if user.is_superuser else Team.objects.filter(memberships__user=user)


def case_for(user, reference: str, to: str = "read") -> Case:
    """The case of this reference, if ``user`` may do ``to`` on it; else 404."""
    return _one(cases_for(user, to).select_related(*RELATED), reference=reference)


def may(user, case: Case, to: str) -> bool:
    """Whether ``user`` may do ``to`` on this case; asked by screens to show a button or not."""
    return cases_for(user, to).filter(pk=case.pk).exists()


def role_in(user, case: Case) -> int:
    """The role of ``user`` in the case's team; 0 for a stranger."""
    if user.is_superuser:
        return Role.LEAD
    return case.team.memberships.filter(user_id=user.pk).values_list("role", flat=True).first() or 0


def file_for(user, reference: str, file_id) -> StoredFile:
    """A file that the applicant of this case sent, with the request or a message."""
    return _file(case_for(user, reference), file_id)


# -- Applicants ----------------------------------------------------------------------------------------------
def link_by_secret(secret: str) -> CaseLink:
    """The private link; 404 where it is unknown, expired or revoked."""
    links = CaseLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    related = ["case", *(f"case__{name}" for name in RELATED)]
    return _one(links.select_related(*related), secret=secret)


def case_by_link(secret: str) -> Case:
    """The case behind a private link; 404 where the link is unknown, expired or revoked."""
    return link_by_secret(secret).case


def own_cases(user) -> CaseQuerySet:
    """What this person filed, as far as it is proven."""
    if not user.is_authenticated or not user.is_active:
        return Case.objects.none()
    return Case.objects.real().of_applicant(user)


def own_case(user, reference: str) -> Case:
    """One of the own cases; else 404."""
    return _one(own_cases(user).select_related(*RELATED), reference=reference)


def file_by_link(secret: str, file_id) -> StoredFile:
    """A file of the case behind a private link."""
    return _file(case_by_link(secret), file_id)


def _file(case: Case, file_id) -> StoredFile:
    sent = StoredFile.objects.filter(submission=case.submission) | StoredFile.objects.filter(
        messages__case=case
    )
    return _one(sent.distinct(), pk=file_id)


def _one(rows, **key):
    try:
        return rows.get(**key)
    except (rows.model.DoesNotExist, ValueError):
        raise Http404 from None
