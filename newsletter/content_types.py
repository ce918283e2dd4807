"""What a letter may tell of. Apps above offer their kinds of pages in a file ``newsletter_items.py``::

    items.register("news")(News())

A kind becomes a block of the campaign's editor, and what digests collect.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from wagtail.models import Page

from home.extensions.registry import Registry


@dataclass(frozen=True)
class LetterEntry:
    """A page as a letter shows it, in the words of one language. With a ``day`` it stands as a date."""

    title: str
    url: str  # with its host
    language: str  # that it is written in, where it is not translated another than asked for
    lead: str = ""
    picture: object = None  # an image of Wagtail's
    alt: str = ""
    day: date | None = None
    topics: frozenset[UUID] = field(default=frozenset())  # translation keys; none: for everybody


@dataclass(frozen=True)
class PageTitle:
    """What a page is called, and the language that this is in."""

    text: str
    language: str


class ContentType(Protocol):
    """A kind of page that letters tell of."""

    label: str
    icon: str
    page_type: str  # as app.Model

    def entries(self, pages: list[Page], language: str) -> dict[int, LetterEntry]:
        """By the pages' ids, without what the public may not see."""

    def titles(self, pages: list[Page], language: str) -> dict[int, PageTitle]:
        """The same by name alone, in one query."""

    def fresh(self, since: datetime, until: datetime, ahead: datetime) -> list[Page]:
        """What a digest tells: published after ``since`` up to ``until``, or taking place up to ``ahead``.

        Each page once, whatever its languages.
        """


content_types: Registry[ContentType] = Registry("newsletter_items")
