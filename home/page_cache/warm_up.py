"""Cache warm-up: a worker requests published pages, so that no visitor waits for their renditions.

The state is in the cache only, not in rows: its loss costs the first visitors some seconds and nothing else.
"""

from datetime import datetime
from functools import lru_cache
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language, override
from wagtail.models import Page

from ..links.page_links import full_page_url

LAST_WARMED_KEY = "last-first-look"  # cache key of the last warmed page: its publication time and key
BATCH_SIZE = 20  # pages per job run
AT_MOST = 300  # pages; the newest ones if the whole cache was lost


def pages_to_warm() -> list[Page]:
    """Return the next pages that were published since the last warm-up, oldest first."""
    return list(_uncached_pages()[:BATCH_SIZE])


def with_ancestors(pages: list[Page]) -> list[int]:
    """Return the keys of the pages, then of their ancestors, which show their pictures too."""
    paths = {page.path[:end] for page in pages for end in range(Page.steplen, len(page.path), Page.steplen)}
    above = Page.objects.live().filter(path__in=paths, depth__gt=1).order_by("-depth", "pk")
    return list(dict.fromkeys([page.pk for page in pages] + [page.pk for page in above]))


def mark_warmed(pages: list[Page]) -> None:
    """Record that these pages and all published before them are warmed."""
    cache.set(LAST_WARMED_KEY, _place(pages[-1]), None)


def warm_page(pk: int) -> None:
    """Request a page as a visitor would, through all middleware. Do nothing if it is not live any more."""
    page = Page.objects.live().filter(pk=pk).first()
    if page is None or not (address := full_page_url(page)):
        return
    request_address(address)


def request_address(address: str) -> HttpResponseBase:
    """Return the response to an anonymous visitor."""
    with override(get_language()):  # restores the language after the page has changed it
        return _site().get_response(_request(address))


@lru_cache
def _site() -> BaseHandler:
    """Return the request handler with its middleware, built once per process because WhiteNoise scans its files."""
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _uncached_pages():
    pages = Page.objects.live().filter(depth__gt=1, last_published_at__lte=timezone.now())
    since = cache.get(LAST_WARMED_KEY) or _start_place(pages)
    if since:
        moment, pk = since
        pages = pages.filter(Q(last_published_at__gt=moment) | Q(last_published_at=moment, pk__gt=pk))
    return pages.order_by("last_published_at", "pk")


def _start_place(pages) -> tuple[datetime, int] | None:
    """Return the place before the ``AT_MOST`` newest pages; None if there are no more than that."""
    before = pages.order_by("-last_published_at", "-pk")[AT_MOST:].first()
    return _place(before) if before else None


def _place(page: Page) -> tuple[datetime, int]:
    return page.last_published_at, page.pk


def _request(address: str) -> WSGIRequest:
    """Return a GET request for the address, as the web server would pass it on."""
    parts = urlsplit(address)
    secure = parts.scheme == "https" or settings.SECURE_SSL_REDIRECT  # Wagtail gives “http” for a second site
    proxy_header = [settings.SECURE_PROXY_SSL_HEADER] if secure and settings.SECURE_PROXY_SSL_HEADER else []
    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or (443 if secure else 80)),
        "HTTP_HOST": parts.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "https" if secure else "http",
        "wsgi.input": BytesIO(),
    }
    request = WSGIRequest(asked | dict(proxy_header))
    request.by_worker = True
    return request
