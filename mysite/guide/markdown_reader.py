"""Conversion of a guide in ``docs/`` to HTML: headings with anchors, pictures with their size."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

FOLDER: Path = settings.BASE_DIR / "docs"
GUIDES = {"agents": "fr", "editors": "fr", "services": "fr"}  # guide → its language
# Without HTML: a guide cannot insert markup or script links into the admin.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Heading:
    """An entry of the table of contents, with its subheadings."""

    title: str
    anchor: str
    below: list["Heading"] = field(default_factory=list)


@dataclass(frozen=True)
class Guide:
    title: str
    language: str
    contents: list[Heading]
    html: SafeString

    def anchors(self) -> set[str]:
        return {one.anchor for part in self.contents for one in (part, *part.below)}


@cache
def read_guide(name: str) -> Guide:
    """Return the guide of this name, one of ``GUIDES``."""
    tokens = MARKDOWN.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title, tokens = _text(tokens[1]), tokens[3:]  # the first heading is the title of the page
    contents: list[Heading] = []
    for level, text, opening in _headings(tokens):
        heading = Heading(text, heading_anchor(text))
        opening.attrSet("id", heading.anchor)
        (contents if level == "h2" else contents[-1].below).append(heading)
    for token in tokens:
        _complete(token)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return Guide(title, GUIDES[name], contents, mark_safe(html))


def heading_anchor(title: str) -> str:
    """Return the anchor of a heading as code forges make it, so that the same link works there and here."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def guide_link_url(link: str) -> str:
    """Return the admin's address for a link in a guide, such as ``editors.md#les-alertes``."""
    file, _, anchor = link.partition("#")
    guide = reverse("guide", args=[_known(file)])
    return f"{guide}#{anchor}" if anchor else guide


def picture_path(name: str) -> Path:
    return FOLDER / "pictures" / f"{name}.webp"


def _headings(tokens: list[Token]) -> Iterator[tuple[str, str, Token]]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            yield opening.tag, _text(inline), opening


def _complete(token: Token) -> None:
    """Replace addresses of pictures and links in the file by those of the admin."""
    for child in token.children or ():
        if child.type == "image":
            name = Path(str(child.attrGet("src"))).stem
            with Image.open(picture_path(name)) as opened:
                width, height = opened.size
            child.attrs |= {"src": reverse("guide_picture", args=[name]), "width": width, "height": height}
            child.attrs["loading"] = "lazy"
        elif child.type == "link_open" and not str(child.attrGet("href")).startswith(("#", "https://")):
            child.attrSet("href", guide_link_url(str(child.attrGet("href"))))


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _known(file: str) -> str:
    name = file.removesuffix(".md")
    if name not in GUIDES:
        raise ValueError(f"{file} is no guide that the admin shows")
    return name
