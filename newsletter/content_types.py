"""Content types of newsletters.

Other apps register theirs in a module ``newsletter_content.py``, as in ``content_types.register("news")(News())``.
A content type becomes a block of the campaign editor, and a source of digests.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from wagtail.models import Page

from home.extensions.registry import Registry


@dataclass(frozen=True)
class LetterEntry:
    """A page as shown in a newsletter, in one language. With a ``day`` it is shown as a date."""

    title: str
    url: str  # absolute
    language: str  # language of the text, which differs from the requested one if there is no translation
    lead: str = ""
    picture: object = None  # a Wagtail image
    alt: str = ""
    day: date | None = None
    topics: frozenset[UUID] = field(default=frozenset())  # translation keys; empty: for everybody


@dataclass(frozen=True)
class PageTitle:
    """The title of a page, and its language."""

    text: str
    language: str


class ContentType(Protocol):
    """A type of pages for newsletters."""

    label: str
    icon: str
    page_type: str  # as "app.Model"

    def entries(self, pages: list[Page], language: str) -> dict[int, LetterEntry]:
        """Return the entries by page id, without pages that are not public."""

    def titles(self, pages: list[Page], language: str) -> dict[int, PageTitle]:
        """Return the titles by page id, in one query, without pages that are not public."""

    def fresh(self, since: datetime, until: datetime, ahead: datetime) -> list[Page]:
        """Return the pages of a digest: published after ``since`` up to ``until``, or held up to ``ahead``.

        Each page once, whatever its languages.
        """


content_types: Registry[ContentType] = Registry("newsletter_content")
