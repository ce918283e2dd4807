"""A workbook of one sheet (ECMA-376, Office Open XML), streamed while it is written, never whole in memory.

Every text is an inline string, which no spreadsheet executes as a formula. openpyxl reads workbooks; to write one
takes it 6.9 times the processor, and it sends nothing before all is written (``tests/benchmarks/workbooks.py``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import batched, islice
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

MAX_ROWS = 1_048_575  # per sheet, without its header
MAX_TEXT_LENGTH = 32_000  # per cell
UNWRITABLE = re.compile(
    "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # characters that XML 1.0 forbids
EXACT = 10**15  # spreadsheets keep every digit of smaller numbers; larger ones are written as text
BATCH_SIZE = 500
DAY_ONE = date(1899, 12, 30)  # day 0 of spreadsheets

type Cell = str | int | float | date | None

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
FACE, PLAIN = '<sz val="11"/><name val="Calibri"/>', 'fillId="0" borderId="0"'
PARTS = {
    "[Content_Types].xml": (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'{HEAD}<styleSheet xmlns="{MAIN}">'
        f'<fonts count="2"><font>{FACE}</font><font><b/>{FACE}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" {PLAIN}/></cellStyleXfs>'
        f'<cellXfs count="3"><xf numFmtId="0" fontId="0" {PLAIN}/>'
        f'<xf numFmtId="14" fontId="0" {PLAIN} applyNumberFormat="1"/>'
        f'<xf numFmtId="0" fontId="1" {PLAIN} applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
# Columns wide enough for a date, and a header that stays visible when scrolling.
LAYOUT = (
    '<sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/>'
)
A_DAY, A_HEADING = ' s="1"', ' s="2"'  # indexes of the cell styles above; 14 is the number format of dates


class _ChunkBuffer:
    """A write-only file for the archive; ``taken`` returns the bytes written since its last call."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        found, self.pieces = b"".join(self.pieces), []
        return found


def stream_workbook(title: str, header: list[str], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Stream an XLSX file with the rows below their header. Rows beyond ``MAX_ROWS`` are dropped."""
    pieces = _ChunkBuffer()
    # ZipFile writes to anything with ``write`` and ``flush``; its stub asks for a whole file.
    with ZipFile(pieces, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/workbook.xml", _workbook_xml(title))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}">{LAYOUT}<sheetData>'.encode())
            sheet.write(_row(header, A_HEADING).encode())
            for some in batched(islice(rows, MAX_ROWS), BATCH_SIZE):
                sheet.write("".join(map(_row, some)).encode())
                yield pieces.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pieces.taken()


def _workbook_xml(title: str) -> str:
    sheet = f'<sheet name={quoteattr(title[:31])} sheetId="1" r:id="rId1"/>'
    views = "<bookViews><workbookView/></bookViews>"
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{views}<sheets>{sheet}</sheets></workbook>'


def _row(cells: Sequence[Cell], style: str = "") -> str:
    return f"<row>{''.join(_cell(one, style) for one in cells)}</row>"


def _cell(value: Cell, style: str) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, date):
        return f"<c{A_DAY}><v>{(value - DAY_ONE).days}</v></c>"
    if isinstance(value, int | float) and abs(value) < EXACT:
        return f"<c><v>{value}</v></c>"
    text = UNWRITABLE.sub("", str(value))[:MAX_TEXT_LENGTH]
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{escape(text)}</t></is></c>'
