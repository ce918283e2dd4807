"""Search, and what machines ask a site for."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page, PageViewRestriction, Site

from . import colours, search
from .models import CommuneSettings

PER_PAGE = 10
QUERY_LENGTH = 100
PRIVATE = [
    "/admin/",
    "/django-admin/",
    "/compte/",
    "/espace/",
    "/dossier/",
    "/demande/d/",
    "/recherche/",
    "/demo/",
]


@require_safe
def find(request):
    """What the site has to say about a query."""
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:QUERY_LENGTH]
    language = get_language()
    results = search.find(query, language)
    kind = request.GET.get("kind", "")
    kind = kind if any(tab["key"] == kind for tab in results.tabs) else ""
    best = results.best if not kind else None
    hits = [hit for hit in results.of(kind) if hit is not best]
    page = Paginator(hits, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "results": results,
        "kind": kind,
        "best": best if page.number == 1 else None,
        "hits": page,
        "parameters": urlencode({"q": query} | ({"kind": kind} if kind else {})),
        "suggestion": search.did_you_mean(query, language) if query and not results.hits else "",
    }
    return render(request, "home/search.html", context)


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request):
    """What crawlers may read."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += [f"Sitemap: {request.build_absolute_uri(reverse('home:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request):
    """Every published page that anybody may read, with its other languages."""
    site = Site.find_for_request(request)
    groups: dict = {}
    if site is not None:
        homes = site.root_page.get_translations(inclusive=True)
        pages = Page.objects.live().select_related("locale").order_by("path")
        for restriction in PageViewRestriction.objects.select_related("page"):
            pages = pages.not_descendant_of(restriction.page, inclusive=True)
        paths = [home.path for home in homes]
        for page in pages:
            if page.path.startswith(tuple(paths)) and (url := page.get_full_url(request)):
                groups.setdefault(page.translation_key, []).append((page, url))
    context = {"groups": groups.values()}
    return render(request, "home/sitemap.xml", context, content_type="application/xml")


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request):
    """The site as something to put on the phone's first screen."""
    commune = CommuneSettings.current(request)
    kind = "image/png" if commune.arms_url.endswith(".png") else "image/svg+xml"
    content = {
        "name": commune.kind or commune.name,
        "short_name": commune.name,
        "start_url": "/",
        "display": "browser",
        "background_color": colours.PAPER,
        "theme_color": commune.colour or colours.LAKE,
        "icons": [{"src": commune.arms_url, "sizes": "any", "type": kind}],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def commune_colours(request, key):
    """The commune's own colour as a stylesheet; the key in its address changes with it."""
    commune = CommuneSettings.current(request)
    css = colours.stylesheet(commune.colour) if commune.colour and key == commune.colour_key else ""
    return HttpResponse(css, content_type="text/css", status=200 if css else 404)
