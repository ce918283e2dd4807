"""The only queries for problem reports on behalf of a user. Unknown and forbidden reports both give 404."""

from collections.abc import Iterable
from uuid import UUID

from django.core import signing
from django.db.models import Exists, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.models import Case
from eservices.submissions.models import StoredFile
from home.web.shortcuts import get_or_404

from . import form_definition, nearby
from .models import ProblemCategory, ProblemReport, ProblemReportQuerySet, ReportFollower
from .nearby import Point

MAX_NEARBY = 3
MAX_ON_MAP = 200  # reports of the public list beside those of its page
LOOKED_AT = 200  # candidates in the same street or area
PHOTO_HOLDS = 60 * 60 * 12  # seconds; a job deletes unclaimed files after a day
PHOTO_SALT = "reports.photo"


# -- Public --------------------------------------------------------------------------------------------------
def report_categories() -> list[ProblemCategory]:
    """Return the categories in their order, in the active language, else in their original language."""
    return ProblemCategory.objects.select_related("team").in_language(get_language())


def has_categories() -> bool:
    """Return whether the commune accepts problem reports, that is, has categories."""
    return ProblemCategory.objects.exists()


def has_categories_expression() -> Exists:
    """Return the same as an annotation."""
    return Exists(ProblemCategory.objects.all())


def public_reports() -> ProblemReportQuerySet:
    """Return the reports of the public list, newest first."""
    return ProblemReport.objects.listed(timezone.now()).select_related("case", "photo").newest_first()


def reports_on_map(
    reports: ProblemReportQuerySet, *, besides: Iterable[ProblemReport]
) -> list[ProblemReport]:
    """Return public ``reports`` with a public place, newest first, without those in ``besides``."""
    placed = reports.filter(published=True, lat__isnull=False, lon__isnull=False)
    others = placed.exclude(pk__in=[one.pk for one in besides]).select_related(None)
    return list(others.only("title", "lat", "lon")[:MAX_ON_MAP])


def public_report(pk: int) -> ProblemReport:
    return get_or_404(public_reports(), pk=pk)


def merged_into(pk: int) -> ProblemReport:
    """Return the public report with which a duplicate was merged; 404 if there is none."""
    report = ProblemReport.objects.select_related("case__duplicate_of__report").filter(pk=pk).first()
    original = report.case.duplicate_of if report else None
    if original is None or not hasattr(original, "report"):
        raise Http404
    known = original.report
    return merged_into(known.pk) if known.case.duplicate_of_id else public_report(known.pk)


def public_photo(pk: int) -> StoredFile:
    """Return the photo of a report; 404 unless an agent approved it."""
    photo = public_report(pk).public_photo
    if photo is None:
        raise Http404
    return photo


def possible_duplicates(
    category: UUID | str, point: Point | None, place: str
) -> list[tuple[ProblemReport, int | None]]:
    """Return reports of possibly the same problem, nearest first, with the distance in metres if known.

    ``category``: its translation key.
    No agent approved their texts: only category, dates and state may be shown.
    """
    asked = ProblemReport.objects.asked_about(timezone.now()).filter(category=category).select_related("case")
    if point:
        (south, west), (north, east) = nearby.bounding_box(point)
        close = asked.filter(lat__range=(south, north), lon__range=(west, east))[:LOOKED_AT]
        found = [(one, round(nearby.distance_in_metres(point, one.point))) for one in close if one.point]
        found = [(one, metres) for one, metres in found if metres <= nearby.NEAR]
        return [*sorted(found, key=lambda pair: pair[1])[:MAX_NEARBY]]
    if street := nearby.street_name(place):
        latest = asked.exclude(place="").newest_first()[:LOOKED_AT]
        same = [one for one in latest if nearby.street_name(one.place) == street]
        return [(one, None) for one in same[:MAX_NEARBY]]
    return []


def report_to_join(pk: str) -> ProblemReport | None:
    """Return the report that a visitor reports as well; None if it is unknown or ended long ago."""
    asked = ProblemReport.objects.asked_about(timezone.now()).select_related("case")
    return asked.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None


def follower_by_secret(secret: str) -> ReportFollower:
    return get_or_404(ReportFollower.objects.select_related("report"), secret=secret)


def followed_by(email: str) -> QuerySet[ReportFollower]:
    """Return where a proven address follows reports of others."""
    return ReportFollower.objects.filter(email=email).select_related("report__case")


# -- While reporting -----------------------------------------------------------------------------------------
def photo_token(photo: StoredFile) -> str:
    """Return the signed token by which a page sends its photo again."""
    return signing.TimestampSigner(salt=PHOTO_SALT).sign(str(photo.pk))


def shown_photo(token: str) -> StoredFile:
    """Return the photo of a page that is shown again; 404 if its token is invalid or it was filed or is held."""
    photo = photo_by_token(token)
    if photo is None or not photo.readable:
        raise Http404
    return photo


def photo_by_token(text: str) -> StoredFile | None:
    """Return the photo of a token; None if the token is invalid or expired, or the photo was filed."""
    try:
        pk = signing.TimestampSigner(salt=PHOTO_SALT).unsign(text, max_age=PHOTO_HOLDS)
    except signing.BadSignature:
        return None
    return StoredFile.objects.unclaimed().filter(pk=pk).first()


# -- After reporting -----------------------------------------------------------------------------------------
def report_of(case: Case) -> ProblemReport | None:
    """Return the problem report of a case; None if the case is none.

    The access to the case must have been checked.
    """
    return ProblemReport.objects.filter(case=case).first()


def has_photo(case: Case) -> bool:
    """Return whether the case is a problem report with a photo that may be shown. No query for other cases."""
    if case.form_id != form_definition.KEY:
        return False
    report = ProblemReport.objects.filter(case=case).select_related("photo").first()
    return bool(report and report.photo and report.photo.readable)


# -- Agents --------------------------------------------------------------------------------------------------
def report_for(user: User, reference: str) -> ProblemReport:
    """Return the report of a case that the agent works on; 404 if not."""
    case = cases.case_for(user, reference, "message")
    return get_or_404(ProblemReport.objects.select_related("case", "photo"), case=case)
