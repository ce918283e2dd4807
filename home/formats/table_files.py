"""Tables of any length, CSV or XLSX, read line by line. No database.

``spreadsheets.read_rows`` returns a small table at once; this reads one that is too long for the memory.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, Any

from django.utils.translation import gettext as _

from .spreadsheets import SpreadsheetError, unescape_cell

MAX_LINES, MAX_COLUMNS, MAX_CELL = 50_000, 100, 10_000
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
CHUNK = 1024 * 1024
SEPARATORS = ";,\t|"
ENCODINGS = ("utf-8", "cp1252", "iso-8859-1", "utf-16")  # that may be named instead of recognized
ERROR_VALUE = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|NV|BEZUG!|WERT!|NOM \?|VALEUR!)")
QUOTED_FORMULA = re.compile(r'="([^"]*)"')  # so that spreadsheets keep the zeros at the beginning of a number
MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
OVERLAP = 100  # bytes; longer than any match of MERGED and FORMULA
FORMULA = re.compile(rb"<f[ />]")


@dataclass(frozen=True)
class TableLine:
    """A line of a table. ``number``: as a spreadsheet counts. ``faults``: why it cannot be read as it is meant."""

    number: int
    cells: tuple[str, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableFormat:
    """The form of a CSV file; what is empty is recognized."""

    encoding: str = ""
    separator: str = ""


def read_lines(name: str, file: IO[bytes], form: TableFormat | None = None) -> Iterator[TableLine]:
    """Yield the lines of a table that are not empty, the first of which names the columns.

    Raise ``SpreadsheetError`` for a file that is no table, and at the line after the last one that is allowed.
    """
    file.seek(0)
    source = (
        _workbook_lines(file) if name.lower().endswith(".xlsx") else _csv_lines(file, form or TableFormat())
    )
    number = 0
    for line in source:
        if not any(line.cells) and not line.faults:
            continue
        number += 1
        if number > MAX_LINES + 1:
            raise SpreadsheetError([too_many_lines()])
        yield line
    if not number:
        raise SpreadsheetError([_("The file is empty.")])


def too_many_lines() -> str:
    """Return the sentence on a table that is too long."""
    return _("The file has more than %(limit)s lines. Divide it into several files.") % {"limit": MAX_LINES}


def read_head(
    name: str, file: IO[bytes], form: TableFormat | None = None, samples: int = 3
) -> tuple[list[str], list[TableLine]]:
    """Return the names of the columns, and the first lines below them. Raise ``SpreadsheetError``."""
    first, *others = list(islice(read_lines(name, file, form), samples + 1))
    if first.faults:
        raise SpreadsheetError(
            [_("Line %(line)s: %(reason)s") % {"line": first.number, "reason": first.faults[0]}]
        )
    header = list(first.cells)
    while header and not header[-1]:
        header.pop()
    if twice := sorted({one for one in header if one and header.count(one) > 1}):
        raise SpreadsheetError(
            [_("Line 1: the column “%(name)s” appears twice.") % {"name": name} for name in twice]
        )
    return header, others


# -- CSV -----------------------------------------------------------------------------------------------------
def _csv_lines(file: IO[bytes], form: TableFormat) -> Iterator[TableLine]:
    encoding = form.encoding or _encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    try:
        head = text.readline(CHUNK)
        if "\0" in head:
            raise SpreadsheetError([_("This is neither a CSV nor an XLSX file.")])
        separator = form.separator or max(SEPARATORS, key=head.count)
        reader = csv.reader(chain([head], text), delimiter=separator)
        for cells in reader:
            yield _csv_line(reader.line_num, cells)
    except UnicodeError as problem:
        raise SpreadsheetError(
            [_("The file is not in the encoding %(encoding)s.") % {"encoding": encoding}]
        ) from problem
    except csv.Error as problem:
        raise SpreadsheetError([_("The file cannot be read: %(reason)s") % {"reason": problem}]) from None
    finally:
        with suppress(ValueError):  # the caller closed the file before the last line
            text.detach()  # else the file is closed with it


def _encoding_of(file: IO[bytes]) -> str:
    """Return the encoding of a file by its first bytes, or by whether all of it is UTF-8."""
    beginning = file.read(4)
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    file.seek(0)
    reader = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        while reader.read(CHUNK):
            pass
    except UnicodeDecodeError:
        return "cp1252" if _has_no_gap(file) else "iso-8859-1"
    finally:
        reader.detach()
    return "utf-8-sig"


def _has_no_gap(file: IO[bytes]) -> bool:
    """Return whether the file has none of the five bytes that Windows-1252 does not define."""
    file.seek(0)
    return not any(
        gap in piece for piece in iter(lambda: file.read(CHUNK), b"") for gap in b"\x81\x8d\x8f\x90\x9d"
    )


def _csv_line(number: int, cells: list[str]) -> TableLine:
    found, faults = [], []
    for place, cell in enumerate(cells[:MAX_COLUMNS]):
        text = cell.strip().removeprefix("\ufeff")
        if quoted := QUOTED_FORMULA.fullmatch(text):
            text = quoted[1]
        elif text.startswith("="):
            faults.append(_formula_fault(place))
        found.append(unescape_cell(text))
    return _checked(number, found, faults)


# -- XLSX ----------------------------------------------------------------------------------------------------
def _workbook_lines(file: IO[bytes]) -> Iterator[TableLine]:
    """Yield the lines of the first sheet. A formula counts with the result that the spreadsheet stored."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise SpreadsheetError([_("The file is too large.")])
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        has_formulas, merged = _peculiarities(file, sheet._worksheet_path)  # type: ignore[attr-defined]
        formulas: Iterable[Any] = iter(lambda: None, 0)
        if has_formulas:
            formulas = load_workbook(file, read_only=True).worksheets[0].iter_rows(max_col=MAX_COLUMNS)
        rows = sheet.iter_rows(max_col=MAX_COLUMNS)
        for number, (row, written) in enumerate(zip(rows, formulas, strict=False), 1):
            yield _sheet_line(number, row, written, merged)
    except SpreadsheetError:
        raise
    except Exception as problem:  # a damaged workbook raises many types of exceptions
        raise SpreadsheetError([_("This is not an XLSX file that can be read.")]) from problem


def _peculiarities(file: IO[bytes], path: str) -> tuple[bool, list[tuple[int, int]]]:
    """Return whether a sheet has formulas, and the first and last line of its merged cells."""
    has_formulas, merged, before = False, set(), b""
    with zipfile.ZipFile(file) as packed, packed.open(path.removeprefix("/")) as sheet:
        while piece := sheet.read(CHUNK):
            text = before + piece
            has_formulas = has_formulas or FORMULA.search(text) is not None
            merged |= {(int(one[2]), int(one[4])) for one in MERGED.finditer(text)}
            before = piece[-OVERLAP:]
    return has_formulas, sorted(merged)


def _sheet_line(number: int, row: Any, written: Any, merged: list[tuple[int, int]]) -> TableLine:
    cells, faults = [], []
    for place, cell in enumerate(row):
        text = _cell_text(cell.value)
        if written is not None and place < len(written) and written[place].data_type == "f" and not text:
            faults.append(_formula_fault(place))
        cells.append(text)
    for first, last in merged:
        if first <= number <= last:
            faults.append(
                _("cells are merged in lines %(first)s to %(last)s: unmerge them.")
                % {"first": first, "last": last}
            )
            break
    return _checked(number, cells, faults)


def _cell_text(value: object) -> str:
    """Return the value of a cell as text: dates as ISO 8601, whole numbers without a point."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
    return str(value).strip()


# -- Both ----------------------------------------------------------------------------------------------------
def _checked(number: int, cells: list[str], faults: list[str]) -> TableLine:
    for place, text in enumerate(cells):
        if ERROR_VALUE.fullmatch(text):
            faults.append(
                _("column %(column)s holds the error %(error)s.") % {"column": _letters(place), "error": text}
            )
        if len(text) > MAX_CELL:
            faults.append(
                _("column %(column)s holds more than %(limit)s characters.")
                % {"column": _letters(place), "limit": MAX_CELL}
            )
    return TableLine(number, tuple(one[:MAX_CELL].replace("\0", "") for one in cells), tuple(faults))


def _formula_fault(place: int) -> str:
    return _("column %(column)s holds a formula without its result: save the values instead.") % {
        "column": _letters(place)
    }


def _letters(place: int) -> str:
    """Return the letters by which spreadsheets name the column: A, B, …, Z, AA."""
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
