"""The only ways to fetch a case on behalf of a person. Unknown and forbidden look the same: 404."""

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import StoredFile, Submission
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

# What a member of a team needs to be to do something; reading needs the least.
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
def cases_for(user, to: str = "read") -> CaseQuerySet:
    """The cases on which ``user`` may do ``to``, rehearsals among them.

    Those of people whose address is protected are there for the members who treat them, and for nobody else; and so
    are new ones until they are screened.
    """
    cases = Case.objects.all()
    if not user.is_authenticated or not user.is_active:
        return cases.none()
    if user.is_superuser:
        return cases
    # Teams by their number instead of a subquery: of a million cases PostgreSQL then takes them by the index.
    memberships = [one for one in memberships_of(user) if one.role >= REQUIRED_ROLES[to]]
    trusted = [one.team_id for one in memberships if one.sees_protected]
    seen = Q(protected=False) | Q(team__in=trusted) if trusted else Q(protected=False)
    return cases.filter(seen, team__in=[one.team_id for one in memberships])


def is_agent(user) -> bool:
    """Whether ``user`` treats cases at all: a member of a team, or who runs the site."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or bool(memberships_of(user))


def may_take_cases(user) -> bool:
    """Whether ``user`` may take cases in some team."""
    return user.is_superuser or any(one.role >= REQUIRED_ROLES["take"] for one in memberships_of(user))


def memberships_of(user) -> list[TeamMember]:
    """In which teams ``user`` is what, and whether somebody's deputy there today (``stands_in``): read once for a
    request's user, since list, tabs and menu all ask."""
    if not hasattr(user, "_memberships"):
        deputy = Absence.objects.on(timezone.localdate()).filter(team=OuterRef("team"), deputy=user)
        found = TeamMember.objects.filter(user=user).annotate(stands_in=Exists(deputy))
        user._memberships = list(found.select_related("team").order_by("team__name"))
    return user._memberships


def teams_of(user):
    """The teams whose cases ``user`` may read."""
    return Team.objects.all() if user.is_superuser else Team.objects.filter(memberships__user=user)


def cached_teams_of(user) -> list[Team]:
    """The same, by name, as they are known without a query."""
    if user.is_superuser:
        return list(Team.objects.all())
    return [one.team for one in memberships_of(user)]


def saved_views_for(user, to: str = "read"):
    """The views of the queue that ``user`` kept, and those kept for the own teams; to ``change``, teams one leads."""
    least = Role.LEAD if to == "change" else Role.READ
    shared = Q(team__in=[one.team_id for one in memberships_of(user) if one.role >= least])
    if user.is_superuser:
        shared = Q(team__isnull=False)
    return SavedView.objects.filter(Q(owner=user) | shared)


def saved_view_for(user, pk: int) -> SavedView:
    """A saved view that ``user`` may change; else 404."""
    return get_or_404(saved_views_for(user, "change"), pk=pk)


def team_for(user, key: str, to: str = "read") -> Team:
    """The team of this key, if ``user`` may do ``to`` in it; else 404."""
    return get_or_404(_teams(user, REQUIRED_ROLES[to]), key=key)


def may_configure(user, team: Team) -> bool:
    """Whether ``user`` sets what the team sets for itself: members, absences, views, letters."""
    return _teams(user, Role.CONFIGURE).filter(pk=team.pk).exists()


def members_whose_absence_may_be_planned(user, team: Team):
    """The members whose absences ``user`` notes: everybody's as a lead, else the own."""
    members = team.members.filter(is_active=True).order_by("first_name")
    return members if _teams(user, Role.LEAD).filter(pk=team.pk).exists() else members.filter(pk=user.pk)


def _teams(user, role: int):
    """The teams in which ``user`` has at least this role."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    if user.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(memberships__user=user, memberships__role__gte=role)


def teams_with_role(user, role: int) -> set[int]:
    """The keys of the teams in which ``user`` has at least ``role`` as a member; an administrator needs none."""
    if not user.is_authenticated or not user.is_active:
        return set()
    return {one.team_id for one in memberships_of(user) if one.role >= role}


def case_for(user, reference: str, to: str = "read") -> Case:
    """The case of this reference, if ``user`` may do ``to`` on it; else 404."""
    return get_or_404(cases_for(user, to).select_related(*RELATED), reference=reference)


def receipt_for(user, reference: str) -> Case:
    """The case of this reference, for its receipt on paper; else 404.

    On the day it was filed also for the agent who filed it, whichever team treats it, unless its person is protected.
    While it is not screened the agent prints what they have just typed.
    """
    cases = cases_for(user)
    if is_agent(user) and not cases.filter(reference=reference).exists():
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        shown = Q(protected=False) | Q(unscreened=True)
        cases = Case.objects.filter(shown, submission__agent=user, opened_at__gte=today)
    return get_or_404(cases.select_related(*RELATED), reference=reference)


def unscreened_for(user) -> CaseQuerySet:
    """The new cases of the own teams that ``user`` sees once they are screened. For counting alone."""
    teams = [one.team_id for one in memberships_of(user) if not one.sees_protected]
    return Case.objects.real().filter(unscreened=True, team__in=[] if user.is_superuser else teams)


def withheld_addresses(user, emails) -> set[str]:
    """Those of ``emails`` (in their normal form) that stand in protected cases which ``user`` does not see.

    For screens that show addresses outside of cases.
    """
    asked = {stored_form(one) for one in emails if one}
    unseen = unseen_protected(user).select_related("submission").only("contact", "submission__email")
    return asked & {stored_form(one.email) for one in unseen} if asked else set()


def unseen_protected(user) -> CaseQuerySet:
    """The protected cases that ``user`` does not see. For nobody's eyes: what stands in them is withheld elsewhere."""
    return Case.objects.real().filter(protected=True).exclude(pk__in=cases_for(user).values("pk"))


def once_worked_on(user, reference: str) -> Case | None:
    """The case of this reference if ``user`` opened it, filed it or did something on it, and sees it no more.

    To say so in place of "unknown"; nothing of the case is shown.
    """
    if not is_agent(user):
        return None
    case = Case.objects.filter(reference=reference).first()
    if case is None or may_do(user, case, "read"):
        return None
    worked = case.events.filter(Q(actor=user) | Q(kind="assigned", data__agent=user.pk))
    return case if worked.exists() else None


def may_do(user, case: Case, to: str) -> bool:
    """Whether ``user`` may do ``to`` on this case, as ``cases_for`` has it; asked by screens for many a button."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or any(
        one.team_id == case.team_id
        and one.role >= REQUIRED_ROLES[to]
        and (one.sees_protected or not case.protected)
        for one in memberships_of(user)
    )


def role_in(user, case: Case) -> int:
    """The role of ``user`` in the case's team; 0 for a stranger."""
    if user.is_superuser:
        return Role.CONFIGURE
    return next((one.role for one in memberships_of(user) if one.team_id == case.team_id), 0)


def answer_for(user, reference: str, key: str) -> tuple[Case, FieldDefinition]:
    """The case and the question of it whose answer ``user`` may put right; else 404. Papers are not answers."""
    case = case_for(user, reference, "amend")
    asked = next(
        (field for step in case.version.definition.steps for field in step.fields if field.key == key), None
    )
    kind = asked and field_types.get(asked.type)
    if kind is None or not (kind.asks and kind.typed and kind.correctable):
        raise Http404
    return case, asked


def related_cases_linked(user, case: Case) -> CaseQuerySet:
    """The cases tied to this one that ``user`` may read too."""
    ties = CaseRelation.objects.of(case)
    ends = [pk for tie in ties for pk in (tie.first_id, tie.second_id) if pk != case.pk]
    return cases_for(user).filter(pk__in=ends).select_related("version").order_by("opened_at")


def cases_of_same_applicant(user, case: Case) -> CaseQuerySet:
    """What the same person filed besides, as far as ``user`` may read it: same account, address or telephone."""
    found = cases_for(user) & of_same_contact(case)
    return found.select_related("version").order_by("-opened_at")


def of_same_contact(case: Case) -> CaseQuerySet:
    """Other cases of the same account, e-mail address or telephone number. For nobody's eyes."""
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


def redirect_targets(case: Case):
    """The forms that take requests, but the case's own."""
    offered = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED)
    return offered.exclude(pk=case.form_id).distinct().order_by("slug")


def open_callbacks_for(user):
    """The call-backs that somebody waits for in the teams of ``user``."""
    cases = cases_for(user, "called").real()
    related = ("case", "case__submission", "case__version", "case__assignee", "case__team")
    return CallbackRequest.objects.open().filter(case__in=cases).select_related(*related)


def file_for(user, reference: str, file_id) -> StoredFile:
    """A file that came with the request or a message; 404 while it may not be opened."""
    return _file(case_for(user, reference), file_id)


# -- Applicants ----------------------------------------------------------------------------------------------
def link_by_secret(secret: str) -> StatusLink:
    """The private link; 404 where it is unknown, expired or revoked."""
    links = StatusLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    related = ["case", *(f"case__{name}" for name in RELATED)]
    return get_or_404(links.select_related(*related), secret=secret)


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
    return get_or_404(own_cases(user).select_related(*RELATED), reference=reference)


# -- Offices that are asked ----------------------------------------------------------------------------------
def opinion_by_secret(secret: str) -> Opinion:
    """The opinion that a private link asks for; 404 where it is unknown. ``is_open`` says whether it is waited for."""
    related = ["stage", "stage__case", *(f"stage__case__{name}" for name in RELATED)]
    return get_or_404(Opinion.objects.select_related(*related), secret=secret)


def file_by_opinion(opinion: Opinion, file_id) -> StoredFile:
    """A file of the case, for an office whose opinion is waited for; 404 afterwards, and where somebody's address is
    protected."""
    if not opinion.is_open or opinion.stage.case.protected:
        raise Http404
    return _file(opinion.stage.case, file_id)


# -- Files ---------------------------------------------------------------------------------------------------
def files_of(case: Case):
    """What came with the request or a message, of either side. ``case`` was fetched for whoever asks."""
    sent = Message.files.through.objects.filter(message__case=case).values("storedfile")
    return StoredFile.objects.filter(Q(submission=case.submission_id) | Q(pk__in=sent))


def _file(case: Case, file_id) -> StoredFile:
    return get_or_404(files_of(case).readable(), pk=file_id)
