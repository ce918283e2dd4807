"""Cache of whole pages, so that most visits cost one cache access.

Only pages that `home.views.serve` marks are cached: published and the same for everybody. An entry is valid for its
site version, which every publication replaces, and for its minute, because pages show what is open now and what is
over.
"""

import gzip
import re
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import get_conditional_response, has_vary_header

from ..appearance import preferences
from ..caching import site_version
from ..localization.reader_language import READER

MAX_BYTES = 512 * 1024
PROXY_SECONDS = 2  # that nginx may answer by itself: deploy/nginx/commune.conf
SECONDS = 120  # longer than a minute, after which an entry is invalid
ACCEPTS_GZIP = re.compile(r"\bgzip\b")
# Tracking parameters, which no page reads. They are ignored; pages with other queries are not cached.
FROM_ELSEWHERE = re.compile(r"utm_[a-z]+|fbclid|gclid|msclkid|mc_[ce]id")
# Headers that are set for each response.
OF_THE_ANSWER = {"content-encoding", "content-length", "vary"}


@dataclass(frozen=True)
class CachedPage:
    """A page as it was sent, with its version and minute."""

    generation: str
    minute: int
    headers: dict[str, str]
    etag: str
    length: int
    packed: bytes  # compressed by gzip, which nearly every browser accepts

    def answer(self, request: HttpRequest) -> HttpResponse:
        packed = ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", ""))
        length = len(self.packed) if packed else self.length
        body = b"" if request.method == "HEAD" else self.packed if packed else gzip.decompress(self.packed)
        response = HttpResponse(body, headers=self.headers | {"Content-Length": str(length)})
        if packed:
            response["Content-Encoding"] = "gzip"
        return get_conditional_response(request, self.etag, response=response)


class PageCacheMiddleware:
    """Middleware that answers with a cached page. It is placed before everything that identifies the visitor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with site_version.version_read_once():
            return self._answer(request)

    def _answer(self, request):
        key = settings.PAGE_CACHE and _key(request)
        if not key:
            return self.get_response(request)
        # Both are read before the page is rendered, so that a change during rendering makes the entry outdated.
        now = site_version.current_version(), int(timezone.now().timestamp() // 60)
        entry = caches["pages"].get(key)
        if entry and (entry.generation, entry.minute) == now:
            return entry.answer(request)
        response = self.get_response(request)
        if request.method == "HEAD" or not _is_for_everybody(response):
            return response
        entry = _entry(response, *now)
        if entry.length > MAX_BYTES:
            return response
        query = request.META.get("QUERY_STRING", "")
        if not query or _reader(query):
            caches["pages"].set(key, entry, SECONDS)
        return entry.answer(request)


def _key(request) -> str:
    """Return the cache key of a page; "" if the request is no plain visit."""
    if request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
        return ""
    if getattr(request, "is_dummy", False):  # a preview, at the address of the published page
        return ""
    query = request.META.get("QUERY_STRING", "")
    if (
        query
        and not _reader(query)
        and not all(FROM_ELSEWHERE.fullmatch(name) for name in QueryDict(query[:1000]))
    ):
        return ""
    try:
        address = f"{preferences.read_preferences(request)} {request.scheme}://{request.get_host()}{request.path}?{_reader(query)}"
    except DisallowedHost:
        return ""
    return blake2b(address.encode(), digest_size=20).hexdigest()


def _reader(query: str) -> str:
    """Return the reader's language if the query contains nothing else; else ""."""
    name, _equals, code = query.partition("=")
    return code if name == READER and code in dict(settings.LANGUAGES) else ""


def _is_for_everybody(response) -> bool:
    """Return whether the page was marked and depends on no person, session or token."""
    return (
        getattr(response, "same_for_everybody", False)
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        and not has_vary_header(response, "Cookie")
        and "'nonce-" not in response.get("Content-Security-Policy", "")
    )


def _entry(response, generation: str, minute: int) -> CachedPage:
    content = response.content
    body = gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content
    etag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {name: value for name, value in response.items() if name.lower() not in OF_THE_ANSWER}
    # The only cookie that changes the page is that of the preferences, with six values. Browsers revalidate the page on
    # each visit, so that a publication is visible at once.
    headers |= {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding, Cookie"}
    headers["X-Accel-Expires"] = str(PROXY_SECONDS)  # nginx does not pass it on
    return CachedPage(generation, minute, headers, etag, len(body), gzip.compress(body, 6, mtime=0))
