"""Views of search, pages, and files for crawlers and browsers."""

from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from wagtail import views as wagtail_views
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from . import pwa
from .appearance import colours, preferences
from .formats import vcard
from .links import page_links
from .links.url_translation import translate_route
from .localization import reader_language
from .models import CommuneSettings, Person, SearchEntry
from .models.base import restriction_exists, sitemap_excluded_types
from .navigation import menus, routing
from .search import index, missed_queries
from .web import rate_limits
from .web.replica_reading import reads_replica
from .web.same_origin import is_same_origin

PER_PAGE = 10
QUERY_LENGTH = 100
SUGGESTED_FOR = 60  # seconds that a browser may cache suggestions
GUESSES = rate_limits.RateLimit(
    "page-password", 20, 15 * 60
)  # attempts at page passwords per network address
MIN_QUERY_LENGTH = 2  # minimum length for suggestions
# Addresses that crawlers must not read: outside the languages, and in each of them.
APART = ["/admin/", "/brouillon/", "/demo/"]
PRIVATE = ("compte", "espace", "dossier", "demande/d", "recherche", "fiche", "propositions")


@require_POST
def open_by_password(request, page_view_restriction_id, page_id):
    """Open a page by its password as Wagtail does, with a rate limit on attempts."""
    if not GUESSES.allows_client(request):
        return render(request, "429.html", status=429)
    return wagtail_views.authenticate_with_password(request, page_view_restriction_id, page_id)


@reads_replica
def serve(request, path):
    """Serve a page as Wagtail does, with fewer queries, and mark it for the page cache."""
    homes = menus.site_frame(request).homes
    if homes and get_language() not in homes:
        # Nothing is written in this language: the first home page shows that it is in another.
        first = next(iter(homes.values()))[0]
        return HttpResponseRedirect(reader_language.url_for_reader(quote(first + path), get_language()))
    parts = [part for part in path.split("/") if part]
    try:
        route = routing.route_request(request, parts)
    except Http404:
        return _other_language_response(request, parts)
    if route:
        request._wagtail_route_for_request = route
    response = wagtail_views.serve(request, path)
    response.same_for_everybody = bool(route) and getattr(route.page, "same_for_everybody", False)
    reader = reader_language.requested_language(request)
    if isinstance(response, TemplateResponse) and reader not in ("", get_language()):
        response.add_post_render_callback(lambda made: reader_language.keep_reader_language(made, reader))
    return response


def _other_language_response(request, parts: list[str]):
    """Return the response for an address that exists in another language. Raise Http404 if there is none."""
    moved = get_redirect(request, Redirect.normalise_path(request.path, decode_unicode=False))
    found = None if moved else routing.find_in_other_language(request, parts)
    if found is None:
        raise Http404
    if ours := found.versions.get(get_language()):
        return HttpResponseRedirect(ours)
    request.versions = found.versions
    context = {
        "title": found.title,
        "told": reader_language.availability_notice(found.versions),
        "versions": [
            {
                "code": code,
                "url": reader_language.url_for_reader(url, get_language()),
                "label": reader_language.READ[code],
            }
            for code, url in found.versions.items()
        ],
        "above": {"title": found.above.title, "url": found.above.get_url(request)},
    }
    response = render(request, "home/other_language.html", context)
    response["X-Robots-Tag"] = "noindex"
    response.same_for_everybody = True
    return response


@require_safe
@reads_replica
def search(request):
    """Render the search results."""
    query = _query(request)
    results = index.find_entries(query, get_language())
    kind = request.GET.get("kind", "")
    kind = kind if any(tab["key"] == kind for tab in results.tabs) else ""
    elsewhere = _results_in_other_languages(request, query, results)
    foreign = not results.is_named and any(one["named"] for one in elsewhere)
    best = results.best_service if not kind and not foreign else None
    hits = [hit for hit in results.of(kind) if hit is not best]
    page = Paginator(hits, PER_PAGE).get_page(request.GET.get("page"))
    index.load_texts([*page, *([best] if best else [])])
    if not results.hits or results.meant or results.any:
        missed_queries.record_missed_query(request, query, get_language())
    context = {
        "query": query,
        "elsewhere": elsewhere,
        "foreign": foreign,
        "results": results,
        "number": len(results.hits) or sum(len(one["rows"]) for one in elsewhere),
        "ways": [] if results.is_exact else menus.pages_for_lost(request),
        "kind": kind,
        "best": best if page.number == 1 else None,
        "hits": page,
        "parameters": urlencode({"q": query} | ({"kind": kind} if kind else {})),
    }
    return render(request, "home/search.html", context)


def _results_in_other_languages(request, query: str, results: index.SearchResults) -> list[dict]:
    """Return the search in the other languages of the site, with their results if the reader's language has none.

    The main language comes first, with or without results; others only if they have the query as typed. Their pages
    open in their language.
    """
    main, ours = settings.LANGUAGE_CODE, get_language()
    codes = [code for code in menus.site_frame(request).homes if code != ours]
    found = [
        _in_language(query, code, results, ours) for code in sorted(codes, key=lambda code: code != main)
    ]
    return [one for one in found if one]


def _in_language(query: str, code: str, results: index.SearchResults, ours: str) -> dict | None:
    is_main = code == settings.LANGUAGE_CODE
    if not results.words or (results.is_named and not is_main):
        return None
    rows, named = [], False
    if not (results.is_exact if is_main else results.is_named):
        found = index.find_entries(query, code, reader=ours if is_main else "")
        named = found.is_named and not (is_main and results.hits)
        hits = found.hits[:PER_PAGE] if found.is_exact or (is_main and found.meant) else []
        index.load_texts(hits)
        reader = ours if is_main else None
        rows = [{"hit": hit, "url": reader_language.url_for_reader(hit.url, reader)} for hit in hits]
    if not rows and not is_main:
        return None
    with override(code):
        there = f"{reverse('home:search')}?{urlencode({'q': query})}"
        label = reader_language.FOUND[code] if is_main else _("In English: “%(query)s”") % {"query": query}
    return {
        "code": code,
        "label": label if rows and (not is_main or not results.hits) else reader_language.MORE[code],
        "foreign": not is_main,
        "named": named,
        "url": there,
        "rows": rows,
    }


@require_safe
@reads_replica
def search_suggestions(request):
    """Return suggestions for the search box as JSON."""
    query = _query(request)
    ours = get_language()
    others = [code for code in menus.site_frame(request).homes if code != ours]
    found = index.suggest_titles(query, ours, others) if len(query) >= MIN_QUERY_LENGTH else []
    rows = [_suggestion(hit, ours) for hit in found]
    response = JsonResponse({"found": rows})
    patch_cache_control(response, public=True, max_age=_max_age(found, timezone.now()))
    return response


def _suggestion(hit: index.SearchHit, ours: str | None) -> dict[str, str]:
    """Return a suggestion. One of another language says so in place of its kind."""
    code = hit.entry.language
    if code == ours:
        return {"title": hit.entry.title, "kind": str(hit.kind.singular), "url": hit.url}
    url = reader_language.url_for_reader(hit.url, ours if code == settings.LANGUAGE_CODE else None)
    return {"title": hit.entry.title, "kind": dict(settings.LANGUAGES)[code], "url": url, "lang": code}


def _max_age(hits: list[index.SearchHit], now: datetime) -> int:
    """Return for how many seconds browsers may cache suggestions: at most until one of them expires."""
    ends = [hit.entry.shown_until for hit in hits if hit.entry.shown_until]
    return min([SUGGESTED_FOR, *(int((end - now).total_seconds()) for end in ends)])


def _query(request) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:QUERY_LENGTH]


@require_safe
@reads_replica
def person_vcard(request, key):
    """Return a public person as vCard, in the active language if they are described in it."""
    people = Person.in_public(key)
    ours = [one for one in people if one.locale.language_code == get_language()]
    for one in [*ours, *people]:
        return vcard.vcard_response(one.name, one.vcard(CommuneSettings.current(request)))
    raise Http404


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request):
    """Return the rules for crawlers."""
    prefixes = ["" if code == settings.LANGUAGE_CODE else f"/{code}" for code, _name in settings.LANGUAGES]
    private = [translate_route(f"/{path}/") for path in PRIVATE]
    paths = [*map(translate_route, APART), *(f"{prefix}{path}" for prefix in prefixes for path in private)]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
    lines += [f"Sitemap: {page_links.absolute_url(reverse('home:sitemap'), request)}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
@reads_replica
def sitemap(request):
    """Render the sitemap of all public pages with their translations."""
    groups: dict = {}
    homes = tuple(home.path for home in menus.home_pages(request).values())
    pages = Page.objects.live().filter(~restriction_exists()).not_type(*sitemap_excluded_types())
    for page in pages.select_related("locale").order_by("path"):
        if page.path.startswith(homes) and (url := page_links.full_page_url(page, request)):
            groups.setdefault(page.translation_key, []).append((page, url))
    context = {"groups": groups.values(), "others": _entries_without_page(request)}
    return render(request, "home/sitemap.xml", context, content_type="application/xml")


def _entries_without_page(request) -> list[tuple[str, datetime | None]]:
    """Return the address and date of entries that are no pages."""
    kinds = [key for key, kind in index.search_kinds().items() if kind.in_sitemap]
    entries = SearchEntry.objects.filter(kind__in=kinds).order_by("-date", "pk").values_list("url", "date")
    return [(page_links.absolute_url(url, request), date) for url, date in entries]


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request):
    """Return the web app manifest, to install the site on a phone."""
    commune = CommuneSettings.current(request)
    name = menus.site_frame(request).name
    kind = "image/png" if commune.arms_url.endswith(".png") else "image/svg+xml"
    content = {
        "name": name or commune.kind or commune.name,
        "short_name": name or commune.name,
        "start_url": "/",
        "id": "/",
        "lang": get_language(),
        "display": "standalone",
        "background_color": colours.PAPER,
        "theme_color": commune.colour or colours.LAKE,
        "icons": [
            {"src": commune.arms_url, "sizes": "any", "type": kind},
            *pwa.manifest_icons(),
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
def site_stylesheet(request, key):
    """Return the site's style sheet with the commune's colours. Its key changes with its content.

    An outdated key, from a cached page or another release, is redirected to the current style sheet.
    """
    commune = CommuneSettings.current(request)
    if key != commune.styles_key:
        return HttpResponseRedirect(commune.styles_url, headers={"Cache-Control": "no-cache"})
    response = HttpResponse(commune.styles, content_type="text/css")
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


@csrf_exempt  # cached pages have no token: the browser's headers tell which site sent the form
@require_POST
def set_appearance(request):
    """Store the visitor's preferences in their browser and redirect back."""
    here = request.POST.get("here", "")[:2000]
    ours = here.startswith("/") and url_has_allowed_host_and_scheme(here, None)
    response = HttpResponseRedirect(here if ours else "/")
    if is_same_origin(request):
        pressed = {name: request.POST[name] for name in preferences.PREFERENCES if name in request.POST}
        preferences.store_preferences(
            response, preferences.read_preferences(request) | pressed, secure=request.is_secure()
        )
    return response
