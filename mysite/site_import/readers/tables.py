"""Reader of a table (CSV or XLSX), with one object in each line. Line 1 names the columns."""

import re
from collections.abc import Iterator
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.formats.spreadsheets import SpreadsheetError, read_rows, unescape_cell

from ..exceptions import SourceError
from ..old_addresses import absolute_address
from ..source_files import MB, Source
from ..source_objects import PAGE, REDIRECT, SourceObject
from .base import SourceReader

MAX_BYTES = 20 * MB
KINDS = ("page", "article", "event", "document", "image", "redirect")
PLAIN = (
    *("title", "summary", "date", "language", "author", "parent", "picture", "alt", "caption"),
    *("start", "end", "place"),
)
ALIASES = {"source": "address"}  # the plugin Redirection of WordPress exports its redirects as a table too
COLUMNS = ("kind", "id", "address", "body", "categories", "target", *PLAIN)


class TableReader(SourceReader):
    """A table with the columns of ``COLUMNS``, in any order; ``title`` and ``address`` are enough."""

    key, label = "table", gettext_lazy("Table: CSV or XLSX")
    files = (".csv", ".xlsx")
    needs_file = True

    def objects(self, source: Source) -> Iterator[SourceObject]:
        content = self.expected_file(source).read(MAX_BYTES + 1)
        try:
            (_number, head), *rows = read_rows(source.name, content, max_bytes=MAX_BYTES)
        except SpreadsheetError as refused:
            raise SourceError(" ".join(refused.reasons)) from refused
        columns = [ALIASES.get(name.strip().casefold(), name.strip().casefold()) for name in head]
        if not {"title", "address"} & set(columns):
            raise SourceError(_("Line 1 must name the columns, including “title” or “address”."))
        unknown = sorted(set(filter(None, columns)) - set(COLUMNS))
        for number, cells in rows:
            line = {name: unescape_cell(cell) for name, cell in zip(columns, cells, strict=False)}
            yield _object(line, number, source.address, unknown)


def _object(line: dict[str, str], number: int, base: str, unknown: list[str]) -> SourceObject:
    is_redirect = line.get("target") and not line.get("title") and not line.get("body")
    kind = line.get("kind", "").casefold() or (REDIRECT if is_redirect else PAGE)
    if kind not in KINDS:
        reason = _("Line %(line)s: the kind “%(kind)s” is unknown. Possible are: %(kinds)s.")
        raise SourceError(reason % {"line": number, "kind": kind[:40], "kinds": ", ".join(KINDS)})
    addresses = [absolute_address(base, one) for one in line.get("address", "").split()]
    address, *others = list(filter(None, addresses)) or [""]
    found = SourceObject(
        kind, line.get("id") or address or f"line:{number}", address=address, other_addresses=others
    )
    for name in PLAIN:
        setattr(found, name, line.get(name, ""))
    body = line.get("body", "")
    found.body = body if re.search(r"<\w+[^>]*>", body) else _paragraphs(body)
    found.categories = [one.strip() for one in re.split("[,;]", line.get("categories", "")) if one.strip()]
    found.target = absolute_address(base, line["target"]) if line.get("target") else ""
    found.picture = absolute_address(base, found.picture) if found.picture else ""
    found.order, found.title = number, found.title or (line.get("address", "") if is_redirect else "")
    found.published = line.get("regex", "0") in ("", "0")  # a pattern is no address
    if found.parent.startswith(("/", "http")):
        found.parent = absolute_address(base, found.parent)
    if unknown:
        found.remarks.append(["left_columns", {"names": ", ".join(unknown)[:200]}])
    return found


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
