"""Rich text of a template as plain data, so that Typst never gets markup. Pure."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

LISTS = {"ul", "ol"}
BOLD, ITALIC = {"b", "strong"}, {"i", "em"}


type Fill = Callable[[list[str]], list[str]]


def passages_from_html(html: str, fill: Fill = list) -> list[dict]:
    """Parse paragraphs and lists: ``{kind: p|ul|ol, items: [[[text, bold, italic], …], …]}``.

    A paragraph has one item. ``fill`` inserts answers into the runs of each item, after the markup was parsed: so
    braces and markup in an answer have no effect.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for passage in reader.found:
        passage["items"] = [_filled(item, fill) for item in passage["items"] if item]
    return [passage for passage in reader.found if passage["items"]]


def _filled(item: list[list], fill: Fill) -> list[list]:
    texts = fill([text for text, *_marks in item])
    return [[text, *marks] for text, (_text, *marks) in zip(texts, item, strict=True)]


def text_runs(html: str) -> Iterator[str]:
    """Yield each run of text with the same style."""
    for passage in passages_from_html(html):
        for item in passage["items"]:
            yield from (text for text, *_marks in item)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[dict] = []
        self.item: list | None = None  # the open paragraph or list item
        self.marks: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in LISTS:
            self.found.append({"kind": tag, "items": []})
        elif tag == "li" and self.found:
            self._begin(self.found[-1])
        elif tag == "p":
            self._paragraph()
        elif tag in BOLD | ITALIC:
            self.marks.append(tag)
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag):
        if tag in self.marks:
            self.marks.remove(tag)
        elif tag in {"p", "li"}:
            self.item = None

    def handle_data(self, data):
        if self.item is None:
            if not data.strip():
                return
            self._paragraph()
        marked = [any(one in kind for one in self.marks) for kind in (BOLD, ITALIC)]
        self.item.append([data, *marked])

    def _paragraph(self) -> None:
        self.found.append({"kind": "p", "items": []})
        self._begin(self.found[-1])

    def _begin(self, passage: dict) -> None:
        self.item = []
        passage["items"].append(self.item)
