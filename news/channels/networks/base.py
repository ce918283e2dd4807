"""Base class of social networks: limits of posts, and requests over HTTP."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from eservices.deliveries import retry_after
from eservices.deliveries.transports import PermanentFailure, RetryLater
from home.web.http_client import HttpAnswer, HttpClient, HttpError, configured_hosts

from .. import text_fitting
from ..announcements import Announcement

IDLE_TIMEOUT, TOTAL_TIMEOUT = 20, 90  # seconds without data, and for a request with its picture
DEFAULT_RETRY_PAUSE = timedelta(minutes=15)  # if a network answers "too often" without a time
PASSING = {408, 425, 500, 502, 503, 504}


class NetworkError(Exception):
    """The request failed, but may succeed later."""


class PostGone(PermanentFailure):
    """The network does not know the post any more."""


@dataclass(frozen=True)
class PublishedPost:
    """A post as the network returns it."""

    id: str
    url: str = ""


class SocialNetwork(ABC):
    """A social network. Its keys are the arguments, as in ``settings.SOCIAL_NETWORKS``."""

    key: str
    label: str
    limit: int
    measure: Callable[[str], int] = staticmethod(text_fitting.count_characters)
    unit = ""  # of the limit, if it does not count characters
    link_in_text = True
    shows_picture = True  # an uploaded copy, or the one that the network finds behind the link
    needs_picture = False
    edits = False  # whether published posts can be changed
    withdraws = False  # whether they can be withdrawn
    is_double = False

    def __init__(self, **keys: str):
        self.keys = keys

    @property
    def ready(self) -> bool:
        """True if all its keys are set."""
        return all(self.keys.values())

    # -- Texts -----------------------------------------------------------------------------------------------
    def compose(self, announcement: Announcement, own: str = "") -> str:
        """Compose the text of a post: the own text, else title and lead, with the link and within the limit."""
        link = announcement.link if self.link_in_text else ""
        if own:
            return own if not link or link in own else text_fitting.join_lines(own, link)
        return text_fitting.fit_text(announcement.title, announcement.lead, link, self.limit, self.measure)

    def faults(self, announcement: Announcement) -> list[str]:
        """Return why the post cannot be published as it is; an empty list if it can."""
        found = []
        if (length := self.measure(announcement.text)) > self.limit:
            words = {"network": self.label, "limit": self.limit, "length": length}
            found.append(_("%(network)s takes %(limit)s characters: this has %(length)s.") % words)
        if self.needs_picture and not announcement.picture:
            found.append(_("%(network)s takes no post without a picture.") % {"network": self.label})
        return found

    def notes(self, announcement: Announcement) -> list[str]:
        """Return further hints for the editor."""
        return []

    # -- Actions ---------------------------------------------------------------------------------------------
    @abstractmethod
    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        """Publish a post. ``key`` is the same in all attempts for one post."""

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        raise NotImplementedError

    def withdraw(self, remote_id: str) -> None:
        raise NotImplementedError

    def find(self, announcement: Announcement) -> PublishedPost | None:
        """Find a post of the last days with the same link. Called before a second attempt."""
        return None

    @abstractmethod
    def probe(self) -> None:
        """Read something with the configured keys. Raise if the network does not answer or refuses them."""

    # -- Requests --------------------------------------------------------------------------------------------
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys['token']}"}

    def ask(self, method: str, path: str, *, headers=None, **content) -> tuple[dict, HttpAnswer]:
        """Return the network's answer at a path, or at an address that the network gave.

        Raise ``RetryLater`` if there were too many requests, ``PermanentFailure`` if the network refuses,
        ``NetworkError`` if a later attempt may succeed.
        """
        url = self.keys["url"]
        client = HttpClient(deadline=TOTAL_TIMEOUT, idle=IDLE_TIMEOUT, internal_hosts=configured_hosts(url))
        try:
            answer = client.request(
                method,
                url.rstrip("/") + path if path.startswith("/") else path,
                headers=self.headers() | (headers or {}),
                **content,
            )
        except HttpError as fault:
            raise NetworkError(f"{self.label}: {fault.kind}") from None
        found = _read(answer)
        self._judge(answer, found)
        return found, answer

    def _judge(self, answer: HttpAnswer, found: dict) -> None:
        if 200 <= answer.status_code < 300:
            return
        said = f"{self.label} {answer.status_code}: {self.error_message(found)[:300]}"
        if answer.status_code == 429 or self.too_often(found):
            raise RetryLater(retry_after.retry_at(answer, DEFAULT_RETRY_PAUSE), said)
        if answer.status_code in PASSING or self.passes(found):
            raise NetworkError(said)
        gone = answer.status_code in {404, 410} or self.is_gone(found)
        raise (PostGone if gone else PermanentFailure)(said)

    def error_message(self, found: dict) -> str:
        """Return the network's error message."""
        error = found.get("error")
        if isinstance(error, dict):
            error = error.get("message")
        return str(error or found.get("message") or found.get("detail") or found.get("title") or "")

    def too_often(self, found: dict) -> bool:
        """Return whether the answer means "too many requests" without the status 429."""
        return False

    def passes(self, found: dict) -> bool:
        """Return whether the answer means a temporary error without one of the statuses in ``PASSING``."""
        return False

    def is_gone(self, found: dict) -> bool:
        """Return whether the answer means that the post is missing without the status 404 or 410."""
        return False


def _read(answer: HttpAnswer) -> dict:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"items": found}
