"""The announcement of a page: the same for all channels, before each adapts it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from eservices.deliveries.transports import Obsolete, PermanentFailure
from home.links.page_links import full_page_url
from home.models.base import is_public, with_restriction_data

RENDITION_SPEC = "max-1600x1600|format-jpeg"  # accepted by every network


class AnnouncedPageProtocol(Protocol):
    """The interface of a page that is announced on channels, beyond that of every page of the commune."""

    headline: str  # its title for announcements
    occasion: str  # time and place of an event, else empty
    called_off: bool  # whether the event is cancelled
    is_past: bool  # whether the event is over
    social_image: Any  # a Wagtail image, or None
    alt: str  # the description of that image

    def matched_topics(self) -> Iterable:
        """Return the newsletter topics whose subscribers get it."""


@dataclass(frozen=True)
class Announcement:
    """The short form of a page."""

    title: str
    lead: str
    link: str
    language: str
    picture: Any = None  # a Wagtail image
    alt: str = ""
    text: str = ""  # the text of the post, once a channel composed it
    topics: frozenset[UUID] = frozenset()  # of the newsletter, by their translation keys
    key: UUID | None = None  # translation key of the page
    called_off: bool = False
    is_past: bool = False

    @property
    def recheck_payload(self) -> dict:
        """The data that ``check_still_public`` needs before a message is sent."""
        return {
            "page": str(self.key),
            "topics": sorted(map(str, self.topics)),
            "called_off": self.called_off,
            "is_past": self.is_past,
        }

    def with_text(self, text: str) -> "Announcement":
        return replace(self, text=text)

    def jpeg(self, look: str = RENDITION_SPEC):
        """Return the picture as networks accept it. Raise ``PermanentFailure`` if its file is lost or broken."""
        try:
            return self.picture.get_rendition(look)
        except SourceImageIOError:
            raise PermanentFailure(
                _("The file of the picture cannot be read: choose another picture.")
            ) from None


def announcement_from_page(page: AnnouncedPageProtocol) -> Announcement:
    """Build the announcement of a page as it is in memory: a draft for a preview, else the published state."""
    with translation.override(page.locale.language_code):
        title = page.headline
    return Announcement(
        title=title,
        lead=" ".join(filter(None, (occasion_sentence(page), page.lead or page.search_description))),
        link=full_page_url(page),
        language=page.locale.language_code,
        picture=page.social_image,
        alt=page.alt,
        topics=_topics(page),
        key=page.translation_key,
        called_off=page.called_off,
        is_past=page.is_past,
    )


def occasion_sentence(page: AnnouncedPageProtocol) -> str:
    """Return time and place as the sentence before the lead; "" if the page is no event."""
    with translation.override(page.locale.language_code):
        return f"{page.occasion}." if page.occasion else ""


def published_announcement(page_id: int | None) -> Announcement | None:
    """Return the announcement of a page that everybody may see; None if it is not live or not public."""
    page = with_restriction_data(Page.objects.live()).filter(pk=page_id).first()
    return announcement_from_page(page.specific) if page and is_public(page) else None


def check_still_public(told: dict) -> None:
    """Raise ``Obsolete`` if the announced page is not public any more in its language.

    Also raise it if the event was cancelled or ended after it was announced.
    """
    pages = with_restriction_data(Page.objects.live()).filter(
        translation_key=told["page"], locale__language_code=told["language"]
    )
    shown = next(filter(is_public, pages), None)
    if shown is None:
        raise Obsolete(_("The page is public no more."))
    page = shown.specific
    if told.get("called_off") is False and page.called_off:
        raise Obsolete(_("It has been cancelled."))
    check_not_over(told, page)


def followed(old: dict, now: dict) -> dict:
    """Return the page's data as it is now, but keep ``called_off`` and ``is_past`` as they were.

    So ``check_still_public`` still stops the messages of an event that was cancelled or ended since.
    """
    kept = {name: old[name] for name in ("called_off", "is_past") if name in old}
    return now | kept


def check_not_over(told: dict, now: "AnnouncedPageProtocol | Announcement") -> None:
    """Raise ``Obsolete`` if the event was still to come when it was announced and is over now."""
    if told.get("is_past") is False and now.is_past:
        raise Obsolete(_("The consultation has ended."))


def translations_of(announcement: Announcement) -> dict[str, Announcement]:
    """Return the announcements of the other published languages of the page."""
    pages = with_restriction_data(Page.objects.live()).filter(translation_key=announcement.key)
    others = [announcement_from_page(page.specific) for page in pages if is_public(page)]
    return {one.language: one for one in others if one.language != announcement.language}


def _topics(page: AnnouncedPageProtocol) -> frozenset[UUID]:
    if page.pk is None:
        return frozenset()
    return frozenset(topic.translation_key for topic in page.matched_topics())
