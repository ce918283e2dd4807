"""Addresses of the old site: compared, and in the form of redirects. Pure."""

import re
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

SIZE_SUFFIX = re.compile(
    r"-\d{1,5}x\d{1,5}(?=\.\w+$)|-scaled(?=\.\w+$)"
)  # of copies that WordPress makes of a picture
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|cHash")  # parameters that name no page


def absolute_address(base: str, address: str) -> str:
    """Return an address as seen from ``base``, without its fragment; "" if it is none that HTTP can request."""
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return parts._replace(fragment="").geturl()


def host_of(address: str) -> str:
    """Return the host of an address, without “www.”; "" if it has none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def address_key(address: str) -> str:
    """Return the form in which two addresses of the same object are equal."""
    try:
        parts = urlsplit(address)
        host = host_of(address)
    except ValueError:
        return ""
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(pair[0])
    )
    path = re.sub(r"/(?:index\.(?:html?|php))?$", "", unquote(parts.path))
    return f"{host}{path}{'?' + urlencode(query) if query else ''}"


def path_with_query(address: str) -> str:
    """Return what a browser sends to the host of an address."""
    parts = urlsplit(address)
    query = "&".join(one for one in parts.query.split("&") if not TRACKING.fullmatch(one.partition("=")[0]))
    return f"{parts.path or '/'}{'?' + query if query else ''}"


def full_size(address: str) -> str:
    """Return the address of a picture of which WordPress made a smaller copy."""
    return SIZE_SUFFIX.sub("", address)


def file_extension(address: str) -> str:
    """Return the extension of the path, in lower case; "" if it has none."""
    try:
        return PurePosixPath(unquote(urlsplit(address).path)).suffix.lstrip(".").lower()
    except ValueError:
        return ""


def file_name(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path)).name


def last_segment(address: str) -> str:
    """Return the last part of the path, without an extension of pages."""
    try:
        path = unquote(urlsplit(address).path).rstrip("/")
    except ValueError:
        return ""
    return re.sub(r"\.(?:html?|php|aspx?)$", "", path.rpartition("/")[2])


def parent_addresses(address: str) -> list[str]:
    """Return the addresses above, the nearest first, as keys."""
    parts = urlsplit(address)
    segments = [one for one in parts.path.split("/") if one]
    paths = ["/" + "/".join(segments[:length]) for length in range(len(segments))]
    return [address_key(parts._replace(path=path, query="").geturl()) for path in reversed(paths)]


def safe_address(address: str) -> str:
    """Return an address with all characters encoded that could end an attribute."""
    return quote(address, safe="!#$%&()*+,/:;=?@[]~'-._")


def is_home(address: str) -> bool:
    """Return whether an address is that of a home page, such as ``/`` or ``/fr/``."""
    parts = urlsplit(address)
    return not parts.query and bool(re.fullmatch(r"/?(?:[a-z]{2}/?)?(?:index\.(?:html?|php))?", parts.path))
