"""What every social network has: its limits, and one way to be asked over HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import requests
from django.utils.translation import gettext as _

from eservices.deliveries import retry_after
from eservices.deliveries.transports import PermanentFailure, RetryLater

from .. import text_fitting
from ..announcements import Announcement

TIMEOUT = (5, 20)  # seconds to connect, and between two signs of life
MAX_RESPONSE_BYTES = 1_000_000  # bytes
DEFAULT_RETRY_PAUSE = timedelta(minutes=15)  # where a network says "too often" and not for how long
PASSING = {408, 425, 500, 502, 503, 504}


class NetworkError(Exception):
    """It did not work now, and may later."""


class PostGone(PermanentFailure):
    """The network knows the post no more."""


@dataclass(frozen=True)
class PublishedPost:
    """What the network made of it."""

    id: str
    url: str = ""


class SocialNetwork:
    """One social network. Its keys are arguments, as ``settings.SOCIAL_NETWORKS`` has them."""

    key: str
    label: str
    limit: int
    measure: Callable[[str], int] = staticmethod(text_fitting.count_characters)
    unit = ""  # of the limit, where it is not characters
    link_in_text = True
    shows_picture = True  # its own copy, or what it finds behind the link
    needs_picture = False
    edits = False  # whether what is out can be changed
    withdraws = False  # and taken back
    is_double = False

    def __init__(self, **keys: str):
        self.keys = keys

    @property
    def ready(self) -> bool:
        """Whether the operator gave all its keys."""
        return all(self.keys.values())

    # -- What it says ----------------------------------------------------------------------------------------
    def compose(self, announcement: Announcement, own: str = "") -> str:
        """The text of a post: the editor's own, else title and lead; with the link, and short enough."""
        link = announcement.link if self.link_in_text else ""
        if own:
            return own if not link or link in own else text_fitting.join_lines(own, link)
        return text_fitting.fit_text(announcement.title, announcement.lead, link, self.limit, self.measure)

    def faults(self, announcement: Announcement) -> list[str]:
        """Why it could not go out as it is."""
        found = []
        if (length := self.measure(announcement.text)) > self.limit:
            words = {"network": self.label, "limit": self.limit, "length": length}
            found.append(_("%(network)s takes %(limit)s characters: this has %(length)s.") % words)
        if self.needs_picture and not announcement.picture:
            found.append(_("%(network)s takes no post without a picture.") % {"network": self.label})
        return found

    def notes(self, announcement: Announcement) -> list[str]:
        """What the editor should know besides."""
        return []

    # -- What it does ----------------------------------------------------------------------------------------
    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        """Posts. ``key`` is the same for the same post, however often it is tried."""
        raise NotImplementedError

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        raise NotImplementedError

    def withdraw(self, remote_id: str) -> None:
        raise NotImplementedError

    def find(self, announcement: Announcement) -> PublishedPost | None:
        """A post of ours of the last days with the same link: asked before a second attempt."""
        return None

    def probe(self) -> None:
        """Reads something with our keys: raises where the network is away or does not take them."""
        raise NotImplementedError

    # -- How it is asked -------------------------------------------------------------------------------------
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys['token']}"}

    def ask(self, method: str, path: str, *, headers=None, **content) -> tuple[dict, requests.Response]:
        """Return the network's answer at a path, or at an address that it gave.

        Raises ``RetryLater`` if it was asked too often, ``PermanentFailure`` if it refuses.
        """
        with requests.Session() as session:
            session.trust_env = False  # no proxy and no password from elsewhere
            try:
                answer = session.request(
                    method,
                    self.keys["url"].rstrip("/") + path if path.startswith("/") else path,
                    headers=self.headers() | (headers or {}),
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                    **content,
                )
                body = answer.raw.read(MAX_RESPONSE_BYTES, decode_content=True)
            except (requests.RequestException, OSError) as fault:
                # The class alone: the text may hold what was sent.
                raise NetworkError(f"{self.label}: {type(fault).__name__}") from None
        found = _read(body)
        self._judge(answer, found)
        return found, answer

    def _judge(self, answer: requests.Response, found: dict) -> None:
        if 200 <= answer.status_code < 300:
            return
        said = f"{self.label} {answer.status_code}: {self.said(found)[:300]}"
        if answer.status_code == 429 or self.too_often(found):
            raise RetryLater(retry_after.retry_at(answer, DEFAULT_RETRY_PAUSE), said)
        if answer.status_code in PASSING or self.passes(found):
            raise NetworkError(said)
        gone = answer.status_code in {404, 410} or self.is_gone(found)
        raise (PostGone if gone else PermanentFailure)(said)

    def said(self, found: dict) -> str:
        """What the network says of a fault."""
        error = found.get("error")
        if isinstance(error, dict):
            error = error.get("message")
        return str(error or found.get("message") or found.get("detail") or found.get("title") or "")

    def too_often(self, found: dict) -> bool:
        """Whether it says so otherwise than by the status 429."""
        return False

    def passes(self, found: dict) -> bool:
        """Whether it says that it may do it later, otherwise than by the status."""
        return False

    def is_gone(self, found: dict) -> bool:
        """Whether it says that the post is not there, otherwise than by the status 404."""
        return False


def _read(body: bytes) -> dict:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"items": found}
