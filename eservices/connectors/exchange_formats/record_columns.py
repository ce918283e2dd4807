"""Columns of the formats that have lines, and the values of a transmission in them. Pure.

A column is a target field, a field of a list as ``LIST.FIELD``, or a part of the envelope as ``@key``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..business_system import FieldReason, FieldValue, Row, TransmissionRecord, ValuesDoNotFit
from ..configuration import Configuration

ENVELOPE = ("key", "identity", "number", "operation", "reference", "service", "created_at")
MARK = "@"  # begins the name of a column of the envelope
HEADING = (
    "transmission_"  # begins its heading, if none is configured: spreadsheets execute what begins with @
)
MAX_COLUMNS, MAX_LENGTH = 500, 2000
ALIGNMENTS = ("left", "right")


@dataclass(frozen=True)
class Column:
    """A column. ``length``: its characters in a fixed width, or at most; 0 for any."""

    name: str
    heading: str
    length: int = 0
    align: str = "left"
    fill: str = " "


def envelope_columns() -> list[Column]:
    """Return a column for each part of the envelope."""
    return [Column(MARK + name, HEADING + name) for name in ENVELOPE]


def read_columns(configuration: Configuration, *, fixed: bool = False) -> tuple[Column, ...]:
    """Return the configured columns; none if they follow from the fields. ``fixed``: each needs its length."""
    columns = []
    for place, value in enumerate(configuration.items("columns"), 1):
        about = Configuration({"name": value} if isinstance(value, str) else value) if value else None
        if about is None or not isinstance(about.values, dict):
            configuration.refuse("columns", _("Column %(place)s has no name.") % {"place": place})
            continue
        column = _column(about, fixed)
        for name in about.values:
            if name not in about.known:
                about.refuse(name, _("There is no such value."))
        for name, text in about.faults.items():
            configuration.refuse("columns", f"{place}, {name}: {text}")
        columns.append(column)
    _check_columns(configuration, columns, fixed)
    return tuple(columns)


def _column(about: Configuration, fixed: bool) -> Column:
    name = about.text("name", required=True, most=200)
    if name.startswith(MARK) and name.removeprefix(MARK) not in ENVELOPE:
        known = ", ".join(MARK + one for one in ENVELOPE)
        about.refuse("name", _("The parts of the envelope are: %(names)s.") % {"names": known})
    shown = HEADING + name.removeprefix(MARK) if name.startswith(MARK) else name
    heading = about.text("heading", shown, most=200) or shown
    length = about.number("length", 1 if fixed else 0, 1 if fixed else 0, MAX_LENGTH)
    if fixed and "length" not in about.values:
        about.refuse("length", _("This value is required."))
    align = about.choice("align", ALIGNMENTS, "left")
    fill = about.values.get("fill", " ")
    about.known.add("fill")
    if not isinstance(fill, str) or len(fill) != 1 or not fill.isprintable():
        about.refuse("fill", _("Enter one character."))
        fill = " "
    return Column(name, heading, length, align, fill)


def _check_columns(configuration: Configuration, columns: list[Column], fixed: bool) -> None:
    if len(columns) > MAX_COLUMNS:
        configuration.refuse("columns", _("At most %(most)s columns.") % {"most": MAX_COLUMNS})
    if fixed and not columns:
        configuration.refuse("columns", _("A fixed width needs the length of each column."))
    headings = [one.heading for one in columns]
    if twice := sorted({one for one in headings if headings.count(one) > 1}):
        configuration.refuse(
            "columns", _("Two columns have the same heading: %(names)s.") % {"names": ", ".join(twice)}
        )
    if columns and not fixed and MARK + "key" not in {one.name for one in columns}:
        configuration.refuse("columns", _("A receipt can only be assigned by the key: add the column @key."))


def columns_of(record: TransmissionRecord, list_name: str) -> tuple[Column, ...]:
    """Return the columns of a file whose layout names none: the envelope, and the fields of its first record."""
    names = list(record.fields)
    for row in record.rows.get(list_name, [])[:1]:
        names += [f"{list_name}.{name}" for name in row]
    return (*envelope_columns(), *(Column(name, name) for name in names))


def lines_of(
    record: TransmissionRecord, columns: Iterable[Column], list_name: str
) -> Iterator[list[FieldValue]]:
    """Yield the values of a record in the columns: a line per row of the list, or one line.

    Raise ``ValuesDoNotFit`` if a field or a list has no column, because nothing may be lost silently.
    """
    columns = tuple(columns)
    _check_complete(record, {one.name for one in columns}, list_name)
    fixed = {MARK + name: getattr(record, name) for name in ENVELOPE} | record.fields
    prefix = f"{list_name}."
    for row in record.rows.get(list_name) or [{}]:
        values: Row = fixed | {prefix + name: value for name, value in row.items()}
        yield [values.get(one.name) for one in columns]


def _check_complete(record: TransmissionRecord, names: set[str], list_name: str) -> None:
    missing = [name for name in record.fields if name not in names and _is_filled(record.fields[name])]
    for rows_name, rows in record.rows.items():
        if rows_name != list_name:
            missing += [rows_name] if rows else []
            continue
        used = {name for row in rows for name, value in row.items() if _is_filled(value)}
        missing += sorted(f"{list_name}.{name}" for name in used if f"{list_name}.{name}" not in names)
    if missing:
        raise ValuesDoNotFit(
            [FieldReason(field=name, text=_("The format has no column for it.")) for name in missing]
        )


def _is_filled(value: FieldValue) -> bool:
    return value not in (None, "")
