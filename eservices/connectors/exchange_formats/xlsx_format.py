"""XLSX: a sheet with a line per transmission, or per row of one of its lists. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from home.formats.spreadsheets import SpreadsheetError, read_rows
from home.formats.xlsx import MAX_ROWS, MAX_TEXT_LENGTH, UNWRITABLE, Cell, stream_workbook

from ..business_system import (
    FieldReason,
    FieldValue,
    Receipt,
    TransmissionRecord,
    UnreadableReceipt,
    ValuesDoNotFit,
)
from ..configuration import Configuration
from .receipt_reading import MAX_BYTES, receipts_of_rows
from .record_columns import Column, columns_of, lines_of, read_columns
from .value_texts import BREAK, read_text_rules

FIRST_DAY = date(1900, 3, 1)  # Excel takes 1900 for a leap year, and knows no day before that year


class XlsxFormat:
    """A workbook of one sheet. Texts are inline strings, which no spreadsheet executes; days and numbers are typed."""

    extension = "xlsx"
    collects = True

    def __init__(self, layout: Mapping[str, Any]):
        configuration = Configuration(layout)
        self.columns = read_columns(configuration)
        self.list_name = configuration.text("list", most=200)
        self.sheet = configuration.text("sheet", "Transmissions", most=31)
        self.rules = read_text_rules(configuration, encodings=("utf-8",))
        configuration.check()

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        records = iter(records)
        first = next(records, None)
        columns = self.columns
        if not columns and first is not None:
            columns = columns_of(first, self.list_name)
        rows = self._rows(chain([] if first is None else [first], records), columns)
        yield from stream_workbook(self.sheet, [one.heading for one in columns], rows)

    def read_receipts(self, content: bytes) -> list[Receipt]:
        try:
            [(_line, heading), *lines] = read_rows("receipts.xlsx", content, MAX_BYTES)
        except SpreadsheetError as fault:
            raise UnreadableReceipt(" ".join(map(str, fault.reasons))) from fault
        return receipts_of_rows(dict(zip(heading, cells, strict=False)) for _line, cells in lines)

    def _rows(
        self, records: Iterable[TransmissionRecord], columns: tuple[Column, ...]
    ) -> Iterator[list[Cell]]:
        count = 0
        for record in records:
            for values in lines_of(record, columns, self.list_name):
                count += 1
                if count > MAX_ROWS:
                    raise ValuesDoNotFit(
                        [FieldReason(field="", text=_("There are too many lines for one sheet."))]
                    )
                yield self._cells(columns, values)

    def _cells(self, columns: Sequence[Column], values: Sequence[FieldValue]) -> list[Cell]:
        cells: list[Cell] = []
        reasons = []
        for column, value in zip(columns, values, strict=True):
            try:
                cells.append(self._cell(column, value))
            except ValueError as fault:
                reasons.append(FieldReason(field=column.name, text=str(fault)))
        if reasons:
            raise ValuesDoNotFit(reasons)
        return cells

    def _cell(self, column: Column, value: FieldValue) -> Cell:
        """Return what the workbook's writer writes without changing it. Raise ValueError if nothing is."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, date) and not isinstance(value, datetime) and value >= FIRST_DAY:
            return value
        # A workbook has one kind of line break within a cell.
        text = BREAK.sub("\n", self.rules.text(value, column.length))
        if UNWRITABLE.search(text):
            raise ValueError(_("It has characters that a workbook cannot hold."))
        if len(text) > MAX_TEXT_LENGTH:
            raise ValueError(_("It is too long for a cell."))
        return text
