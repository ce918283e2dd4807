"""A page as the rules see it: plain values, read by ``reading`` and made up by tests.

``path`` says where something stands in the editor, as Wagtail's comments do: ``body.<block>.alt``.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    path: str
    name: str
    alt: str | None = None  # None: nobody is asked for one here
    width: int = 0
    least_width: int = 0


@dataclass(frozen=True)
class Heading:
    path: str
    level: int
    text: str


@dataclass(frozen=True)
class TextPassage:
    """A paragraph, an item of a list."""

    path: str
    text: str


@dataclass(frozen=True)
class Link:
    """What leads somewhere. ``state`` says what was found there."""

    FINE, GONE, DRAFT, SILENT = "fine", "gone", "draft", "silent"
    ADMIN, WRAPPED = "admin", "wrapped"  # into the admin; through a mail program that knows the target

    path: str
    words: str
    target: str = ""
    state: str = FINE


@dataclass(frozen=True)
class PageContent:
    """What a page says, and what is known about it."""

    language: str = "fr"
    title: str = ""
    lead: str = ""
    description: str = ""
    wants_lead: bool = True
    wants_contact: bool = False
    has_contact: bool = False
    has_owner: bool = True
    # Key and title of the nearest page above that is not published.
    draft_above: tuple[int, str] | None = None
    problems: tuple[tuple[str, str], ...] = ()  # that its own model finds, with the fields
    taken_address: str = ""  # where it stands, if something else answers there and nobody ever sees the page
    pictures: list[Picture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    passages: list[TextPassage] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    missing_languages: list[str] = field(default_factory=list)
