"""The only ways to fetch a report on behalf of a person. Unknown and forbidden look the same: 404."""

from django.core import signing
from django.db.models import Exists, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from eservices.cases import access as cases
from eservices.cases.models import Case
from eservices.submissions.models import StoredFile
from home.web.shortcuts import get_or_404

from . import nearby
from .models import ProblemCategory, ProblemReport, ReportFollower
from .nearby import Point

MAX_NEARBY = 3
MAX_ON_MAP = 200  # of the public list, beside those of its page
LOOKED_AT = 200  # candidates of the same street or place
PHOTO_HOLDS = 60 * 60 * 12  # seconds: after a day the sweep deletes what belongs to nothing
signer = signing.TimestampSigner(salt="reports.photo")


# -- Everybody -----------------------------------------------------------------------------------------------
def report_categories() -> list[ProblemCategory]:
    """In the language at hand where they are translated, else as they were first written; in their order."""
    return ProblemCategory.objects.select_related("team").in_language(get_language())


def has_categories() -> bool:
    """Whether the commune takes reports at all: it named something to report."""
    return ProblemCategory.objects.exists()


def has_categories_expression() -> Exists:
    """The same for ``annotate``."""
    return Exists(ProblemCategory.objects.all())


def public_reports():
    """What the public list tells of, the newest first."""
    return ProblemReport.objects.listed(timezone.now()).select_related("case", "photo").newest_first()


def reports_on_map(reports, *, besides) -> list[ProblemReport]:
    """Those of public ``reports`` whose place everybody may see, the newest first; without those listed ``besides``."""
    placed = reports.filter(published=True, lat__isnull=False, lon__isnull=False)
    others = placed.exclude(pk__in=[one.pk for one in besides]).select_related(None)
    return list(others.only("title", "lat", "lon")[:MAX_ON_MAP])


def public_report(pk: int) -> ProblemReport:
    return get_or_404(public_reports(), pk=pk)


def merged_into(pk: int) -> ProblemReport:
    """The public report that goes on for one that was reported twice."""
    report = ProblemReport.objects.select_related("case__duplicate_of__report").filter(pk=pk).first()
    if report is None or not hasattr(report.case.duplicate_of, "report"):
        raise Http404
    known = report.case.duplicate_of.report
    return merged_into(known.pk) if known.case.duplicate_of_id else public_report(known.pk)


def public_photo(pk: int) -> StoredFile:
    """The photo of a report, once an agent approved it."""
    photo = public_report(pk).public_photo
    if photo is None:
        raise Http404
    return photo


def possible_duplicates(category, point: Point | None, place: str) -> list[tuple[ProblemReport, int | None]]:
    """Reports that may be of the same problem, the nearest first, with the metres between where they are known.

    What stands there was not approved: only its category, dates and state may be shown.
    """
    asked = ProblemReport.objects.asked_about(timezone.now()).filter(category=category).select_related("case")
    if point:
        (south, west), (north, east) = nearby.bounding_box(point)
        close = asked.filter(lat__range=(south, north), lon__range=(west, east))[:LOOKED_AT]
        found = [(one, round(nearby.distance_in_metres(point, one.point))) for one in close]
        found = [(one, metres) for one, metres in found if metres <= nearby.NEAR]
        return sorted(found, key=lambda pair: pair[1])[:MAX_NEARBY]
    if street := nearby.street_name(place):
        latest = asked.exclude(place="").newest_first()[:LOOKED_AT]
        return [(one, None) for one in latest if nearby.street_name(one.place) == street][:MAX_NEARBY]
    return []


def report_to_join(pk: str) -> ProblemReport | None:
    """The report that somebody says is theirs too."""
    asked = ProblemReport.objects.asked_about(timezone.now()).select_related("case")
    return asked.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None


def follower_by_secret(secret: str) -> ReportFollower:
    return get_or_404(ReportFollower.objects.select_related("report"), secret=secret)


def followed_by(email: str) -> QuerySet[ReportFollower]:
    """Where a proven address follows somebody else's report."""
    return ReportFollower.objects.filter(email=email).select_related("report__case")


# -- Who is filing -------------------------------------------------------------------------------------------
def photo_token(photo: StoredFile) -> str:
    """What a page carries to bring its photo back."""
    return signer.sign(str(photo.pk))


def photo_by_token(text: str) -> StoredFile | None:
    """The photo that a page sent before; None where it is not its own, too old, or filed already."""
    try:
        pk = signer.unsign(text, max_age=PHOTO_HOLDS)
    except signing.BadSignature:
        return None
    return StoredFile.objects.unclaimed().filter(pk=pk).first()


# -- Who filed -----------------------------------------------------------------------------------------------
def report_of(case: Case) -> ProblemReport | None:
    """What was reported with a case that was fetched for who asks; None where it is another request."""
    return ProblemReport.objects.filter(case=case).first()


# -- Agents --------------------------------------------------------------------------------------------------
def report_for(user, reference: str) -> ProblemReport:
    """The report of a case that this agent treats."""
    case = cases.case_for(user, reference, "message")
    return get_or_404(ProblemReport.objects.select_related("case", "photo"), case=case)
