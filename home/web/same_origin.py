"""Where a form came from. Pages that everybody shares carry no token: the browser says who sent it."""

from urllib.parse import SplitResult, urlsplit


def is_same_origin(request) -> bool:
    """Whether a page of this host sent the form, by what the browser says of it."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return split_origin(sender).netloc == request.get_host()


def split_origin(address: str) -> SplitResult:
    """The parts of an address that a browser named; all empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
