"""The layout of an accounting file, and the file written by it. Pure.

The sum of a file never depends on its layout: rules change accounts, cost centres, codes and texts, never an amount.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from home.formats.spreadsheets import harmless

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
DEBIT, CREDIT = "D", "C"
FIXED = "fixed"
AMOUNTS = {"amount", "vat_amount", "net"}
TEXTS = {"text", "reference", "receipt", "kind_label", "service"}  # written by people, so never a formula


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the journal, as a file gets it. Amounts in minor units."""

    number: int
    day: date
    kind: str
    kind_label: str
    debit: str
    credit: str
    amount: int
    currency: str
    vat: str = ""
    vat_amount: int = 0
    vat_code: str = ""
    cost_centre: str = ""
    text: str = ""
    receipt: str = ""
    reference: str = ""
    service: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file. ``width`` in characters, of fixed width; ``shorten``: a longer text is cut."""

    source: str
    title: str = ""
    fixed: str = ""
    width: int = 0
    right: bool = False
    zeros: bool = False
    shorten: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Values for entries of a kind, a service or an account. Empty conditions hold for all.

    Empty values leave the entry as it is. The first rule that holds is the only one applied.
    """

    kind: str = ""
    service: str = ""
    account: str = ""
    cost_centre: str = ""
    vat_code: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)  # ours → theirs
    vat_codes: Mapping[str, str] = field(default_factory=dict)  # rate → code
    fixed_width: bool = False
    two_lines: bool = False  # one line for the debit and one for the credit
    separator: str = ";"
    encoding: str = "utf-8"
    decimal_mark: str = "."
    date_format: str = "%d.%m.%Y"
    header: bool = True


class LayoutFault(Exception):
    """Entries cannot be written by the layout. ``reasons``: (number of the entry, title of the column, code)."""

    def __init__(self, reasons: Iterable[tuple[int, str, str]]):
        self.reasons = list(reasons)
        super().__init__(str(self.reasons[:3]))


TOO_LONG, NOT_IN_ENCODING = "too_long", "not_in_encoding"


def apply_layout(entry: Entry, layout: Layout) -> Entry:
    """Return the entry with the accounts, codes and texts of the layout."""
    rule = next((one for one in layout.rules if _holds(one, entry)), Rule())
    return replace(
        entry,
        debit=layout.accounts.get(entry.debit, entry.debit),
        credit=layout.accounts.get(entry.credit, entry.credit),
        cost_centre=rule.cost_centre or entry.cost_centre,
        vat_code=rule.vat_code or layout.vat_codes.get(entry.vat, ""),
        text=_filled(rule.text, entry) if rule.text else entry.text,
    )


def _holds(rule: Rule, entry: Entry) -> bool:
    return (
        rule.kind in ("", entry.kind)
        and rule.service in ("", entry.service)
        and (not rule.account or rule.account in (entry.debit, entry.credit))
    )


def _filled(text: str, entry: Entry) -> str:
    given = {"kind": entry.kind_label} | {
        name: getattr(entry, name) for name in ("text", "receipt", "reference", "service")
    }
    return re.sub(r"\{(\w+)\}", lambda found: given.get(found[1], found[0]), text)


def write_file(entries: Iterable[Entry], layout: Layout) -> bytes:
    """Return the file. Raise LayoutFault with all that cannot be written."""
    writer, faults = _Writer(layout), list[tuple[int, str, str]]()
    lines = [writer.titles()] if layout.header else []
    for entry in entries:
        for values in _line_values(apply_layout(entry, layout), layout):
            lines.append([writer.cell(values, column) for column in layout.columns])
        faults += [(entry.number, title, code) for title, code in writer.taken_faults()]
    if faults:
        raise LayoutFault(faults)
    return _joined(lines, layout).encode(layout.encoding, "replace")


def _line_values(entry: Entry, layout: Layout) -> list[dict[str, Any]]:
    """Return the values of the one or two lines of an entry."""
    debit = vars(entry) | {"side": DEBIT, "account": entry.debit, "counter_account": entry.credit}
    credit = vars(entry) | {"side": CREDIT, "account": entry.credit, "counter_account": entry.debit}
    return [debit, credit] if layout.two_lines else [debit]


class _Writer:
    """Cells by the layout, and what could not be written."""

    def __init__(self, layout: Layout):
        self.layout, self.faults = layout, list[tuple[str, str]]()

    def titles(self) -> list[str]:
        if not self.layout.fixed_width:
            return [column.title for column in self.layout.columns]
        return [column.title[: column.width].ljust(column.width) for column in self.layout.columns]

    def cell(self, values: Mapping[str, Any], column: Column) -> str:
        """Return the text of one cell, padded to its width."""
        text = CONTROL.sub(" ", column.fixed if column.source == FIXED else self._text(values, column.source))
        if not _fits_encoding(text, self.layout.encoding):
            self.faults.append((column.title, NOT_IN_ENCODING))
        if column.width and len(text) > column.width:
            if not column.shorten or column.source in AMOUNTS:
                self.faults.append((column.title, TOO_LONG))
            text = text[: column.width]
        if self.layout.fixed_width:
            return _padded(text, column)
        return harmless(text) if column.source in TEXTS else text

    def taken_faults(self) -> list[tuple[str, str]]:
        """Return the faults since the last call, each once."""
        taken, self.faults = list(dict.fromkeys(self.faults)), []
        return taken

    def _text(self, values: Mapping[str, Any], source: str) -> str:
        value = values.get(source, "")
        if source in AMOUNTS:
            return format_minor(
                values["amount"] - values["vat_amount"] if source == "net" else value, self.layout
            )
        if isinstance(value, date):
            return value.strftime(self.layout.date_format)
        return str(value)


def format_minor(amount: int, layout: Layout) -> str:
    """Return an amount in whole units with two decimals; without a mark, in minor units."""
    whole, cents = divmod(amount, 100)
    return f"{whole}{layout.decimal_mark}{cents:02}"


def _fits_encoding(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _padded(text: str, column: Column) -> str:
    if column.zeros:
        return text.rjust(column.width, "0")
    return text.rjust(column.width) if column.right else text.ljust(column.width)


def _joined(lines: list[list[str]], layout: Layout) -> str:
    if layout.fixed_width:
        return "".join("".join(line) + "\r\n" for line in lines)
    file = io.StringIO()
    csv.writer(file, delimiter=layout.separator, lineterminator="\r\n").writerows(lines)
    return file.getvalue()
