"""Import of tables as CSV or XLSX, and export as CSV. No database."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import chain

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MAX_BYTES = 1024 * 1024
MAX_UNPACKED_BYTES = 20 * 1024 * 1024
MAX_LINES, MAX_COLUMNS = 5000, 40
# First characters of a cell that spreadsheets execute (OWASP, CSV Injection); some accept the full-width ones too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
POINT_IN = ("CH", "LI")  # countries where German and Italian write a decimal point, and French a comma

type Cell = str | Promise | int | float | Decimal | date | None


class SpreadsheetError(Exception):
    """The file cannot be imported. ``reasons``: all of them, each with its line if there is one."""

    def __init__(self, reasons: Iterable[str]):
        self.reasons = list(reasons)
        super().__init__(*self.reasons)


# -- Import --------------------------------------------------------------------------------------------------
def read_rows(name: str, content: bytes, max_bytes: int = MAX_BYTES) -> list[tuple[int, list[str]]]:
    """Return the non-empty lines of a file, each with its number. Raise SpreadsheetError."""
    if len(content) > max_bytes:
        raise SpreadsheetError(
            [_("The file is too large: at most %(limit)s kB.") % {"limit": max_bytes // 1024}]
        )
    rows = _sheet(content) if name.lower().endswith(".xlsx") else _csv(content)
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(rows, 1)]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if len(lines) > MAX_LINES:
        raise SpreadsheetError([_("There are too many lines: at most %(limit)s.") % {"limit": MAX_LINES}])
    if not lines:
        raise SpreadsheetError([_("The file is empty.")])
    return lines


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # as spreadsheets on Windows save it
    if "\x00" in text:
        raise SpreadsheetError([_("This is neither a CSV nor an XLSX file.")])
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise SpreadsheetError([_("The file cannot be read: %(reason)s") % {"reason": problem}]) from None


def _sheet(content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet of a workbook."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise SpreadsheetError([_("The file is too large.")])
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=MAX_LINES + 2, max_col=MAX_COLUMNS, values_only=True)
        return [[_cell(cell) for cell in row] for row in rows]
    except SpreadsheetError:
        raise
    except Exception as problem:  # a damaged workbook raises many types of exceptions
        raise SpreadsheetError([_("This is not an XLSX file that can be read.")]) from problem


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# -- Export --------------------------------------------------------------------------------------------------
class _Line:
    """A file for the csv writer whose ``write`` returns the line."""

    def write(self, line: str) -> str:
        return line


def write_csv_lines(header: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Return the lines of a CSV file that spreadsheets open by a double click.

    It has a byte order mark, semicolons, and the decimal mark of the country and the active language. No text becomes a
    formula.
    """
    writer, mark = csv.writer(_Line(), delimiter=";"), _decimal_mark()
    first = "\ufeff" + writer.writerow([_cell_text(one, mark) for one in header])
    return chain([first], (writer.writerow([_cell_text(one, mark) for one in row]) for row in rows))


def _decimal_mark() -> str:
    language = get_language()
    point = language == "en" or (settings.COUNTRY in POINT_IN and language != "fr")
    return "." if point else ","


def _cell_text(value: Cell, mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal | float):
        return f"{value}".replace(".", mark)
    return str(value) if isinstance(value, int | date) else harmless(str(value))


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would execute as a formula. See ``unescape_cell``."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unescape_cell(text: str) -> str:
    """Remove the apostrophe that ``harmless`` put before a text."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
