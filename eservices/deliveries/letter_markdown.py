"""Parsing of a letter's Markdown into its head and paragraphs. Pure.

The head are lines ``Subject: …``, ``Heading: …``, ``Kicker: …`` and ``Preview: …`` above the first blank line. In the
body, ``# …`` is the heading with the kicker above it; docs/extending.md says what else there is.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .paragraphs import Text, plain_text_of

# Nothing that a letter does not need: no code by indentation, no HTML, no rulers.
MARKDOWN = MarkdownIt("zero").enable(
    ["heading", "list", "blockquote", "emphasis", "link", "escape", "newline"]
)
STYLES = {"strong": "b", "em": "i"}
# Tokens of template values are addresses too: they are checked and quoted by nobody but the template.
MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign]
MARKDOWN.normalizeLink = lambda url: url  # type: ignore[method-assign]


class LetterSource(NamedTuple):
    """A letter that is parsed."""

    head: dict[str, str]  # by the lower-case name of the line
    paragraphs: list[Any]


@lru_cache(maxsize=1_000)
def read_letter(source: str) -> LetterSource:
    """Parse a letter. The result is shared: do not change it."""
    lines, _, body = source.strip().partition("\n\n")
    head = dict(_head_lines(lines))
    return LetterSource(head, read_paragraphs(body))


def _head_lines(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        name, _, text = line.partition(":")
        yield name.strip().lower(), text.strip()


def read_paragraphs(source: str) -> list[Any]:
    """Parse the body of a letter, as the module ``paragraphs`` describes it."""
    found: list[Any] = []
    for one in _blocks(iter(MARKDOWN.parse(source))):
        kind = next(iter(one)) if isinstance(one, dict) else ""
        if kind in {"rows", "tiles"} and found and isinstance(found[-1], dict) and kind in found[-1]:
            found[-1] = {kind: [*found[-1][kind], *one[kind]]}
        else:
            found.append(one)
    return found


def _blocks(tokens: Iterator[Token]) -> Iterator[Any]:
    for token in tokens:
        if token.type == "heading_open":
            yield {"title" if token.tag == "h1" else "section": _text(next(tokens))}
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            kind = "items" if token.type == "bullet_list_open" else "steps"
            yield {kind: [_text(one) for one in _inline_until(tokens, token)]}
        elif token.type == "blockquote_open":
            yield {"quote": _joined([_text(one) for one in _inline_until(tokens, token)])}
        elif token.type == "inline":
            yield from _paragraph(token)


def _inline_until(tokens: Iterator[Token], opening: Token) -> Iterator[Token]:
    """Yield the inline tokens until the end of the block that ``opening`` begins."""
    closing = opening.type.removesuffix("open") + "close"
    for token in tokens:
        if token.type == closing and token.level == opening.level:
            return
        if token.type == "inline":
            yield token


def _paragraph(inline: Token) -> Iterator[Any]:
    if inline.content.startswith("|"):
        yield from map(_fact, inline.content.split("\n"))
    else:
        yield _with_its_kind(_text(inline))


def _with_its_kind(text: Text) -> Any:
    match text:
        case [[label, "b", url]]:
            return {"button": [label, url]}
        case [[words, "i"]]:
            return {"small": words}
    return text


def _fact(line: str) -> Any:
    """Read ``| label | value |``. A bold value is one to be seen at a glance."""
    label, value = (
        _text(MARKDOWN.parseInline(cell.strip())[0]) for cell in line.strip().strip("|").split("|")
    )
    glance = isinstance(value, list) and all("b" in style for _words, style, *_url in value)
    return {
        "tiles" if glance else "rows": [[plain_text_of(label), plain_text_of(value) if glance else value]]
    }


def _text(inline: Token) -> Text:
    runs: list[list[str]] = []
    styles: list[str] = []
    link: list[str] = []
    for token in inline.children or ():
        name = token.type.rpartition("_")[0]
        if token.type == "link_open":
            link = [str(token.attrGet("href"))]
        elif token.type == "link_close":
            link = []
        elif name in STYLES:
            styles.append(STYLES[name]) if token.nesting == 1 else styles.remove(STYLES[name])
        else:
            words = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
            tail = ["".join(sorted(set(styles))), *link]
            if runs and runs[-1][1:] == tail:
                runs[-1][0] += words
            elif words:
                runs.append([words, *tail])
    plain = all(tail == [""] for _words, *tail in runs)
    return "".join(words for words, *_tail in runs) if plain else runs


def _joined(texts: list[Text]) -> Text:
    """Return the paragraphs of a quotation as one text."""
    return "\n\n".join(map(plain_text_of, texts))
