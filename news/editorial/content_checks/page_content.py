"""The content of a page as plain values for the rules, read by ``page_reader`` or made up in tests.

``path`` is the place in the editor, in the form of Wagtail's comments: ``body.<block>.alt``.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    path: str
    name: str
    alt: str | None = None  # None: no description can be entered here
    width: int = 0
    least_width: int = 0


@dataclass(frozen=True)
class Heading:
    path: str
    level: int
    text: str


@dataclass(frozen=True)
class TextPassage:
    """A paragraph or a list item."""

    path: str
    text: str


@dataclass(frozen=True)
class Link:
    """A link and its state: whether its target exists, is a draft, or does not answer."""

    FINE, GONE, DRAFT, SILENT = "fine", "gone", "draft", "silent"
    ADMIN, WRAPPED = "admin", "wrapped"  # into the admin; through a mail program's filter

    path: str
    words: str
    target: str = ""
    state: str = FINE


@dataclass(frozen=True)
class PageContent:
    """The content of a page, and what is known about the page."""

    language: str = "fr"
    title: str = ""
    lead: str = ""
    description: str = ""
    wants_lead: bool = True
    wants_contact: bool = False
    has_contact: bool = False
    has_owner: bool = True
    # Id and title of the nearest unpublished page above.
    draft_above: tuple[int, str] | None = None
    problems: tuple[tuple[str, str], ...] = ()  # found by the model's own validation, with the fields
    taken_address: str = ""  # its path, if another view answers there and nobody can see the page
    pictures: list[Picture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    passages: list[TextPassage] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    missing_languages: list[str] = field(default_factory=list)
