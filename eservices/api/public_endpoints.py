"""Endpoints that need no token: what the website shows to everybody."""

from typing import Annotated, Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from ninja import Query, Router

from eservices.catalogue.models import ServicePage
from eservices.formbuilder.models import FormVersion
from home.links.page_links import absolute_url, full_page_url
from home.models import CommuneSettings
from news.agenda.models import EventPage
from news.agenda.occurrences import EventDate
from news.articles.models import NewsPage
from news.official_notices.models import OfficialNoticePage
from news.waste.collection_dates import collections_by_day
from news.waste.districts import WasteCollection

from . import schemas
from .authentication import PublicAccess
from .logic.answers_schema import answers_schema
from .protocol.etags import tagged_response
from .schemas import Problem

router = Router(auth=PublicAccess(), tags=["Public"])
ERRORS = {422: Problem, 429: Problem}
CACHE = "public, max-age=60"
MOST = 100  # rows of a list
DAYS = 70  # of the calendars
OPENING_DAYS = 14

Language = Annotated[str, Query(max_length=12, description="Language of the texts, as de.")]


@router.get(
    "/services",
    response={200: schemas.ServiceList} | ERRORS,
    operation_id="list_services",
    summary="The services of the online counter",
)
def list_services(request: HttpRequest, language: Language = "") -> Any:
    pages = list(
        ServicePage.objects.open_to_all()
        .filter(locale__language_code=_language(language))
        .defer_streamfields()
        .order_by("title", "pk")
    )
    versions = FormVersion.objects.all_in_force({one.translation_key for one in pages})
    rows = []
    for one in pages:
        if version := versions.get(one.translation_key):
            rows.append(
                {
                    "service": version.form.slug,
                    "title": one.title,
                    "lead": one.lead,
                    "url": full_page_url(one, request),
                    "version": version.number,
                }
            )
    return tagged_response(request, {"services": rows}, cache=CACHE)


@router.get(
    "/services/{service}/schema",
    response={200: dict[str, Any], 404: Problem} | ERRORS,
    operation_id="read_service_schema",
    summary="The answers of a service as JSON Schema",
)
def read_service_schema(request: HttpRequest, service: schemas.ServiceKey, language: Language = "") -> Any:
    version = FormVersion.objects.in_force(form__slug=service)
    shown = version and ServicePage.objects.open_to_all().filter(translation_key=version.form_id).exists()
    if version is None or not shown:
        raise Http404
    address = absolute_url(reverse("api-1:read_service_schema", args=[service]), request)
    body = answers_schema(version.definition, address, _language(language))
    return tagged_response(request, body, cache=CACHE)


@router.get(
    "/news", response={200: schemas.PageList} | ERRORS, operation_id="list_news", summary="The latest news"
)
def list_news(request: HttpRequest, language: Language = "") -> Any:
    found = NewsPage.objects.published().filter(locale__language_code=_language(language))
    rows = [
        {"title": one.title, "lead": one.lead, "url": full_page_url(one, request), "date": one.date}
        for one in found.defer_streamfields()[:MOST]
    ]
    return tagged_response(request, {"items": rows}, cache=CACHE)


@router.get(
    "/events",
    response={200: schemas.EventList} | ERRORS,
    operation_id="list_events",
    summary="The next dates of the agenda",
)
def list_events(request: HttpRequest, language: Language = "") -> Any:
    pages = EventPage.objects.open_to_all().filter(locale__language_code=_language(language))
    dates = EventDate.objects.of(pages).upcoming(timezone.now())[:MOST]
    rows = [
        {
            "title": one.event.title,
            "place": one.event.place,
            "start": one.start,
            "end": one.end,
            "cancelled": one.cancelled,
            "url": full_page_url(one.event, request),
        }
        for one in dates
    ]
    return tagged_response(request, {"items": rows}, cache=CACHE)


@router.get(
    "/notices",
    response={200: schemas.NoticeList} | ERRORS,
    operation_id="list_notices",
    summary="The official notices that are posted now",
)
def list_notices(request: HttpRequest, language: Language = "") -> Any:
    code = _language(language)
    posted = OfficialNoticePage.objects.posted(timezone.now()).filter(locale__language_code=code)
    with translation.override(code):
        rows = [
            {
                "title": one.title,
                "kind": one.kind_name,
                "number": one.number,
                "first_day": one.first_day,
                "last_day": one.last_day,
                "url": full_page_url(one, request),
            }
            for one in posted.with_kind_name().defer_streamfields().order_by("-first_day", "-pk")[:MOST]
        ]
    # A notice ends at midnight, and nobody keeps it after that.
    return tagged_response(request, {"items": rows}, cache="no-cache")


@router.get(
    "/waste",
    response={200: schemas.CollectionList} | ERRORS,
    operation_id="list_collections",
    summary="The collections of waste of the next 70 days",
)
def list_collections(request: HttpRequest, language: Language = "") -> Any:
    rounds = WasteCollection.rounds(_language(language))
    rows = [
        {
            "day": day,
            "title": one.title,
            "place": one.place,
            "district": one.district,
            "out_before": one.out_before,
        }
        for day, some in collections_by_day(rounds, timezone.localdate(), DAYS)
        for one in some
    ]
    return tagged_response(request, {"items": rows}, cache=CACHE)


@router.get(
    "/opening-hours",
    response={200: schemas.OpeningList} | ERRORS,
    operation_id="list_opening_hours",
    summary="The opening times of the counter in the next 14 days",
)
def list_opening_hours(request: HttpRequest) -> Any:
    times = CommuneSettings.current(request).openings(timezone.localdate(), OPENING_DAYS)
    rows = [{"opens": opens, "closes": closes} for opens, closes in times]
    return tagged_response(request, {"items": rows}, cache=CACHE)


def _language(asked: str) -> str:
    """Return the language if the site has it, else its main language."""
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
