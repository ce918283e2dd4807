"""Reader of tables of TYPO3, as phpMyAdmin exports them to JSON: pages, their contents, news, files and redirects."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import SourceError
from ..old_addresses import absolute_address
from ..source_files import Source
from ..source_objects import ARTICLE, PAGE, REDIRECT, SourceObject
from .base import SourceReader

TABLES = (
    "pages",
    "tt_content",
    "tx_news_domain_model_news",
    "sys_file",
    "sys_file_reference",
    "sys_redirect",
)
STANDARD_PAGES = {"1", "4", "6"}  # doktypes with content; 254 are folders, 3 links, 199 separators
TEXT_TYPES = {
    "text",
    "textpic",
    "textmedia",
    "header",
    "image",
    "bullets",
    "table",
    "html",
    "uploads",
    "quote",
}
LINK = re.compile(r"t3://(page|file)\?uid=(\d+)[^\s\"'<>#]*")
OLD_LINK = re.compile(r"<link\s+(\S+)[^>]*>(.*?)</link>", re.S | re.I)
PLAIN_TEXT = re.compile(r"<(?:p|ul|ol|h\d|table|div|br)\b", re.I)


class Typo3Reader(SourceReader):
    """The tables of ``TABLES`` that the file contains; ``pages`` and ``tt_content`` are enough."""

    key, label = "typo3", gettext_lazy("TYPO3: tables as JSON (phpMyAdmin)")
    files = (".json",)
    needs_file = True

    def objects(self, source: Source) -> Iterator[SourceObject]:
        tables = _tables(self.expected_file(source).read())
        if not tables.get("pages"):
            raise SourceError(_("The file contains no table “pages” of TYPO3."))
        site = _OldSite(tables, source.address)
        for row in tables["pages"]:
            if _text(row, "doktype") in STANDARD_PAGES and not _is_set(row, "deleted"):
                yield site.page(row)
        for row in tables.get("tx_news_domain_model_news", ()):
            if not _is_set(row, "deleted"):
                yield site.article(row)
        for row in tables.get("sys_redirect", ()):
            if not _is_set(row, "deleted") and not _is_set(row, "is_regexp"):
                yield site.redirect(row)


def _tables(content: bytes) -> dict[str, list[dict]]:
    """Return the rows by table: of an export of phpMyAdmin, or of an object with a list for each table."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(_("This is not JSON that can be read.")) from error
    if isinstance(found, list):
        found = {
            one["name"]: one.get("data")
            for one in found
            if isinstance(one, dict) and one.get("type") == "table"
        }
    if not isinstance(found, dict):
        raise SourceError(_("This is no export of tables."))
    return {
        name: [row for row in found[name] if isinstance(row, dict) and _text(row, "uid")]
        for name in TABLES
        if isinstance(found.get(name), list)
    }


class _OldSite:
    """The tables, and what refers to what in them."""

    def __init__(self, tables: dict[str, list[dict]], base: str):
        self.base = base
        self.pages = {_text(row, "uid"): row for row in tables["pages"]}
        self.files = {_text(row, "uid"): row for row in tables.get("sys_file", ())}
        self.contents, self.references = defaultdict(list), defaultdict(list)
        for row in tables.get("tt_content", ()):
            if not _is_set(row, "deleted") and not _is_set(row, "hidden"):
                self.contents[_text(row, "pid"), _text(row, "sys_language_uid") or "0"].append(row)
        for row in tables.get("sys_file_reference", ()):
            if not _is_set(row, "deleted") and not _is_set(row, "hidden"):
                self.references[_text(row, "tablenames"), _text(row, "uid_foreign")].append(row)

    def page(self, row: dict) -> SourceObject:
        number, language = _text(row, "uid"), _text(row, "sys_language_uid") or "0"
        original = _text(row, "l10n_parent") if language != "0" else number
        rows = sorted(
            self.contents[original, language], key=lambda one: (_text(one, "colPos") != "0", _order(one))
        )
        above = self.pages.get(_text(row, "pid"), {})
        bodies = [self._content(one) for one in rows]
        unknown = sorted({_text(one, "CType") for one in rows} - TEXT_TYPES)
        slug = _text(row, "slug")
        found = SourceObject(
            PAGE,
            f"pages:{number}",
            address=absolute_address(self.base, slug) if slug else "",
            other_addresses=[
                absolute_address(self.base, f"{path}?id={number}") for path in ("/index.php", "/")
            ],
            title=_text(row, "title"),
            body="".join(bodies),
            summary=_text(row, "abstract") or _text(row, "description"),
            date=_text(row, "crdate"),
            language="" if language == "0" else f"#{language}",
            parent=f"pages:{_text(above, 'uid')}" if above else "",
            order=_order(row),
            published=not _is_set(row, "hidden"),
        )
        if unknown:
            found.remarks.append(["left_columns", {"names": ", ".join(unknown)[:200]}])
        self._add_picture(found, "pages", number)
        return found

    def article(self, row: dict) -> SourceObject:
        number, language = _text(row, "uid"), _text(row, "sys_language_uid") or "0"
        found = SourceObject(
            ARTICLE,
            f"news:{number}",
            title=_text(row, "title"),
            body=self._links(_paragraphs(_text(row, "bodytext"))),
            summary=_text(row, "teaser"),
            date=_text(row, "datetime") or _text(row, "crdate"),
            author=_text(row, "author"),
            language="" if language == "0" else f"#{language}",
            published=not _is_set(row, "hidden"),
        )
        self._add_picture(found, "tx_news_domain_model_news", number)
        return found

    def redirect(self, row: dict) -> SourceObject:
        path = _text(row, "source_path")
        return SourceObject(
            REDIRECT,
            f"redirect:{_text(row, 'uid')}",
            address=absolute_address(self.base, path),
            title=path,
            target=self._target(_text(row, "target")),
            published=not _is_set(row, "disabled"),
        )

    def _content(self, row: dict) -> str:
        """Return an element of a page as HTML."""
        header, kind, text = _text(row, "header"), _text(row, "CType"), _text(row, "bodytext")
        level = _text(row, "header_layout")
        heading = f"<h{level if level in '123456' and level else '2'}>{escape(header)}</h2>" if header else ""
        heading = "" if level == "100" else re.sub(r"<h(\d)>(.*)</h2>", r"<h\1>\2</h\1>", heading)
        if kind not in TEXT_TYPES:
            return heading
        if kind == "bullets":
            text = f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in text.splitlines() if line.strip())}</ul>"
        elif kind == "table":
            text = _table(text, header)
        elif kind == "quote":
            text = f"<blockquote>{escape(text)}</blockquote>"
        else:
            text = text if kind == "html" else _paragraphs(text)
        return heading + self._links(text) + self._files(row)

    def _files(self, row: dict) -> str:
        parts = []
        for reference in self.references["tt_content", _text(row, "uid")]:
            address = self._file_address(_text(reference, "uid_local"))
            name = _text(reference, "title") or address.rpartition("/")[2]
            if _text(reference, "fieldname") == "media" and address:
                parts.append(f'<p><a href="{escape(address)}">{escape(name)}</a></p>')
            elif address:
                alt, caption = _text(reference, "alternative"), _text(reference, "description")
                parts.append(
                    f'<figure><img src="{escape(address)}" alt="{escape(alt)}">'
                    f"<figcaption>{escape(caption)}</figcaption></figure>"
                )
        return "".join(parts)

    def _add_picture(self, found: SourceObject, table: str, number: str) -> None:
        for reference in self.references[table, number][:1]:
            found.picture = self._file_address(_text(reference, "uid_local"))
            found.alt, found.caption = _text(reference, "alternative"), _text(reference, "description")

    def _file_address(self, number: str) -> str:
        identifier = _text(self.files.get(number, {}), "identifier")
        return absolute_address(self.base, f"/fileadmin/{identifier.lstrip('/')}") if identifier else ""

    def _links(self, text: str) -> str:
        text = OLD_LINK.sub(lambda found: f'<a href="{escape(self._target(found[1]))}">{found[2]}</a>', text)
        return LINK.sub(lambda found: self._target(found[0]), text)

    def _target(self, link: str) -> str:
        """Return the address of a link of TYPO3."""
        if found := LINK.fullmatch(link):
            kind, number = found[1], found[2]
            return self._file_address(number) if kind == "file" else self._page_address(number)
        if link.isdecimal():
            return self._page_address(link)
        return link if "@" in link and ":" in link else absolute_address(self.base, link)

    def _page_address(self, number: str) -> str:
        slug = _text(self.pages.get(number, {}), "slug")
        return absolute_address(self.base, slug or f"/index.php?id={number}")


def _text(row: dict, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _is_set(row: dict, name: str) -> bool:
    return _text(row, name) not in ("", "0", "False")


def _order(row: dict) -> int:
    value = _text(row, "sorting")
    return min(int(value), 2**31) if value.isdecimal() and len(value) < 12 else 0


def _paragraphs(text: str) -> str:
    if PLAIN_TEXT.search(text):
        return text
    return "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())


def _table(text: str, caption: str) -> str:
    rows = [line.split("|") for line in text.splitlines() if line.strip()]
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption>{cells}</table>"
