"""Conversion of Wagtail's rich text to paragraphs of a letter. Pure."""

from html.parser import HTMLParser
from typing import Any

FEATURES = ["bold", "italic", "h3", "ol", "ul"]
STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i"}
PARTS = {"p", "h2", "h3", "h4", "li"}


class _ParagraphParser(HTMLParser):
    """A parser that collects paragraphs. Of unknown tags it takes the text."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[Any] = []
        self.lists: list[str] = []
        self.styles: list[str] = []
        self.runs: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in STYLES:
            self.styles.append(STYLES[tag])
        elif tag == "br":
            self.handle_data("\n")
        elif tag in ("ol", "ul"):
            self.lists.append(tag)
            numbered = {"numbered": True} if tag == "ol" else {}
            self.paragraphs.append({"items": [], **numbered})
        elif tag in PARTS:
            self.runs = []

    def handle_endtag(self, tag: str) -> None:
        if tag in STYLES and STYLES[tag] in self.styles:
            self.styles.remove(STYLES[tag])
        elif tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        elif tag in PARTS and any(words.strip() for words, _style in self.runs):
            self._keep(tag)
            self.runs = []

    def handle_data(self, data: str) -> None:
        style = "".join(sorted(set(self.styles)))
        if self.runs and self.runs[-1][1] == style:
            self.runs[-1][0] += data
        else:
            self.runs.append([data, style])

    def _keep(self, tag: str) -> None:
        text = self.runs if any(style for _words, style in self.runs) else self.runs[0][0]
        if tag == "li" and self.paragraphs and "items" in self.paragraphs[-1]:
            self.paragraphs[-1]["items"].append(text)
        else:
            self.paragraphs.append({"heading": text} if tag.startswith("h") else text)


def paragraphs_from_html(html: str) -> list[Any]:
    """Return the paragraphs of rich text, as ``deliveries.paragraphs`` describes them."""
    reader = _ParagraphParser()
    reader.feed(html)
    reader.close()
    return reader.paragraphs
