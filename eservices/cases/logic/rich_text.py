"""Conversion of Wagtail's rich text to paragraphs of a letter, and of these to HTML. Pure."""

from html.parser import HTMLParser
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

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


def paragraphs_to_html(found: list[Any]) -> SafeString:
    """Render paragraphs as HTML. Their text is escaped."""
    return mark_safe("\n".join(map(_paragraph, found)))


def _paragraph(one: Any) -> str:
    match one:
        case {"heading": text}:
            return format_html("<h3>{}</h3>", _text(text))
        case {"quote": text}:
            return format_html("<blockquote>{}</blockquote>", _text(text))
        case {"signatures": people}:
            return format_html_join("\n", "<p>{}</p>", ((_signature(*one),) for one in people))
        case {"items": items, **more}:
            listed = format_html_join("", "<li>{}</li>", ((_text(item),) for item in items))
            tag = "ol" if more.get("numbered") else "ul"
            return format_html("<{}>{}</{}>", tag, listed, tag)
    return format_html("<p>{}</p>", _text(one))


def _signature(name: str, function: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((_text(one),) for one in (name, function) if one))


def _text(text: str) -> SafeString:
    runs = [[text, ""]] if isinstance(text, str) else text
    return mark_safe("".join(_run(*run) for run in runs))


def _run(words: str, style: str) -> str:
    html = escape(words).replace("\n", "<br>")
    for tag in style:
        html = f"<{tag}>{html}</{tag}>"
    return html
