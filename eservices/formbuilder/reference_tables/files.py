"""Import and export of reference tables as files: CSV and XLSX in, CSV out. No database.

The first line names the columns: ``label``, and any of ``value``, ``active``, ``label:de`` (the label in another
language); others are stored unchanged. The file is the whole table: rows that it lacks are not offered any more.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from home.formats.spreadsheets import SpreadsheetError, harmless, read_rows, unescape_cell

from ..models import ReferenceRow, option_value_from_label

COLUMN_NAMES = {
    "value": ("value", "valeur", "wert", "valore"),
    "label": ("label", "libellé", "bezeichnung", "etichetta"),
    "active": ("active", "actif", "aktiv", "attivo"),
}
YES, NO = {"", "1", "x", "yes", "oui", "ja", "sì", "si", "true"}, {"0", "no", "non", "nein", "false"}


@dataclass(frozen=True)
class TableFileRow:
    """A row of the file."""

    value: str
    label: str
    labels: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class TableChanges:
    """The changes of an import: ``changed`` are pairs of the current row and its line in the file."""

    added: list[TableFileRow]
    changed: list[tuple[ReferenceRow, TableFileRow]]
    withdrawn: list[ReferenceRow]
    same: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


# -- Import --------------------------------------------------------------------------------------------------
def read_table_file(name: str, content: bytes) -> list[TableFileRow]:
    """Read the rows of a file. Raise ``SpreadsheetError`` with everything that is wrong with it."""
    return _lines([(number, list(map(unescape_cell, cells))) for number, cells in read_rows(name, content)])


def _lines(rows: list[tuple[int, list[str]]]) -> list[TableFileRow]:
    columns = [_column(name) for name in rows[0][1]]
    if "label" not in columns:
        raise SpreadsheetError([_("Line 1 must name the columns, including “label”.")])
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    reasons = [_("Line 1: the column “%(name)s” appears twice.") % {"name": name} for name in twice]
    found, seen = [], {}
    for number, cells in rows[1:]:
        line, wrong = _line(dict(zip(columns, cells, strict=False)))
        if any(cells[len(columns) :]):
            wrong.append(_("there are more cells than columns."))
        if line.value in seen:
            wrong.append(
                _("“%(value)s” also appears in line %(line)s.")
                % {"value": line.value, "line": seen[line.value]}
            )
        seen.setdefault(line.value, number)
        reasons += [_("Line %(line)s: %(reason)s") % {"line": number, "reason": reason} for reason in wrong]
        found.append(line)
    if not found:
        reasons.append(_("The file has no rows."))
    if reasons:
        raise SpreadsheetError(reasons)
    return found


def _column(name: str) -> str:
    """Return the canonical name of a column; of other columns their name as it is."""
    small = name.casefold()
    if language := re.fullmatch(rf"label[:_ ]({'|'.join(label_languages())})", small):
        return f"label:{language[1]}"
    return next((word for word, names in COLUMN_NAMES.items() if small in names), name[:60])


def _line(cells: dict[str, str]) -> tuple[TableFileRow, list[str]]:
    label, active = cells.get("label", ""), cells.get("active", "").casefold()
    value = cells.get("value") or (option_value_from_label(label) if label else "")
    known = {"value", "label", "active", "", *(f"label:{language}" for language in label_languages())}
    texts = {language: text for language in label_languages() if (text := cells.get(f"label:{language}"))}
    extra = {name: text for name, text in cells.items() if name not in known and text}
    wrong = []
    if not label:
        wrong.append(_("the label is missing."))
    if len(value) > 100 or any(len(text) > 200 for text in (label, *texts.values())):
        wrong.append(_("a value has at most 100 characters, a label 200."))
    if any(ord(sign) < 32 for text in cells.values() for sign in text):
        wrong.append(_("there are characters that cannot be typed, or line breaks within a cell."))
    if active not in YES | NO:
        wrong.append(_("“%(word)s” is neither yes nor no.") % {"word": active[:20]})
    return TableFileRow(value, label, texts, extra, active not in NO), wrong


def label_languages() -> list[str]:
    """Return the languages into which a label is translated."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


# -- Export --------------------------------------------------------------------------------------------------
def write_table_file(rows: Iterable[ReferenceRow | TableFileRow]) -> str:
    """Return the rows as CSV that ``read_table_file`` can read."""
    rows = list(rows)
    more = list(dict.fromkeys(name for row in rows for name in row.extra))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    heads = ["value", "label", *(f"label:{one}" for one in label_languages()), "active", *more]
    writer.writerow(map(harmless, heads))
    for row in rows:
        texts = [row.labels.get(one, "") for one in label_languages()]
        writer.writerow(
            map(harmless, [row.value, row.label, *texts, str(int(row.active)), *_more(row, more)])
        )
    return out.getvalue()


def _more(row: ReferenceRow | TableFileRow, names: list[str]) -> list[str]:
    return [str(row.extra.get(name, "")) for name in names]


# -- Changes -------------------------------------------------------------------------------------------------
def compare_rows(rows: Iterable[ReferenceRow], lines: Iterable[TableFileRow]) -> TableChanges:
    """Return the changes that turn the table into the file. Nothing is deleted, because answers refer to rows."""
    there, wanted = {row.value: row for row in rows}, {line.value: line for line in lines}
    common = [(there[value], line) for value, line in wanted.items() if value in there]
    changed = [(row, line) for row, line in common if not _is_same(row, line)]
    return TableChanges(
        added=[line for value, line in wanted.items() if value not in there],
        changed=changed,
        withdrawn=[row for value, row in there.items() if value not in wanted and row.active],
        same=len(common) - len(changed),
    )


def _is_same(row: ReferenceRow, line: TableFileRow) -> bool:
    names = ("label", "labels", "extra", "active")
    return all(getattr(row, name) == getattr(line, name) for name in names)


def rows_digest(rows: Iterable[ReferenceRow]) -> str:
    """Return a hash of the rows, to detect changes between the preview of an import and the import itself."""
    said = [[row.value, row.label, row.labels, row.extra, row.active] for row in rows]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
