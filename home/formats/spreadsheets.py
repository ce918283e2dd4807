"""Tables that people hand in, as CSV or XLSX, and those they take away as CSV. No database."""

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
# How a cell begins that spreadsheets run (OWASP, CSV Injection); some take the wide signs too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
POINT_IN = ("CH", "LI")  # where German and Italian write a point before decimals, and French a comma

type Cell = str | Promise | int | float | Decimal | date | None


class SpreadsheetError(Exception):
    """The file cannot be taken. ``reasons``: all of them, each with the line where there is one."""

    def __init__(self, reasons: Iterable[str]):
        self.reasons = list(reasons)
        super().__init__(*self.reasons)


# -- In ------------------------------------------------------------------------------------------------------
def read_rows(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a file that are not empty, each with its number. Raises ``SpreadsheetError``."""
    if len(content) > MAX_BYTES:
        raise SpreadsheetError(
            [_("The file is too large: at most %(limit)s kB.") % {"limit": MAX_BYTES // 1024}]
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
    """The first sheet of a workbook."""
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
    except Exception as problem:  # a broken workbook fails in many ways
        raise SpreadsheetError([_("This is not an XLSX file that can be read.")]) from problem


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# -- Out -----------------------------------------------------------------------------------------------------
class _Line:
    """What a csv writer writes to: it hands each line on at once."""

    def write(self, line: str) -> str:
        return line


def write_csv_lines(header: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Line after line of a table that opens by a double click: with the mark of UTF-8, semicolons, and numbers as the
    country writes them in the language of now. No text becomes a formula."""
    writer, mark = csv.writer(_Line(), delimiter=";"), _decimal_mark()
    first = "\ufeff" + writer.writerow([_written(one, mark) for one in header])
    return chain([first], (writer.writerow([_written(one, mark) for one in row]) for row in rows))


def _decimal_mark() -> str:
    language = get_language()
    point = language == "en" or (settings.COUNTRY in POINT_IN and language != "fr")
    return "." if point else ","


def _written(value: Cell, mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal | float):
        return f"{value}".replace(".", mark)
    return str(value) if isinstance(value, int | date) else harmless(str(value))


def harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula. ``unquoted`` takes it away."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unescape_cell(text: str) -> str:
    """A cell without the apostrophe that stood before what is no formula."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
