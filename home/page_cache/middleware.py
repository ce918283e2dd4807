"""Whole pages are kept, so that most visits cost one look into the cache.

Only what `home.views.serve` marks is kept: a published page that is the same for everybody. An entry holds for the
generation of the site it was made in, which every publication raises, and for the minute it was made in, because
pages say what is open now and what is over.
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
SECONDS = 120  # longer than a minute, after which no entry holds any more
ACCEPTS_GZIP = re.compile(r"\bgzip\b")
# What senders of links hang on addresses. No page reads it, so it is left out; other queries are not kept.
FROM_ELSEWHERE = re.compile(r"utm_[a-z]+|fbclid|gclid|msclkid|mc_[ce]id")
# Made anew for each answer.
OF_THE_ANSWER = {"content-encoding", "content-length", "vary"}


@dataclass(frozen=True)
class CachedPage:
    """A page as it was sent, and for how long that holds."""

    generation: str
    minute: int
    headers: dict[str, str]
    etag: str
    length: int
    packed: bytes  # by gzip, as nearly every reader takes it

    def answer(self, request: HttpRequest) -> HttpResponse:
        packed = ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", ""))
        length = len(self.packed) if packed else self.length
        body = b"" if request.method == "HEAD" else self.packed if packed else gzip.decompress(self.packed)
        response = HttpResponse(body, headers=self.headers | {"Content-Length": str(length)})
        if packed:
            response["Content-Encoding"] = "gzip"
        return get_conditional_response(request, self.etag, response=response)


class PageCacheMiddleware:
    """Answers with a kept page where there is one; stands outside everything that knows who asks."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with site_version.version_read_once():
            return self._answer(request)

    def _answer(self, request):
        key = settings.PAGE_CACHE and _key(request)
        if not key:
            return self.get_response(request)
        # Both asked before the page is made: what changes meanwhile makes the entry outdated at once.
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
    """What the page of a request is kept under; nothing where it is not a plain visit of a page."""
    if request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
        return ""
    if getattr(request, "is_dummy", False):  # a preview, at the address of what is published
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
    """The language of a reader who was led to a page in another one, if the query says nothing else."""
    name, _equals, code = query.partition("=")
    return code if name == READER and code in dict(settings.LANGUAGES) else ""


def _is_for_everybody(response) -> bool:
    """Whether the page was marked, and nothing of a person, a session or a token went into it."""
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
    # Of cookies only the reader's look counts, as one of six; nothing else of them went into the page.
    # Browsers ask each time whether it still holds, so that what is published is seen at once.
    headers |= {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding, Cookie"}
    return CachedPage(generation, minute, headers, etag, len(body), gzip.compress(body, 6, mtime=0))
