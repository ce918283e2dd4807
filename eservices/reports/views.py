"""Pages to report a problem, and the public list of problems. All of them work without JavaScript."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eservices.cases import access as cases
from eservices.cases.desk.case.views import CaseScreen
from eservices.submissions.file_responses import inline_image_response
from eservices.submissions.rate_limits import RateLimitExceeded, WaitingRateLimit
from eservices.submissions.upload_checks import limit_input
from home.admin.action_views import ActionFormMixin
from home.maps import town_map_settings
from home.web import rate_limits
from home.web.public_forms import HONEYPOT_FIELD

from . import access, actions, geocoding, photos
from .forms import ProblemReportForm, ReportUpdateForm
from .models import ProblemReport
from .states import ReportState

FILE = WaitingRateLimit("report-caller", 30)
PHOTO = WaitingRateLimit("report-photo", 60)  # per network: one photo is often followed by a better one
EMAIL = WaitingRateLimit("report-email", 10)  # per address, which gets an e-mail each time
PLACES = rate_limits.RateLimit("report-place", 6_000)  # per network, as for the completion of addresses
PAGE = 30
MONTH = timedelta(days=30)
SHOWN = {"ouverts": lambda reports: reports.open(), "repares": lambda reports: reports.mended()}


# -- Reporting -----------------------------------------------------------------------------------------------
@never_cache
@limit_input
@require_http_methods(["GET", "HEAD", "POST"])
def report_problem(request):
    """Show the page with photo, place and subject, and file the report.

    Possible duplicates are offered before it is filed.
    """
    categories = access.report_categories()
    if not categories:
        raise Http404
    if request.method != "POST":
        return _page(request, ProblemReportForm(categories=categories))
    if request.POST.get(HONEYPOT_FIELD):
        return redirect("reports:list")
    photo, point, fault = _photo(request)
    form = ProblemReportForm(request.POST, categories=categories, point=point)
    if fault:
        form.add_error("photo", fault)
    try:
        return _joined(request, form) or _filed(request, form, photo)
    except RateLimitExceeded as often:
        form.add_error(None, often.message)
        response = _page(request, form, photo, status=429)
        response["Retry-After"] = often.seconds
        return response


def _photo(request):
    """Return the photo sent now or with an earlier page, where it was taken, and an error message."""
    upload = request.FILES.get("photo")
    if upload is None:
        return access.photo_by_token(request.POST.get("kept", "")), _point(request.POST.get("taken", "")), ""
    try:
        PHOTO.count(rate_limits.client_address(request))
        checked, point = photos.clean_photo(upload)
    except RateLimitExceeded as often:
        return None, None, often.message
    except ValidationError as refusal:
        return None, None, refusal.messages[0]
    return actions.store_photo(actor=None, photo=checked), point, ""


@never_cache
@limit_input
@require_POST
def add_photo(request):
    """Store a photo as soon as it is chosen, for the script of the form: what it shows, and where it was taken."""
    if not access.has_categories() or "photo" not in request.FILES:
        raise Http404
    stored, point, fault = _photo(request)
    if stored is None:
        return JsonResponse({"error": fault}, status=422)
    token = access.photo_token(stored)
    shown = reverse("reports:unsent_photo", args=[token]) if stored.readable else ""
    place = {"lat": point[0], "lon": point[1]} if point else {}
    return JsonResponse(
        {"kept": token, "taken": "{},{}".format(*point) if point else "", "picture": shown, **place}
    )


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def unsent_photo(request, token):
    """Return a photo that is not filed yet, to be shown on the page of its form."""
    return inline_image_response(access.shown_photo(token))


@never_cache
@require_safe
def find_place(request):
    """Return the coordinates of a typed place, for the script of the form; {} if it is unknown."""
    if not PLACES.allows_client(request):
        return HttpResponse(status=429)
    found = geocoding.find_place(request.GET.get("address", "")[:200])
    if found is None:
        return JsonResponse({})
    point, exact = found
    return JsonResponse({"lat": point[0], "lon": point[1], "exact": exact})


def _joined(request, form: ProblemReportForm):
    """Follow the report that the visitor chose as the same problem; None if another button was pressed."""
    report = access.report_to_join(request.POST.get("same", ""))
    if report is None:
        return None
    email = "" if "email" in form.errors else form.cleaned_data["email"]
    _count(request, email)
    actions.follow_report(actor=None, report=report, email=email, language=get_language())
    messages.success(
        request,
        _("Thank you. We write to you when something changes.")
        if email
        else _("Thank you. We now know that this affects more than one person."),
    )
    return redirect("reports:report", report.pk)


def _filed(request, form: ProblemReportForm, photo):
    if not form.is_valid():
        return _page(request, form, photo, status=422)
    place, category = form.cleaned_data["place"], form.chosen
    near = _near(category.translation_key, _coordinates(place), place.get("address", ""))
    if near and form.cleaned_data["seen"] != _seen(near):
        return _page(request, form, photo, near=near)
    _count(request, form.cleaned_data["email"])
    report = actions.create_report(
        actor=request.user if request.user.is_authenticated else None,
        category=category,
        place=place,
        photo=photo,
        detail=form.cleaned_data["detail"],
        email=form.cleaned_data["email"],
        language=get_language(),
    )
    return redirect("reports:sent", report.case.links.get(mailed=False).secret)


def _count(request, email: str) -> None:
    FILE.count(rate_limits.client_address(request))
    if email:
        EMAIL.count(rate_limits.normalize_mailbox(email))


def _page(request, form: ProblemReportForm, photo=None, *, near=None, status: int = 200):
    kept = photo and access.photo_token(photo)
    context = {
        "form": form,
        "categories": form.categories.items(),
        "kept": kept,
        "kept_url": reverse("reports:unsent_photo", args=[kept]) if photo and photo.readable else "",
        "taken": form.point and "{},{}".format(*form.point),
        "near": near,
        "seen": _seen(near) if near else "",
        "place": _typed_place(form),
        "figures": _figures(),
        "map": town_map_settings(),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "accept": ",".join(f".{kind}" for kind in photos.KINDS) + ",image/jpeg,image/png,image/webp",
    }
    return render(request, "reports/file.html", context, status=status)


def _typed_place(form: ProblemReportForm) -> dict:
    parts = form.fields["place"].PARTS
    typed = {part: form.data.get(f"place-{part}", "") for part in parts}
    if form.point and not any(typed.values()):
        typed |= {"lat": form.point[0], "lon": form.point[1]}
    return typed


@require_safe
@never_cache
def nearby_reports(request):
    """Render possible duplicates, for the script of the form."""
    key = request.GET.get("category", "")
    known = {str(one.translation_key) for one in access.report_categories()}
    point = _point(f"{request.GET.get('lat', '')},{request.GET.get('lon', '')}")
    found = _near(key, point, request.GET.get("address", "")[:200]) if key in known else []
    return render(request, "reports/near.html", {"near": found, "seen": _seen(found)})


@dataclass(frozen=True)
class NearbyReport:
    """A report offered as a possible duplicate. Only approved contents are shown."""

    report: ProblemReport
    category: str
    metres: int | None


def _near(category, point, place: str) -> list[NearbyReport]:
    names = _names()
    return [
        NearbyReport(report, names.get(report.category, ""), metres)
        for report, metres in access.possible_duplicates(category, point, place)
    ]


def _seen(near: list[NearbyReport]) -> str:
    return ",".join(str(one.report.pk) for one in near)


def _coordinates(place: dict):
    return (place["lat"], place["lon"]) if "lat" in place else None


def _point(text: str):
    """Parse ``lat,lon``; None if it is no point."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


@never_cache
@require_safe
def sent(request, secret):
    """Show the receipt: reference, what happens next, and the status link."""
    case = cases.case_by_link(secret)
    report = access.report_of(case)
    if report is None:
        return redirect("space:status", secret)
    category = next(
        (one for one in access.report_categories() if one.translation_key == report.category), None
    )
    return render(
        request,
        "reports/sent.html",
        {
            "case": case,
            "report": report,
            "category": category,
            "secret": secret,
            "has_photo": access.has_photo(case),
        },
    )


# -- Public pages --------------------------------------------------------------------------------------------
@require_safe
def index(request):
    """Show the problems reported within a year, and their states."""
    chosen = request.GET.get("etat", "")
    found = SHOWN.get(chosen, lambda reports: reports)(access.public_reports())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    categories = {one.translation_key: one for one in access.report_categories()}
    rows = [(report, categories.get(report.category)) for report in page]
    town = town_map_settings()
    return render(
        request,
        "reports/list.html",
        {
            "rows": rows,
            "page_obj": page,
            "parameters": f"etat={chosen}" if chosen in SHOWN else "",
            "chosen": chosen,
            "figures": _figures(),
            "map": town,
            "also_on_map": access.reports_on_map(found, besides=page)
            if town and page.has_other_pages()
            else [],
        },
    )


@never_cache
@require_safe
def show(request, pk):
    """Show the public page of a report; redirect from a duplicate to the report it was merged with."""
    try:
        report = access.public_report(pk)
    except Http404:
        return redirect("reports:report", access.merged_into(pk).pk)
    category = next(
        (one for one in access.report_categories() if one.translation_key == report.category), None
    )
    notices = messages.get_messages(request)
    return render(
        request,
        "reports/report.html",
        {"report": report, "category": category, "notices": notices},
    )


@require_safe
def small_photo(request, pk):
    """Return the approved photo as a small picture for lists."""
    picture = photos.small_picture(access.public_photo(pk))
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=3600"}
    return HttpResponse(picture, content_type="image/jpeg", headers=headers)


@require_safe
def photo(request, pk):
    """Return the approved photo. It was re-encoded when it was sent, so it is a picture and nothing else."""
    response = FileResponse(access.public_photo(pk).content.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=3600"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unfollow(request, secret):
    """Stop e-mails to a follower, after a confirmation."""
    follower = access.follower_by_secret(secret)
    if request.method != "POST":
        return render(request, "reports/stop.html", {"follower": follower})
    actions.unfollow_report(actor=None, follower=follower)
    messages.success(request, _("You get no more letters about this report."))
    return redirect("reports:report", follower.report_id)


def _names() -> dict:
    return {one.translation_key: one.name for one in access.report_categories()}


def _figures() -> dict[str, int]:
    """Return how many problems were reported and mended in the last thirty days."""
    since = timezone.now() - MONTH
    return ProblemReport.objects.aggregate(
        reported=Count("pk", Q(reported_at__gt=since)),
        mended=Count("pk", Q(state=ReportState.MENDED, ended_at__gt=since)),
    )


# -- Agents --------------------------------------------------------------------------------------------------
class ReportUpdateView(ActionFormMixin, CaseScreen):
    """Updating a report from its case page; shows the form here if there are errors."""

    template_name = "reports/tell.html"

    def get(self, request, reference):
        return redirect("cases:case", access.report_for(request.user, reference).case.reference)

    def post(self, request, reference):
        self.report = access.report_for(request.user, reference)
        self.case, form = self.report.case, ReportUpdateForm(request.POST, report=self.report)

        def done(told: ProblemReport) -> str:
            if told.standing != self.report.standing:
                return _("Saved. The people who follow this report are notified.")
            if form.cleaned_data["word"]:
                return _("Saved. The person who reported it is notified.")
            return _("Saved. The state and the date are unchanged, so no message is sent.")

        return self.perform(
            form,
            action=partial(actions.update_report, actor=request.user, report=self.report),
            done=done,
            back=reverse("cases:case", args=[reference]),
        )

    def show_again(self, form: ReportUpdateForm, status: int):
        context = self.get_context_data(case=self.case, report=self.report, form=form)
        return self.render_to_response(context, status=status)
