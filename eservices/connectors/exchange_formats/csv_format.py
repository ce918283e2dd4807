"""CSV: a line per transmission, or per row of one of its lists. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from home.formats.spreadsheets import harmless

from ..business_system import FieldReason, Receipt, TransmissionRecord, UnreadableReceipt, ValuesDoNotFit
from ..configuration import Configuration
from .receipt_reading import MAX_BYTES, receipts_of_rows
from .record_columns import columns_of, lines_of, read_columns
from .value_texts import read_text_rules

SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}
QUOTINGS = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
FORMULAS = ("apostrophe", "exact")
BATCH = 200  # lines encoded at a time
# Telephone numbers and negative numbers begin like a formula and compute a number at worst.
NUMBER_LIKE = re.compile(r"[+-][\d .'’/()-]*")


class _Line:
    """A file for the csv writer whose ``write`` returns the line."""

    def write(self, line: str) -> str:
        return line


class CsvFormat:
    """CSV with a configured separator, encoding and quoting.

    ``formulas``: residents choose what is written, and people open CSV files in spreadsheets. ``apostrophe`` puts one
    before a text that a spreadsheet would execute; ``exact`` writes it as it is, for systems that no person looks into.
    """

    extension = "csv"
    collects = True

    def __init__(self, layout: Mapping[str, Any]):
        configuration = Configuration(layout)
        self.columns = read_columns(configuration)
        self.list_name = configuration.text("list", most=200)
        self.rules = read_text_rules(configuration)
        self.separator = SEPARATORS[configuration.choice("separator", SEPARATORS, "semicolon")]
        self.quoting = QUOTINGS[configuration.choice("quoting", QUOTINGS, "minimal")]
        self.line_end = LINE_ENDS[configuration.choice("line_end", LINE_ENDS, "crlf")]
        self.header = configuration.flag("header", True)
        self.formulas = configuration.choice("formulas", FORMULAS, "apostrophe")
        configuration.check()

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        for lines in batched(self._lines(records), BATCH):
            yield "".join(lines).encode(self.rules.encoding.removesuffix("-sig"))

    def read_receipts(self, content: bytes) -> list[Receipt]:
        if len(content) > MAX_BYTES:
            raise UnreadableReceipt(_("The file is too large."))
        try:
            text = content.decode("utf-8-sig" if self.rules.writes_every_script else self.rules.encoding)
        except UnicodeDecodeError as fault:
            raise UnreadableReceipt(
                _("The file is not in the encoding %(encoding)s.") % {"encoding": self.rules.encoding}
            ) from fault
        if text and not text.endswith(("\n", "\r")):
            raise UnreadableReceipt(_("The last line has no end: the file is half written."))
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True)
        try:
            return receipts_of_rows(list(reader))
        except csv.Error as fault:
            raise UnreadableReceipt(_("The file cannot be read: %(reason)s") % {"reason": fault}) from fault

    def _lines(self, records: Iterable[TransmissionRecord]) -> Iterator[str]:
        # Without quoting, texts that need quotes are refused by ``_cell`` before the writer sees them.
        writer = csv.writer(
            _Line(), delimiter=self.separator, quoting=self.quoting, lineterminator=self.line_end
        )  # type: ignore[type-var]
        if self.rules.encoding == "utf-8-sig":
            yield "\ufeff"
        columns = self.columns
        for place, record in enumerate(records):
            columns = columns or columns_of(record, self.list_name)
            if place == 0 and self.header:
                yield self._joined(writer, [one.heading for one in columns], columns)
            for values in lines_of(record, columns, self.list_name):
                yield self._joined(writer, self.rules.line(columns, values), columns)

    def _joined(self, writer: Any, texts: list[str], columns) -> str:
        if self.quoting == csv.QUOTE_NONE:
            self._refuse_quotes(texts, columns)
        if self.formulas == "apostrophe":
            texts = [one if NUMBER_LIKE.fullmatch(one) else harmless(one) for one in texts]
        return writer.writerow(texts)

    def _refuse_quotes(self, texts: list[str], columns) -> None:
        """Raise ``ValuesDoNotFit`` for texts that only quotes could hold."""
        special = {self.separator, '"', "\r", "\n"}
        reasons = [
            FieldReason(
                field=column.name,
                text=_("It has a separator, a quote or a line break, and the format has no quotes."),
            )
            for text, column in zip(texts, columns, strict=True)
            if special & set(text)
        ]
        if reasons:
            raise ValuesDoNotFit(reasons)
