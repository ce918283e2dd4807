"""Every write on problem reports: filing, following, updating, merging, erasing."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases import states as case_states
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case
from eservices.submissions.actions import file_reference, store_checked_file
from eservices.submissions.models import StoredFile, Submission
from eservices.submissions.signals import submission_sent
from eservices.submissions.upload_checks import CheckedFile

from . import emails, form_definition, states
from .models import ProblemCategory, ProblemReport, ReportFollower
from .states import ENDS, ReportState

MAX_FOLLOWERS = 200  # of one report


def store_photo(*, actor: User | None, photo: CheckedFile) -> StoredFile:
    """Store a photo for a page that is shown again. It has no owner until the report is filed."""
    stored = store_checked_file(photo, field="photo")
    stored.save()
    return stored


@transaction.atomic
def create_report(
    *,
    actor: User | None,
    category: ProblemCategory,
    place: dict[str, Any],
    photo: StoredFile | None = None,
    detail: str = "",
    email: str = "",
    language: str,
) -> ProblemReport:
    """File a problem report: an ordinary submission whose case goes to the category's team.

    ``place`` has an address, coordinates (lat, lon), or both. A photo that belongs to another report is left out.
    """
    if photo is not None:
        photo = StoredFile.objects.select_for_update().filter(pk=photo.pk, submission=None).first()
    version = form_definition.reports_form_version()
    answers = {
        "photo": [file_reference(photo)] if photo else None,
        "lieu": place,
        "sujet": category.name,
        "detail": detail or None,
        "email": email or None,
    }
    submission = Submission.objects.create(
        version=version, language=language, answers=answers, email=email, user=actor
    )
    if photo is not None:
        photo.submission = submission
        photo.save(update_fields=["submission"])
    submission_sent.send(sender=Submission, submission=submission, team=category.team)
    return ProblemReport.objects.create(
        case=Case.objects.get(submission=submission),
        category=category.translation_key,
        reported_at=submission.sent_at,
        place=place.get("address", ""),
        lat=place.get("lat"),
        lon=place.get("lon"),
        photo=photo,
    )


@transaction.atomic
def follow_report(*, actor: User | None, report: ProblemReport, email: str = "", language: str) -> None:
    """Count another person with the same problem. With an address, they get an e-mail at each change."""
    report = _locked(report)
    ProblemReport.objects.filter(pk=report.pk).update(also=F("also") + 1)
    if email and report.shown_state not in ENDS and report.followers.count() < MAX_FOLLOWERS:
        ReportFollower.objects.get_or_create(
            report=report, email=stored_form(email), defaults={"language": language}
        )


def unfollow_report(*, actor: User | None, follower: ReportFollower) -> None:
    """Stop e-mails about this report to this address."""
    follower.delete()


@transaction.atomic
def update_report(
    *,
    actor: User,
    report: ProblemReport,
    state: str,
    planned_for: date | None = None,
    word: str = "",
    published: bool = False,
    title: str = "",
    public_place: str = "",
    photo_published: bool = False,
) -> ProblemReport:
    """Update the state of a report and what is public of it.

    Followers get an e-mail about a new state or date; ``word`` without one goes only to the person who reported it.
    The first agent who updates the report takes the case. The case closes if the problem is mended or not the
    commune's.
    """
    case = cases.lock_case(report.case_id)
    report = _locked(report)
    if report.erased_at or not states.is_allowed(report.state, state):
        raise IllegalTransition(
            _("This is no longer possible. The state is now “%(state)s”.") % _state(report)
        )
    if published and not title.strip():
        raise IllegalTransition(_("Enter a title before you make it public."))
    planned_for = planned_for if state == ReportState.PLANNED else None
    known = report.standing
    report.state, report.planned_for = state, planned_for
    report.published, report.title, report.public_place = published, title.strip(), public_place.strip()
    report.photo_published = photo_published and report.photo is not None
    if state in ENDS:
        report.ended_at = report.ended_at or timezone.now()
    report.save()
    if case.assignee is None and case_states.is_allowed("take", case.state):
        cases.take_case(actor=actor, case=case)
    shown = {"published": published, "photo": report.photo_published}
    audit_log.record_event(
        case, "report_told", actor, state=state, planned_for=planned_for and str(planned_for), **shown
    )
    if report.standing != known:
        _tell_everybody(report, case, word)
    elif word.strip():
        emails.send_update_to_reporter(report, case, word)
    return report


def _tell_everybody(report: ProblemReport, case: Case, word: str) -> None:
    emails.send_update_to_reporter(report, case, word)
    for follower in report.followers.all():
        emails.send_update_to_follower(report, case, follower)
    if report.state in ENDS:
        report.followers.all().delete()
        if case.is_open:
            cases.wake_process(case=case)


@transaction.atomic
def move_followers(*, actor: User, case: Case, other: Case) -> None:
    """Move the followers of a duplicate to the report of ``other``.

    If that has ended, they get an e-mail about it at once.
    """
    reports = {
        one.case_id: one for one in ProblemReport.objects.select_for_update().filter(case__in=[case, other])
    }
    if len(reports) < 2:
        return
    known, twice = reports[other.pk], reports[case.pk]
    ProblemReport.objects.filter(pk=known.pk).update(also=F("also") + 1 + twice.also)
    hearing = [other.email, *known.followers.values_list("email", flat=True)]
    if case.email:
        ReportFollower.objects.get_or_create(
            report=twice, email=case.email, defaults={"language": case.language}
        )
    moved = twice.followers.exclude(email__in=hearing)
    if known.shown_state in ENDS:
        for follower in moved:
            emails.send_update_to_follower(known, other, follower)
    else:
        moved.update(report=known)
    twice.followers.all().delete()


@transaction.atomic
def erase_report(*, actor: User, case: Case) -> None:
    """Erase the personal data in the report of a case; category, dates and state stay for the statistics."""
    report = ProblemReport.objects.filter(case=case).first()
    if report is None:
        return
    report.followers.all().delete()
    report.place, report.title, report.public_place = "", "", ""
    report.lat = report.lon = report.photo = None
    report.published = report.photo_published = False
    report.erased_at = timezone.now()
    report.save()


def _locked(report: ProblemReport) -> ProblemReport:
    return (
        ProblemReport.objects.select_for_update(of=("self",))
        .select_related("case", "photo")
        .get(pk=report.pk)
    )


def _state(report: ProblemReport) -> dict[str, str]:
    return {"state": report.get_state_display()}
