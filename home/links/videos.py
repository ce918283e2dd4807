"""Videos on other sites: from the address that an editor copied to the page that shows the video.

No network access.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit


@dataclass(frozen=True)
class Video:
    """A video of a known host. Its address contains the id and nothing else."""

    host: str
    url: str


# Host names → (display name, pattern of the path with the id, address by id). An id is letters, digits and dashes.
ID = r"([\w-]{3,40})"
YOUTUBE = ("YouTube", rf"/(?:watch|shorts/{ID}|embed/{ID}|live/{ID})/?", "https://www.youtube.com/watch?v={}")
PLAY = r"/play/tv/[^/]+/video/[^/]+"
HOSTS = {
    "www.youtube.com": YOUTUBE,
    "youtube.com": YOUTUBE,
    "m.youtube.com": YOUTUBE,
    "www.youtube-nocookie.com": YOUTUBE,
    "youtu.be": ("YouTube", f"/{ID}/?", "https://www.youtube.com/watch?v={}"),
    "vimeo.com": ("Vimeo", r"/(\d{3,14})/?", "https://vimeo.com/{}"),
    "player.vimeo.com": ("Vimeo", r"/video/(\d{3,14})/?", "https://vimeo.com/{}"),
    "www.dailymotion.com": ("Dailymotion", f"/video/{ID}/?", "https://www.dailymotion.com/video/{{}}"),
    "www.rts.ch": ("RTS", PLAY, "https://www.rts.ch/play/tv/-/video/-?urn={}"),
    "www.srf.ch": ("SRF", PLAY, "https://www.srf.ch/play/tv/-/video/-?urn={}"),
    "www.rsi.ch": ("RSI", PLAY, "https://www.rsi.ch/play/tv/-/video/-?urn={}"),
    "tube.switch.ch": ("SWITCHtube", f"/videos/{ID}/?", "https://tube.switch.ch/videos/{{}}"),
}
HOSTS = {host: (name, path, address.replace("{{}}", "{}")) for host, (name, path, address) in HOSTS.items()}
HOST_NAMES = list(dict.fromkeys(name for name, _path, _address in HOSTS.values()))
IN_QUERY = {"YouTube": "v", "RTS": "urn", "SRF": "urn", "RSI": "urn"}
# Addresses that tell whether a video exists: the page itself answers 200 even if the video is gone.
TELLS = {
    "YouTube": "https://www.youtube.com/oembed?format=json&url={}",
    "Vimeo": "https://vimeo.com/api/oembed.json?url={}",
}
QUERY_ID = re.compile(r"[\w:-]{3,80}", re.ASCII)


def parse_video_url(url: str) -> Video | None:
    """Return the video of an address; None if no known host shows it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    known = HOSTS.get((parts.hostname or "").lower())
    if (
        parts.scheme not in ("http", "https")
        or known is None
        or parts.username
        or port not in (None, 80, 443)
    ):
        return None
    name, path, address = known
    found = re.fullmatch(path, parts.path, re.ASCII)
    key = found and (next(filter(None, found.groups()), "") or _in_query(name, parts.query))
    return Video(name, address.format(key)) if key else None


def oembed_url(url: str) -> str:
    """Return the address whose status tells whether a video exists; ``url`` itself for other hosts and pages.

    A host that answers 401 or 403 forbids only embedding: visitors can still watch the video there.
    """
    video = parse_video_url(url)
    return TELLS[video.host].format(quote(video.url, safe="")) if video and video.host in TELLS else url


def _in_query(name: str, query: str) -> str:
    key = parse_qs(query).get(IN_QUERY.get(name, ""), [""])[0]
    return key if QUERY_ID.fullmatch(key) else ""
