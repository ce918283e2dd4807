"""What of a page goes out: the same for every channel, before it is made to fit."""

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

RENDITION_SPEC = "max-1600x1600|format-jpeg"  # what every network takes


class AnnouncedPageProtocol(Protocol):
    """A page that goes out on channels, beside what every page of the commune has."""

    headline: str  # its title, as it is told elsewhere
    occasion: str  # when and where, of what happens; else empty
    called_off: bool  # whether it would have happened, and does not
    is_past: bool  # whether what happens is over
    social_image: Any  # an image of Wagtail's, or None
    alt: str  # what that shows

    def matched_topics(self) -> Iterable:
        """The topics of the newsletter whose readers hear of it."""


@dataclass(frozen=True)
class Announcement:
    """A page in a few words."""

    title: str
    lead: str
    link: str
    language: str
    picture: Any = None  # an image of Wagtail's
    alt: str = ""
    text: str = ""  # what is said of it, once a channel composed it
    topics: frozenset[UUID] = frozenset()  # of the newsletter, by the key that they have in every language
    key: UUID | None = None  # that the page has in every language
    called_off: bool = False
    is_past: bool = False

    @property
    def told(self) -> dict:
        """What is looked at once more before a message about it leaves: see ``check_still_public``."""
        return {
            "page": str(self.key),
            "topics": sorted(map(str, self.topics)),
            "called_off": self.called_off,
            "is_past": self.is_past,
        }

    def saying(self, text: str) -> "Announcement":
        return replace(self, text=text)

    def jpeg(self, look: str = RENDITION_SPEC):
        """The picture as networks take it. Raises ``PermanentFailure`` where its file is lost or broken."""
        try:
            return self.picture.get_rendition(look)
        except SourceImageIOError:
            raise PermanentFailure(
                _("The file of the picture cannot be read: choose another picture.")
            ) from None


def announcement_from_page(page: AnnouncedPageProtocol) -> Announcement:
    """What a page says, as it stands in memory: the draft for a preview, what is published for the public."""
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
    """When and where it happens, as the sentence that goes before its lead; empty for what does not happen."""
    with translation.override(page.locale.language_code):
        return f"{page.occasion}." if page.occasion else ""


def published_announcement(page_id: int | None) -> Announcement | None:
    """What everybody may see of a page; None where nobody or not everybody may."""
    page = with_restriction_data(Page.objects.live()).filter(pk=page_id).first()
    return announcement_from_page(page.specific) if page and is_public(page) else None


def check_still_public(told: dict) -> None:
    """Raises ``Obsolete`` where not everybody may see the page any more of which a message tells, in its language, or
    where what it announces was cancelled or ended since."""
    pages = with_restriction_data(Page.objects.live()).filter(
        translation_key=told["page"], locale__language_code=told["language"]
    )
    shown = next(filter(is_public, pages), None)
    if shown is None:
        raise Obsolete(_("The page is public no more."))
    page = shown.specific
    if told.get("called_off") is False and page.called_off:
        raise Obsolete(_("It was cancelled in the meantime."))
    check_not_over(told, page)


def followed(old: dict, now: dict) -> dict:
    """Return ``told`` as the page says it now; what was still to come when it was chosen stays so.

    Of an event that was cancelled or ended since, ``check_still_public`` still stops the messages.
    """
    kept = {name: old[name] for name in ("called_off", "is_past") if name in old}
    return now | kept


def check_not_over(told: dict, now: "AnnouncedPageProtocol | Announcement") -> None:
    """Raises ``Obsolete`` where what was still to come when it was chosen is over by now."""
    if told.get("is_past") is False and now.is_past:
        raise Obsolete(_("It is over in the meantime."))


def translations_of(announcement: Announcement) -> dict[str, Announcement]:
    """The same in the other languages in which it is published."""
    pages = with_restriction_data(Page.objects.live()).filter(translation_key=announcement.key)
    others = [announcement_from_page(page.specific) for page in pages if is_public(page)]
    return {one.language: one for one in others if one.language != announcement.language}


def _topics(page: AnnouncedPageProtocol) -> frozenset[UUID]:
    if page.pk is None:
        return frozenset()
    return frozenset(topic.translation_key for topic in page.matched_topics())
