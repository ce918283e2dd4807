"""Access to cases on behalf of a person. All views fetch cases through this module.

Unknown and forbidden cases look the same: 404.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import StoredFile, StoredFileQuerySet, Submission
from home.caching.cached_attributes import cached_attribute
from home.web.shortcuts import get_or_404

from .models import (
    Absence,
    CallbackRequest,
    Case,
    CaseQuerySet,
    CaseRelation,
    Message,
    Opinion,
    Role,
    SavedView,
    StatusLink,
    Team,
    TeamMember,
)

# The role that a team member needs for each action.
REQUIRED_ROLES = {
    "read": Role.READ,
    "take": Role.TREAT,
    "note": Role.TREAT,
    "identify": Role.TREAT,
    "tag": Role.TREAT,
    "message": Role.TREAT,
    "ask": Role.TREAT,
    "answer": Role.TREAT,
    "remind": Role.TREAT,
    "go_on": Role.TREAT,
    "assign": Role.TREAT,
    "accept": Role.DECIDE,
    "refuse": Role.DECIDE,
    "withdraw": Role.TREAT,
    "hold": Role.LEAD,
    "work": Role.TREAT,
    "review": Role.DECIDE,
    "appeal": Role.DECIDE,
    "amend": Role.TREAT,
    "enclosure": Role.TREAT,
    "person": Role.DECIDE,
    "call": Role.TREAT,
    "called": Role.TREAT,
    "tie": Role.TREAT,
    "untie": Role.TREAT,
    "merge": Role.TREAT,
    "hand_over": Role.TREAT,
    "redirect": Role.TREAT,
    "reopen": Role.DECIDE,
    "protect": Role.TREAT,
    "unprotect": Role.TREAT,
    "join_code": Role.TREAT,
    "configure": Role.CONFIGURE,
}
RELATED = ("submission", "version", "form", "team", "assignee")


# -- Agents --------------------------------------------------------------------------------------------------
def cases_for(user: User, to: str = "read") -> CaseQuerySet:
    """Return the cases on which ``user`` may do ``to``, rehearsals included.

    Cases with a protected address are included only in teams where ``user`` is a member with ``sees_protected``; the
    same holds for new cases until they are screened.
    """
    cases = Case.objects.all()
    if not user.is_authenticated or not user.is_active:
        return cases.none()
    if user.is_superuser:
        return cases
    # Teams by primary key instead of a subquery, so that PostgreSQL uses the index among a million cases.
    memberships = [one for one in memberships_of(user) if one.role >= REQUIRED_ROLES[to]]
    trusted = [one.team_id for one in memberships if one.sees_protected]
    seen = Q(protected=False) | Q(team__in=trusted) if trusted else Q(protected=False)
    return cases.filter(seen, team__in=[one.team_id for one in memberships])


def is_agent(user: User) -> bool:
    """Return whether ``user`` works on cases: as a member of a team or as a superuser."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or bool(memberships_of(user))


def may_take_cases(user: User) -> bool:
    """Return whether ``user`` may take cases in at least one team."""
    return user.is_superuser or any(one.role >= REQUIRED_ROLES["take"] for one in memberships_of(user))


def memberships_of(user: User) -> list[TeamMember]:
    """Return the memberships of ``user``, annotated with ``stands_in``: a deputy in that team today.

    Cached on ``user``, because list, tabs and menu need them in one request.
    """

    def compute() -> list[TeamMember]:
        deputy = Absence.objects.on(timezone.localdate()).filter(team=OuterRef("team"), deputy=user)
        found = TeamMember.objects.filter(user=user).annotate(stands_in=Exists(deputy))
        return list(found.select_related("team").order_by("team__name"))

    return cached_attribute(user, "_memberships", compute)


def teams_of(user: User) -> QuerySet[Team]:
    """Return the teams whose cases ``user`` may read."""
    return Team.objects.all() if user.is_superuser else Team.objects.filter(memberships__user=user)


def cached_teams_of(user: User) -> list[Team]:
    """Return the teams of ``user`` by name, from the cached memberships; all teams for a superuser."""
    if user.is_superuser:
        return list(Team.objects.all())
    return [one.team for one in memberships_of(user)]


def saved_views_for(user: User, to: str = "read") -> QuerySet[SavedView]:
    """Return the saved views of ``user`` and of their teams.

    With ``to="change"``, only those of teams in which ``user`` is a lead, besides their own.
    """
    least = Role.LEAD if to == "change" else Role.READ
    shared = Q(team__in=[one.team_id for one in memberships_of(user) if one.role >= least])
    if user.is_superuser:
        shared = Q(team__isnull=False)
    return SavedView.objects.filter(Q(owner=user) | shared)


def saved_view_for(user: User, pk: int) -> SavedView:
    """Return a saved view that ``user`` may change. Raise 404 if there is none."""
    return get_or_404(saved_views_for(user, "change"), pk=pk)


def team_for(user: User, key: str, to: str = "read") -> Team:
    """Return the team with this key if ``user`` may do ``to`` in it. Raise 404 otherwise."""
    return get_or_404(_teams(user, REQUIRED_ROLES[to]), key=key)


def may_configure(user: User, team: Team) -> bool:
    """Return whether ``user`` may change the team's own settings: members, absences, views, letter templates."""
    return _teams(user, Role.CONFIGURE).filter(pk=team.pk).exists()


def members_whose_absence_may_be_planned(user: User, team: Team) -> QuerySet[TeamMember]:
    """Return the members whose absences ``user`` may plan: all members for a lead, else only ``user``."""
    members = team.members.filter(is_active=True).order_by("first_name")
    return members if _teams(user, Role.LEAD).filter(pk=team.pk).exists() else members.filter(pk=user.pk)


def _teams(user: User, role: int) -> QuerySet[Team]:
    """Return the teams in which ``user`` has at least this role."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    if user.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(memberships__user=user, memberships__role__gte=role)


def teams_with_role(user: User, role: int) -> set[int]:
    """Return the keys of the teams in which ``user`` is a member with at least ``role``.

    A superuser needs no membership, so the set may be empty for one.
    """
    if not user.is_authenticated or not user.is_active:
        return set()
    return {one.team_id for one in memberships_of(user) if one.role >= role}


def case_for(user: User, reference: str, to: str = "read") -> Case:
    """Return the case with this reference if ``user`` may do ``to`` on it. Raise 404 otherwise."""
    return get_or_404(cases_for(user, to).select_related(*RELATED), reference=reference)


def receipt_for(user: User, reference: str) -> Case:
    """Return the case with this reference for printing its receipt. Raise 404 if ``user`` may not.

    On the day of the submission the agent who entered it may print it too, whichever team works on the case, unless
    its address is protected. An unscreened case can be printed, because the agent has just typed its data.
    """
    cases = cases_for(user)
    if is_agent(user) and not cases.filter(reference=reference).exists():
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        shown = Q(protected=False) | Q(unscreened=True)
        cases = Case.objects.filter(shown, submission__agent=user, opened_at__gte=today)
    return get_or_404(cases.select_related(*RELATED), reference=reference)


def unscreened_for(user: User) -> CaseQuerySet:
    """Return the new cases of the teams of ``user`` that they may see only after screening. For counting only."""
    teams = [one.team_id for one in memberships_of(user) if not one.sees_protected]
    return Case.objects.real().filter(unscreened=True, team__in=[] if user.is_superuser else teams)


def withheld_addresses(user: User, emails: Iterable[str]) -> set[str]:
    """Return those of ``emails`` (normalized) that occur in protected cases hidden from ``user``.

    For pages that show addresses outside of cases.
    """
    asked = {stored_form(one) for one in emails if one}
    unseen = unseen_protected(user).select_related("submission").only("contact", "submission__email")
    return asked & {stored_form(one.email) for one in unseen} if asked else set()


def unseen_protected(user: User) -> CaseQuerySet:
    """Return the protected cases that ``user`` may not see.

    Never show them: they serve to hide their data elsewhere.
    """
    return Case.objects.real().filter(protected=True).exclude(pk__in=cases_for(user).values("pk"))


def once_worked_on(user: User, reference: str) -> Case | None:
    """Return a case that ``user`` opened, worked on or was assigned to and may not see any more; else None.

    Lets a page say so instead of “unknown”. Nothing of the case may be shown.
    """
    if not is_agent(user):
        return None
    case = Case.objects.filter(reference=reference).first()
    if case is None or may_do(user, case, "read"):
        return None
    worked = case.events.filter(Q(actor=user) | Q(kind="assigned", data__agent=user.pk))
    return case if worked.exists() else None


def may_do(user: User, case: Case, to: str) -> bool:
    """Return whether ``user`` may do ``to`` on this case, by the rules of ``cases_for``.

    Makes no query if the memberships are cached, because a page calls it for many buttons.
    """
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or any(
        one.team_id == case.team_id
        and one.role >= REQUIRED_ROLES[to]
        and (one.sees_protected or not case.protected)
        for one in memberships_of(user)
    )


def role_in(user: User, case: Case) -> int:
    """Return the role of ``user`` in the team of the case; 0 if they are no member."""
    if user.is_superuser:
        return Role.CONFIGURE
    return next((one.role for one in memberships_of(user) if one.team_id == case.team_id), 0)


def answer_for(user: User, reference: str, key: str) -> tuple[Case, FieldDefinition]:
    """Return the case and the question whose answer ``user`` may correct. Raise 404 otherwise.

    Files are not answers that can be corrected.
    """
    case = case_for(user, reference, "amend")
    asked = next(
        (field for step in case.version.definition.steps for field in step.fields if field.key == key), None
    )
    kind = field_types.get(asked.type) if asked else None
    if asked is None or kind is None or not (kind.asks and kind.typed and kind.correctable):
        raise Http404
    return case, asked


def related_cases_linked(user: User, case: Case) -> CaseQuerySet:
    """Return the cases related to this one that ``user`` may read."""
    ties = CaseRelation.objects.of(case)
    ends = [pk for tie in ties for pk in (tie.first_id, tie.second_id) if pk != case.pk]
    return cases_for(user).filter(pk__in=ends).select_related("version").order_by("opened_at")


def cases_of_same_applicant(user: User, case: Case) -> CaseQuerySet:
    """Return other cases with the same account, e-mail address or telephone that ``user`` may read."""
    found = cases_for(user) & of_same_contact(case)
    return found.select_related("version").order_by("-opened_at")


def of_same_contact(case: Case) -> CaseQuerySet:
    """Return other cases with the same account, e-mail address or telephone number.

    Does not check access: never show them unfiltered.
    """
    same = Q()
    if case.submission.user_id:
        same |= Q(user=case.submission.user_id)
    if case.email:
        same |= Q(email=case.email)
    if case.phone:
        same |= Q(phone=case.phone)
    if not same:
        return Case.objects.none()
    others = Case.objects.filter(submission__in=Submission.objects.filter(same), rehearsal=case.rehearsal)
    return others.exclude(pk=case.pk)


def redirect_targets(case: Case) -> QuerySet[Form]:
    """Return the published forms that accept submissions, except the case's own."""
    offered = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED)
    return offered.exclude(pk=case.form_id).distinct().order_by("slug")


def open_callbacks_for(user: User) -> QuerySet[CallbackRequest]:
    """Return the open callback requests in the teams of ``user``."""
    cases = cases_for(user, "called").real()
    related = ("case", "case__submission", "case__version", "case__assignee", "case__team")
    return CallbackRequest.objects.open().filter(case__in=cases).select_related(*related)


def file_for(user: User, reference: str, file_id: str) -> StoredFile:
    """Return a file of the submission or of a message. Raise 404 if it is not readable."""
    return _file(case_for(user, reference), file_id)


# -- Applicants ----------------------------------------------------------------------------------------------
def link_by_secret(secret: str) -> StatusLink:
    """Return the status link. Raise 404 if it is unknown, expired or revoked."""
    links = StatusLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    related = ["case", *(f"case__{name}" for name in RELATED)]
    return get_or_404(links.select_related(*related), secret=secret)


def case_by_link(secret: str) -> Case:
    """Return the case of a status link. Raise 404 if the link is unknown, expired or revoked."""
    return link_by_secret(secret).case


def own_cases(user: User) -> CaseQuerySet:
    """Return the cases of ``user`` as the applicant, as far as this is proven."""
    if not user.is_authenticated or not user.is_active:
        return Case.objects.none()
    return Case.objects.real().of_applicant(user)


def unconfirmed_cases(user: User, proven_at: datetime) -> CaseQuerySet:
    """Return the cases that ``user`` may confirm to have sent, without an account, with the address of theirs.

    ``proven_at``: when this session proved access to the mailbox. What was sent later may be from its next owner. Left
    out are cases of another account, and protected ones, because others may read a mailbox.
    """
    if not (user.is_authenticated and user.is_active and user.address_is_proven):
        return Case.objects.none()
    free = Case.objects.real().filter(
        email_confirmed_at=None, protected=False, owner=None, submission__user=None
    )
    return free.filter(opened_at__lte=proven_at).with_address(user.email)


def cases_to_mail(email: str, reference: str = "") -> CaseQuerySet:
    """Return the cases whose links may be mailed to this address, the newest first, without protected ones.

    Does not check access: for messages to the address itself only.
    """
    found = Case.objects.real().filter(protected=False).with_address(stored_form(email))
    if reference:
        found = found.filter(reference=reference)
    return found.select_related("version", "submission").order_by("-opened_at")


def own_case(user: User, reference: str) -> Case:
    """Return one of the user's own cases. Raise 404 otherwise."""
    return get_or_404(own_cases(user).select_related(*RELATED), reference=reference)


# -- Consulted offices ---------------------------------------------------------------------------------------
def opinion_by_secret(secret: str) -> Opinion:
    """Return the opinion of a private link. Raise 404 if it is unknown.

    ``is_open`` tells whether the opinion is still expected.
    """
    related = ["stage", "stage__case", *(f"stage__case__{name}" for name in RELATED)]
    return get_or_404(Opinion.objects.select_related(*related), secret=secret)


def file_by_opinion(opinion: Opinion, file_id: str) -> StoredFile:
    """Return a file of the case for the office whose opinion is expected.

    Raise 404 if the opinion is not open any more, or if the case has a protected address.
    """
    if not opinion.is_open or opinion.stage.case.protected:
        raise Http404
    return _file(opinion.stage.case, file_id)


# -- Files ---------------------------------------------------------------------------------------------------
def files_of(case: Case) -> StoredFileQuerySet:
    """Return the files of the submission and of all messages.

    Does not check access: the caller has fetched ``case`` for its user.
    """
    sent = Message.files.through.objects.filter(message__case=case).values("storedfile")
    return StoredFile.objects.filter(Q(submission=case.submission_id) | Q(pk__in=sent))


def _file(case: Case, file_id: str) -> StoredFile:
    return get_or_404(files_of(case).readable(), pk=file_id)
