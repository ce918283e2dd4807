"""Origin of submitted forms. Cached pages contain no token, so the browser's headers are checked."""

from urllib.parse import SplitResult, urlsplit

from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether a page of this host sent the form, according to the browser's headers."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return split_origin(sender).netloc == request.get_host()


def split_origin(address: str) -> SplitResult:
    """Return the parts of an address from a header; all empty if it is invalid."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
