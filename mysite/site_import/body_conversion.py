"""Conversion of HTML to the blocks of our pages, with remarks on what is lost.

The result consists of what a page can contain: headings of two levels in order, lists, tables, pictures, videos,
quotations, questions that unfold, and links. Nothing of the source is copied as markup.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from home.blocks.text import TableBlock
from home.links.videos import parse_video_url
from home.text.cleaning import strip_control_characters, unwrapped, without_office_marks
from news.editorial.content_checks import rules
from news.editorial.content_checks.page_content import Heading, Link, PageContent, Picture

from .old_addresses import absolute_address, file_extension, file_name, host_of, safe_address
from .remarks import RULE
from .source_objects import DOCUMENT, IMAGE, PAGE

MOST_HTML = 1_000_000  # characters
MOST_DEPTH = 60  # of nested elements; deeper ones become text
MOST_ALT, MOST_CAPTION, MOST_QUOTE, MOST_QUESTION = 250, 200, 400, 160
TABLE_TITLE = 120
MOST_COLUMNS, MOST_ROWS = 50, 2_000  # of a table; a larger one becomes paragraphs

REMOVED = (
    *(
        "script",
        "style",
        "noscript",
        "template",
        "link",
        "meta",
        "base",
        "title",
        "svg",
        "math",
        "canvas",
        "applet",
    ),
    *("form", "input", "select", "textarea", "button", "dialog", "map", "nav", "frame", "frameset", "portal"),
)
SILENT = {"link", "meta", "base", "title", "noscript", "template", "nav"}  # nobody would miss them
EMBEDDED = ("iframe", "object", "embed", "video", "audio")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BOLD, ITALIC = ("b", "strong", "th"), ("i", "em", "cite", "dfn", "var")
INLINE = {
    *(
        *BOLD,
        *ITALIC,
        "a",
        "br",
        "span",
        "font",
        "u",
        "s",
        "small",
        "big",
        "sub",
        "sup",
        "abbr",
        "acronym",
        "code",
    ),
    *(
        "kbd",
        "samp",
        "mark",
        "q",
        "time",
        "label",
        "ins",
        "del",
        "strike",
        "tt",
        "bdi",
        "bdo",
        "wbr",
        "data",
        "center",
    ),
}
NOT_INLINE = (
    *HEADINGS,
    *EMBEDDED,
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "figure",
    "blockquote",
    "img",
    "hr",
    "dl",
    "pre",
)
TABLES = TableBlock()
BLANK = re.compile(r"[ \t\r\n\f\xa0\u200b\ufeff]+")
EMPTY_PARAGRAPH = re.compile(r"(?:\s|&nbsp;|<br/>|</?[bi]>)*")
RULES = (
    rules.find_undescribed_pictures,
    rules.find_file_name_descriptions,
    rules.find_vague_links,
    rules.find_capitalized_headings,
)

# The key of an imported page, file or picture at an address, by kind; None if there is none.
type Resolver = Callable[[str, str], int | None]


@dataclass
class ConvertedBody:
    """The blocks of a body as they are stored, remarks, and the old addresses that it refers to."""

    blocks: list[dict] = field(default_factory=list)
    remarks: list[list] = field(default_factory=list)
    pictures: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # alternative text and caption by address
    documents: dict[str, str] = field(default_factory=dict)  # words of the link by address

    @property
    def plain_text(self) -> str:
        """The words of the paragraphs, for a lead."""
        texts = [block["value"] for block in self.blocks if block["type"] == "text"]
        return BLANK.sub(" ", BeautifulSoup(" ".join(texts), "html.parser").get_text(" ")).strip()


def convert_body(
    html: str, *, base: str, title: str, resolve: Resolver, hosts: Iterable[str]
) -> ConvertedBody:
    """Convert the HTML of an object. ``base``: its old address; ``hosts``: those of the old site."""
    converter = BodyConverter(base, title, resolve, set(hosts))
    return converter.convert(html)


class BodyConverter:
    """Walks through the HTML once, and collects blocks. Paragraphs, lists and headings join in one block of text."""

    def __init__(self, base: str, title: str, resolve: Resolver, hosts: set[str]):
        self.base, self.title, self.resolve, self.hosts = base, title, resolve, hosts
        self.found = ConvertedBody()
        self.text: list[str] = []  # HTML of the block of text that is being collected
        self.run: list[str] = []  # HTML of its open paragraph
        self.later: list[Tag] = []  # pictures within a list or a table, which follow it
        self.levels: list[int] = []  # of the headings above
        self.heading = ""  # the last one
        self.judged = {"pictures": [], "headings": [], "links": []}

    def convert(self, html: str) -> ConvertedBody:
        if len(html) > MOST_HTML:
            self.remark("text_cut")
            html = html[:MOST_HTML]
        soup = parse_html(without_office_marks(strip_control_characters(html)))
        self._remove(soup)
        self.flow(soup, 0)
        self.end_text()
        self._judge()
        return self.found

    def remark(self, code: str, **values) -> None:
        if [code, values] not in self.found.remarks:
            self.found.remarks.append([code, values])

    def _remove(self, soup: BeautifulSoup) -> None:
        for text in soup.find_all(string=lambda one: isinstance(one, PreformattedString)):
            text.extract()  # comments, CDATA, declarations
        names, length = [], len(soup.get_text())
        for form in soup.find_all("form"):
            if len(form.get_text()) > length / 2 and form.find(["p", *HEADINGS]):
                form.unwrap()  # some systems put the whole page into a form
        for tag in soup.find_all(REMOVED):
            if tag.name not in SILENT and not tag.decomposed:
                names.append(tag.name)
            tag.decompose()
        for tag in soup.select('[hidden], [aria-hidden="true"]:not(img):not(:has(img))'):
            if not tag.decomposed:
                tag.decompose()
        if names:
            self.remark("removed", names=", ".join(sorted(set(names))))

    def _judge(self) -> None:
        """Add the findings of the content checks on pictures, headings and links."""
        content = PageContent(title=self.title, **self.judged)
        for rule in RULES:
            for finding in rule(content):
                self.remark(RULE + finding.rule, **finding.values)

    # -- Paragraphs --------------------------------------------------------------------------------------------
    def end_paragraph(self) -> None:
        html = "".join(self.run).strip()
        self.run = []
        for part in re.split(r"(?:<br/>\s*){2,}", html):
            text = re.sub(r"^(?:<br/>|\s)+|(?:<br/>|\s)+$", "", part)
            if not EMPTY_PARAGRAPH.fullmatch(text):
                self.text.append(f"<p>{text}</p>")

    def end_text(self) -> None:
        self.end_paragraph()
        if self.text:
            self.found.blocks.append({"type": "text", "value": "".join(self.text)})
        self.text = []

    def add_block(self, kind: str, value) -> None:
        self.end_text()
        self.found.blocks.append({"type": kind, "value": value})

    def flow(self, parent: Tag, depth: int) -> None:
        """Convert the content of an element that contains paragraphs."""
        for child in list(parent.children):
            if isinstance(child, NavigableString):
                self.run.append(_text(child))
            elif depth > MOST_DEPTH:
                self.run.append(escape(BLANK.sub(" ", child.get_text(" "))))
            elif child.name in INLINE and not child.find(NOT_INLINE):
                self.run.append(self.inline(child))
            else:
                self.element(child, depth)

    def element(self, tag: Tag, depth: int) -> None:
        """Convert an element that is no part of a paragraph."""
        if tag.name == "a" and (picture := tag.find("img")):
            self._remark_picture_link(tag, picture)
        if tag.name == "img":
            self.end_paragraph()
            self.picture(tag)
        elif tag.name in HEADINGS:
            self.heading_element(tag)
        elif tag.name in ("ul", "ol") and not _is_gallery(tag):
            self.end_paragraph()
            self.text.append(self.list_html(tag, depth))
            self.end_later()
        elif tag.name in EMBEDDED:
            self.embedded(tag)
        elif tag.name == "hr":
            self.end_paragraph()
            self.text.append("<hr/>")
        elif tag.name in ("table", "figure", "blockquote", "details", "pre", "dl"):
            self.end_paragraph()
            getattr(self, f"{tag.name}_element")(tag, depth)
        elif _is_gallery(tag):
            self.gallery(tag)
        elif tag.name in INLINE:
            self.flow(tag, depth + 1)
        else:
            self.end_paragraph()
            self.flow(tag, depth + 1)
            self.end_paragraph()

    def inline(self, tag: Tag) -> str:
        """Return the HTML of a part of a paragraph."""
        if tag.name == "br":
            return "<br/>"
        if tag.name == "img":
            self.later.append(tag)
            return ""
        if tag.name in EMBEDDED:
            return self._embedded_link(tag)
        inner = "".join(
            _text(child) if isinstance(child, NavigableString) else self.inline(child)
            for child in tag.children
        )
        if tag.name in ("p", "div", "li", "dd"):
            inner = f" {inner} "
        if not inner.strip():
            return inner
        if tag.name == "a":
            return self.link(tag, inner)
        name = "b" if tag.name in BOLD else "i" if tag.name in ITALIC else ""
        return f"<{name}>{inner}</{name}>" if name and f"<{name}>" not in inner else inner

    def end_later(self) -> None:
        pictures, self.later = self.later, []
        for tag in pictures:
            self.picture(tag)

    # -- Links -------------------------------------------------------------------------------------------------
    def link(self, tag: Tag, inner: str) -> str:
        """Return the HTML of a link: to an imported page or file, to another site, or its words alone."""
        href = unwrapped(str(tag.get("href") or "").strip())
        words = Truncator(BLANK.sub(" ", tag.get_text(" ")).strip()).chars(60)
        if not href or "<a " in inner:
            return inner
        if href.startswith("#"):
            self.remark("page_anchors")
            return inner
        if re.fullmatch(r"mailto:[^\s<>\"]+@[^\s<>\"]+|tel:[+\d().\s/-]+", href, re.I):
            return f'<a href="{escape(safe_address(href.strip()))}">{inner}</a>'
        address = absolute_address(self.base, href)
        if not address or re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", href, re.I):
            self.remark("dead_link", words=words)
            return inner
        self.judged["links"].append(Link("", words, address))
        if key := self.resolve(PAGE, address):
            return f'<a linktype="page" id="{key}">{inner}</a>'
        if self.is_file(address):
            self.found.documents.setdefault(address, words)
            if key := self.resolve(DOCUMENT, address):
                return f'<a linktype="document" id="{key}">{inner}</a>'
        if host_of(address) in self.hosts:
            self.remark("old_site_link", words=words, address=Truncator(address).chars(200))
        fragment = href.partition("#")[2]
        full = f"{address}#{fragment}" if fragment else address
        return f'<a href="{escape(safe_address(full))}">{inner}</a>'

    def is_file(self, address: str) -> bool:
        return host_of(address) in self.hosts and file_extension(address) in settings.WAGTAILDOCS_EXTENSIONS

    def _remark_picture_link(self, tag: Tag, picture: Tag) -> None:
        """Add a remark if the link of a picture leads to more than the picture itself."""
        address = absolute_address(self.base, str(tag.get("href") or ""))
        if address and file_extension(address) not in settings.WAGTAILIMAGES_EXTENSIONS:
            self.remark("picture_link", address=Truncator(address).chars(200))

    # -- Headings, lists ---------------------------------------------------------------------------------------
    def heading_element(self, tag: Tag) -> None:
        self.end_paragraph()
        text, own = BLANK.sub(" ", tag.get_text(" ")).strip(), int(tag.name[1])
        pictures = tag.find_all("img")
        if text and not (own == 1 and text.casefold() == self.title.strip().casefold()):
            if (self.levels and own > self.levels[-1] + 1) or (not self.levels and own > 2):
                self.remark("heading_levels")
            while self.levels and self.levels[-1] >= own:
                self.levels.pop()
            self.levels.append(own)
            level = min(len(self.levels) + 1, 3)
            if len(self.levels) > 2:
                self.remark("heading_levels")
            self.text.append(f"<h{level}>{escape(text)}</h{level}>")
            self.judged["headings"].append(Heading("", level, text))
            self.heading = text
        for picture in pictures:
            self.picture(picture)

    def list_html(self, tag: Tag, depth: int) -> str:
        items = []
        for item in tag.find_all("li", recursive=False):
            inner, below = [], []
            for child in item.children:
                if isinstance(child, NavigableString):
                    inner.append(_text(child))
                elif child.name in ("ul", "ol") and depth < MOST_DEPTH:
                    below.append(self.list_html(child, depth + 1))
                elif nested := (child.find(["ul", "ol"]) if depth < MOST_DEPTH else None):
                    below.append(self.list_html(nested.extract(), depth + 1))
                    inner.append(self.inline(child))
                else:
                    inner.append(self.inline(child))
            text = re.sub(r"^(?:<br/>|\s)+|(?:<br/>|\s)+$", "", BLANK.sub(" ", "".join(inner)))
            if text or below:
                items.append(f"<li>{text}{''.join(below)}</li>")
        return f"<{tag.name}>{''.join(items)}</{tag.name}>" if items else ""

    def dl_element(self, tag: Tag, depth: int) -> None:
        for child in tag.find_all(["dt", "dd"]):
            if child.find_parent("dl") is not tag:
                continue
            if child.name == "dt":
                self.run.append(f"<b>{escape(BLANK.sub(' ', child.get_text(' ')).strip())}</b>")
                self.end_paragraph()
            else:
                self.flow(child, depth + 1)
                self.end_paragraph()

    def pre_element(self, tag: Tag, depth: int) -> None:
        self.run.append("<br/>".join(escape(line) for line in tag.get_text().splitlines()))
        self.end_paragraph()

    def blockquote_element(self, tag: Tag, depth: int) -> None:
        cite = tag.find(["cite", "footer"])
        who = BLANK.sub(" ", cite.extract().get_text(" ")).strip(" —–-") if cite else ""
        text = BLANK.sub(" ", tag.get_text(" ")).strip()
        if tag.find(["a", "ul", "ol", "img", "table"]) or not text or len(text) > MOST_QUOTE:
            self.flow(tag, depth + 1)
            self.run.append(escape(who))
            self.end_paragraph()
        else:
            self.add_block("quote", {"text": text, "who": who[:120]})

    def details_element(self, tag: Tag, depth: int) -> None:
        summary = tag.find("summary")
        question = BLANK.sub(" ", summary.extract().get_text(" ")).strip() if summary else ""
        if (
            not question
            or len(question) > MOST_QUESTION
            or tag.find([*HEADINGS, "img", "table", "details", "iframe"])
        ):
            self.run.append(f"<b>{escape(question)}</b>" if question else "")
            self.end_paragraph()
            self.flow(tag, depth + 1)
            self.end_paragraph()
            return
        self.end_text()
        before, self.found.blocks = self.found.blocks, []
        self.flow(tag, depth + 1)
        self.end_text()
        answer = "".join(one["value"] for one in self.found.blocks if one["type"] == "text").replace(
            "<hr/>", ""
        )
        self.found.blocks = before
        if answer:
            self.add_block("question", {"question": question, "answer": answer})

    # -- Tables ------------------------------------------------------------------------------------------------
    def table_element(self, tag: Tag, depth: int) -> None:
        is_layout = tag.get("role") == "presentation" or tag.find("table") or tag.find(HEADINGS)
        rows = [] if is_layout else _table_rows(tag)
        if rows is None:
            self.remark("table_too_large", columns=MOST_COLUMNS, rows=MOST_ROWS)
        if not rows or len(rows) < 2 or max(map(len, rows)) < 2:
            caption = tag.find("caption")
            cells = [cell for line in _table_lines(tag) for cell in _cells(line)]
            for cell in [caption, *cells] if caption else cells:
                self.flow(cell, depth + 1)
                self.end_paragraph()
            return
        cells = [[_cell_text(cell) for cell in row] for row in rows]
        caption = tag.find("caption")
        title = BLANK.sub(" ", caption.get_text(" ")).strip() if caption else ""
        value = {
            "caption": Truncator(title or self.heading or self.title).chars(TABLE_TITLE),
            "cells": "\n".join(" | ".join(row) for row in cells if any(row)),
        }
        fault = TABLES.fault(TABLES.to_python(value))
        if fault:
            self.remark("table_as_text", reason=str(fault))
            self._write_rows(title, cells)
        else:
            if tag.find("a", href=True):
                self.remark("table_links")
            self.add_block("table", value)
        self.later += tag.find_all("img")
        self.end_later()

    def _write_rows(self, title: str, rows: list[list[str]]) -> None:
        """Write a table as a list: the cells of each row with the heads of their columns."""
        head, items = rows[0], []
        for row in rows[1:]:
            pairs = [
                f"{_labelled(name)}{escape(cell)}" for name, cell in zip(head, row, strict=False) if cell
            ]
            items.append(f"<li>{'; '.join(pairs)}</li>" if pairs else "")
        if title:
            self.run.append(f"<b>{escape(title)}</b>")
        self.end_paragraph()
        self.text.append(f"<ul>{''.join(items)}</ul>")

    # -- Pictures, embedded content ------------------------------------------------------------------------------
    def figure_element(self, tag: Tag, depth: int) -> None:
        caption = tag.find("figcaption")
        words = BLANK.sub(" ", caption.get_text(" ")).strip() if caption else ""
        pictures = tag.find_all("img")
        quotation = tag.find("blockquote")
        if quotation and caption and not pictures:
            caption.name = "cite"
            quotation.append(caption.extract())
        if len(pictures) != 1 or tag.find(["table", "blockquote", *EMBEDDED]):
            if _is_gallery(tag):
                self.gallery(tag)
            else:
                self.flow(tag, depth + 1)
            self.end_paragraph()
            return
        if link := tag.find("a", href=True):
            self._remark_picture_link(link, pictures[0])
        self.picture(pictures[0], words)

    def picture(self, tag: Tag, caption: str = "") -> None:
        address = self.picture_address(tag)
        if not address:
            return
        alt = BLANK.sub(" ", str(tag.get("alt") or "")).strip()
        value = self._picture_value(address, alt, caption)
        if value:
            self.add_block("picture", value)

    def _picture_value(self, address: str, alt: str, caption: str) -> dict | None:
        self.found.pictures.setdefault(address, (alt, caption))
        self.judged["pictures"].append(Picture("", file_name(address), alt))
        if len(alt) > MOST_ALT:
            self.remark("shortened", field="alt")
        if len(caption) > MOST_CAPTION:
            self.remark("shortened", field="caption")
        key = self.resolve(IMAGE, address)
        if key is None:
            self.remark("picture_lost", address=Truncator(address).chars(200))
            return None
        alt, caption = Truncator(alt).chars(MOST_ALT), Truncator(caption).chars(MOST_CAPTION)
        return {"image": key, "alt": alt, "caption": caption}

    def picture_address(self, tag: Tag) -> str:
        """Return the address of a picture, also of one that a script would load later."""
        width, height = str(tag.get("width") or ""), str(tag.get("height") or "")
        if {width, height} & {"0", "1"}:  # it counts readers
            return ""
        for name in ("data-src", "data-lazy-src", "data-original", "src"):
            value = str(tag.get(name) or "").strip()
            if value and not value.startswith("data:"):
                return absolute_address(self.base, value)
        first = str(tag.get("srcset") or tag.get("data-srcset") or "").split(",")[0].strip().split(" ")[0]
        return absolute_address(self.base, first) if first else ""

    def gallery(self, tag: Tag) -> None:
        """Convert a group of pictures: a gallery if all are described, else a picture after the other."""
        values = []
        for image in tag.find_all("img"):
            holder = image.find_parent("figure")
            caption = holder.find("figcaption") if holder and holder is not tag else None
            words = BLANK.sub(" ", caption.get_text(" ")).strip() if caption else ""
            alt = BLANK.sub(" ", str(image.get("alt") or "")).strip()
            if (address := self.picture_address(image)) and (
                value := self._picture_value(address, alt, words)
            ):
                values.append(value)
        if 2 <= len(values) <= 24 and all(one["alt"] for one in values):
            self.add_block("gallery", [{"image": one["image"], "alt": one["alt"]} for one in values])
        else:
            for value in values:
                self.add_block("picture", value)

    def embedded(self, tag: Tag) -> None:
        address = self._embedded_address(tag)
        video = parse_video_url(address) if address else None
        if video is None:
            self.run.append(self._embedded_link(tag))
            self.end_paragraph()
            return
        title = str(tag.get("title") or "").strip() or self.heading or self.title or video.host
        self.add_block(
            "video",
            {
                "url": video.url,
                "title": Truncator(title).chars(120),
                "length": "",
                "image": None,
                "transcript": "",
            },
        )

    def _embedded_address(self, tag: Tag) -> str:
        source = tag.find("source", src=True)
        value = tag.get("src") or tag.get("data-src") or tag.get("data") or (source and source["src"]) or ""
        return absolute_address(self.base, str(value))

    def _embedded_link(self, tag: Tag) -> str:
        address = self._embedded_address(tag)
        if not address:
            self.remark("removed", names=tag.name)
            return ""
        self.remark("embedded", host=host_of(address))
        words = str(tag.get("title") or "").strip() or _("Content of {host}").format(host=host_of(address))
        link = BeautifulSoup("", "html.parser").new_tag("a", href=address)
        link.string = words
        return self.link(link, escape(words))


def parse_html(html: str) -> BeautifulSoup:
    """Parse HTML as browsers do: libxml2 closes what old pages left open, such as cells and items of lists."""
    return BeautifulSoup(html, "lxml")


def _text(words: NavigableString) -> str:
    return escape(BLANK.sub(" ", str(words)))


def _labelled(name: str) -> str:
    return f"<b>{escape(name)}</b>: " if name else ""


def _is_gallery(tag: Tag) -> bool:
    """Return whether an element consists of pictures and their captions."""
    pictures = tag.find_all("img")
    if len(pictures) < 2 or tag.find(["p", *HEADINGS, "table"]):
        return False
    words = sum(
        len(str(text).strip()) for text in tag.find_all(string=True) if not text.find_parent("figcaption")
    )
    return words == 0 and "gallery" in " ".join([*tag.get("class", []), str(tag.get("id") or "")]).lower()


def _table_lines(table: Tag) -> list[Tag]:
    return [line for line in table.find_all("tr") if line.find_parent("table") is table]


def _cells(line: Tag) -> list[Tag]:
    return line.find_all(["td", "th"], recursive=False)


def _table_rows(table: Tag) -> list[list[Tag | None]] | None:
    """Return the cells by row, with cells that span several places at each of them; None if there are too many."""
    lines = _table_lines(table)
    if len(lines) > MOST_ROWS:
        return None
    rows: list[list[Tag | None]] = []
    spans: dict[int, tuple[int, Tag]] = {}
    for line in lines:
        row: list[Tag | None] = []
        for cell in _cells(line):
            if len(row) > MOST_COLUMNS:
                return None
            _fill(row, spans)
            for _column in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan")) > 1:
                    spans[len(row)] = (down - 1, cell)
                row.append(cell)
        _fill(row, spans)
        if len(row) > MOST_COLUMNS:
            return None
        if row:
            rows.append(row)
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


def _fill(row: list[Tag | None], spans: dict[int, tuple[int, Tag]]) -> None:
    while len(row) in spans:
        left, cell = spans.pop(len(row))
        if left > 1:
            spans[len(row)] = (left - 1, cell)
        row.append(cell)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1")
    return min(max(int(value), 1), 20) if value.isascii() and value.isdigit() else 1


def _cell_text(cell: Tag | None) -> str:
    return BLANK.sub(" ", cell.get_text(" ")).replace("|", "/").strip() if cell is not None else ""
