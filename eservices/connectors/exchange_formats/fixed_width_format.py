"""Fixed width: a line per transmission, each column at its place. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from ..business_system import FieldReason, Receipt, TransmissionRecord, UnreadableReceipt, ValuesDoNotFit
from ..configuration import Configuration
from .receipt_reading import MAX_BYTES, receipts_of_rows
from .record_columns import Column, lines_of, read_columns
from .value_texts import read_text_rules

LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
BATCH = 200  # lines encoded at a time
# Columns of a receipt, in this order, and their lengths.
RECEIPT_COLUMNS = {
    "transmission_key": 36,
    "state": 10,
    "their_reference": 40,
    "field": 40,
    "reason": 200,
    "question": 200,
    "decided_at": 25,
}


class FixedWidthFormat:
    """Lines in which each column has its place. Lengths are characters, which are bytes in the Western encodings."""

    extension = "txt"
    collects = True

    def __init__(self, layout: Mapping[str, Any]):
        configuration = Configuration(layout)
        self.columns = read_columns(configuration, fixed=True)
        self.list_name = configuration.text("list", most=200)
        self.rules = read_text_rules(
            configuration, encodings=("utf-8", "iso-8859-1", "windows-1252"), line_breaks="refuse"
        )
        if self.rules.line_breaks == "keep":
            configuration.refuse("line_breaks", _("A line of fixed width cannot hold another line."))
        self.line_end = LINE_ENDS[configuration.choice("line_end", LINE_ENDS, "crlf")]
        lengths = configuration.mapping("receipt_lengths")
        self.receipt_lengths = RECEIPT_COLUMNS | lengths
        if set(lengths) - set(RECEIPT_COLUMNS) or not all(_is_length(one) for one in lengths.values()):
            configuration.refuse(
                "receipt_lengths",
                _("Enter a length for any of: %(names)s.") % {"names": ", ".join(RECEIPT_COLUMNS)},
            )
        configuration.check()

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        for lines in batched(self._lines(records), BATCH):
            yield "".join(lines).encode(self.rules.encoding)

    def read_receipts(self, content: bytes) -> list[Receipt]:
        if len(content) > MAX_BYTES:
            raise UnreadableReceipt(_("The file is too large."))
        try:
            text = content.decode(self.rules.encoding)
        except UnicodeDecodeError as fault:
            raise UnreadableReceipt(
                _("The file is not in the encoding %(encoding)s.") % {"encoding": self.rules.encoding}
            ) from fault
        if text and not text.endswith("\n"):
            raise UnreadableReceipt(_("The last line has no end: the file is half written."))
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        return receipts_of_rows(self._cut(line) for line in lines if line.strip())

    def _cut(self, line: str) -> dict[str, str]:
        """Return the values of a line of a receipt, by the name of the column. Spaces at the end may be missing."""
        total = sum(self.receipt_lengths.values())
        if len(line) > total:
            raise UnreadableReceipt(
                _("A line has %(count)s characters instead of %(most)s.")
                % {"count": len(line), "most": total}
            )
        values, place = {}, 0
        for name in RECEIPT_COLUMNS:
            length = self.receipt_lengths[name]
            values[name] = line[place : place + length].strip()
            place += length
        return values

    def _lines(self, records: Iterable[TransmissionRecord]) -> Iterator[str]:
        for record in records:
            for values in lines_of(record, self.columns, self.list_name):
                texts = self.rules.line(self.columns, values)
                self._refuse_lost_fill(texts)
                placed = [_placed(text, column) for text, column in zip(texts, self.columns, strict=True)]
                yield "".join(placed) + self.line_end

    def _refuse_lost_fill(self, texts: list[str]) -> None:
        """Raise ``ValuesDoNotFit`` for a text that could not be told from what fills its column."""
        reasons = [
            FieldReason(
                field=column.name,
                text=_("It begins or ends with the character “%(fill)s”, which fills the column.")
                % {"fill": column.fill},
            )
            for text, column in zip(texts, self.columns, strict=True)
            if column.fill != " " and text and _is_ambiguous(text, column)
        ]
        if reasons:
            raise ValuesDoNotFit(reasons)


def _placed(text: str, column: Column) -> str:
    side = text.rjust if column.align == "right" else text.ljust
    return side(column.length, column.fill)


def _is_ambiguous(text: str, column: Column) -> bool:
    """Return whether the filled text could be read as another one. Leading zeros of a number change nothing."""
    if column.fill == "0" and column.align == "right":
        return not text.isdigit()
    return text.startswith(column.fill) if column.align == "right" else text.endswith(column.fill)


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2000
