"""The one form in which readers of all sources hand over an object of an old site."""

from dataclasses import asdict, dataclass, field

PAGE, ARTICLE, EVENT = "page", "article", "event"
IMAGE, DOCUMENT, REDIRECT = "image", "document", "redirect"
PAGES, FILES = (PAGE, ARTICLE, EVENT), (IMAGE, DOCUMENT)


@dataclass
class SourceObject:
    """An object of an old site. ``key`` is its name at the source and never changes; addresses are absolute."""

    kind: str
    key: str
    address: str = ""
    other_addresses: list[str] = field(default_factory=list)
    title: str = ""
    body: str = ""  # HTML
    summary: str = ""
    date: str = ""  # ISO 8601
    language: str = ""
    author: str = ""
    categories: list[str] = field(default_factory=list)
    parent: str = ""  # key of the page above
    order: int = 0  # among the pages of one parent
    picture: str = ""  # address of the picture of a page
    alt: str = ""
    caption: str = ""
    target: str = ""  # address to which a redirect leads
    start: str = ""  # of an event
    end: str = ""
    place: str = ""
    published: bool = True
    is_read: bool = True  # False: the reader lists the address, and reads the object later
    remarks: list[list] = field(default_factory=list)  # see ``remarks``

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict) -> "SourceObject":
        return cls(**content)
