"""The mapping of an import: from the columns of a table to the fields of a kind. Pure.

What changes on the way is what transmissions know too (``connectors.transmissions.logic``): code table, part, join,
without accents, upper case, cut. Then the value is read as the type of its field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from eservices.connectors.transmissions.logic import mapping as transmitted
from eservices.connectors.transmissions.logic.transformations import ALL, PICKS, without_accents
from home.extensions.import_kinds import TargetField

from .cell_values import CellRefused, read_cell

KEY = "key"  # the field for the reference in the other system, which every kind has
MAX_KEY_LENGTH = 120
MOST_COLUMNS = 5  # that fill one field


@dataclass(frozen=True, kw_only=True)
class MappedColumn:
    """The source of a field: columns, several joined by ``joined_by``, else the text ``fixed``.

    ``table``: key of a reference table that replaces what the cell holds. ``part`` of what ``split_by`` divides.
    """

    columns: tuple[str, ...] = ()
    fixed: str = ""
    table: str = ""
    split_by: str = ""
    part: str = ALL
    joined_by: str = " "
    without_accents: bool = False
    upper: bool = False
    cut: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.columns and not self.fixed


@dataclass(frozen=True)
class ReadLine:
    """The values of a line by field, its key, and all reasons why it cannot be imported."""

    number: int
    key: str
    values: dict[str, str]
    reasons: list[str] = field(default_factory=list)


class MappingRefused(Exception):
    """A mapping cannot be used. ``reasons``: all of them."""

    def __init__(self, reasons: Iterable[str]):
        self.reasons = list(reasons)
        super().__init__(*self.reasons)


def read_mapping(data: object) -> dict[str, MappedColumn]:
    """Return a mapping of stored or written JSON: by field a column's name, or an object. Raise ``MappingRefused``."""
    if not isinstance(data, Mapping):
        raise MappingRefused([_("A mapping is an object with a column for each field.")])
    found, reasons = {}, []
    for key, value in data.items():
        try:
            found[str(key)] = _mapped(value)
        except (TypeError, ValueError) as problem:
            reasons.append(f"{key}: {problem}")
    if reasons:
        raise MappingRefused(reasons)
    return {key: one for key, one in found.items() if not one.is_empty}


def _mapped(value: object) -> MappedColumn:
    if isinstance(value, str):
        return MappedColumn(columns=(value,) if value else ())
    if not isinstance(value, Mapping):
        raise TypeError(_("A mapping is an object with a column for each field."))
    types = {one.name: bool if one.type is bool else str for one in fields(MappedColumn)}
    given = dict(value)
    columns = given.pop("columns", ())
    columns = (columns,) if isinstance(columns, str) else tuple(columns)
    for name, one in given.items():
        if name not in types or not isinstance(one, types[name]):
            raise ValueError(_("“%(name)s” is no setting, or has a wrong value.") % {"name": name})
    if given.get("part", ALL) not in (ALL, *PICKS):
        raise ValueError(_("“%(name)s” is no setting, or has a wrong value.") % {"name": "part"})
    if not all(isinstance(one, str) for one in columns) or len(columns) > MOST_COLUMNS:
        raise ValueError(_("“%(name)s” is no setting, or has a wrong value.") % {"name": "columns"})
    return MappedColumn(columns=tuple(filter(None, columns)), **given)


def write_mapping(mapping: Mapping[str, MappedColumn]) -> dict[str, Any]:
    """Return a mapping as JSON, without what has its usual value."""
    usual = asdict(MappedColumn())
    return {
        key: {name: value for name, value in asdict(one).items() if value != usual[name]}
        for key, one in mapping.items()
    }


def mapping_problems(
    mapping: Mapping[str, MappedColumn],
    targets: Sequence[TargetField],
    header: Sequence[str],
    tables: Iterable[str],
) -> dict[str, str]:
    """Return what is wrong with a mapping, by field."""
    problems, known = {}, {one.key for one in targets} | {KEY}
    for key, one in mapping.items():
        missing = [name for name in one.columns if name not in header]
        if key not in known:
            problems[key] = _("There is no field “%(name)s”.") % {"name": key}
        elif missing:
            problems[key] = _("The file has no column “%(name)s”.") % {"name": missing[0]}
        elif one.table and one.table not in set(tables):
            problems[key] = _("There is no reference table “%(name)s”.") % {"name": one.table}
    if KEY not in mapping or not mapping[KEY].columns:
        problems[KEY] = _("Choose the column that identifies each line, such as a number or a reference.")
    for target in targets:
        if target.required and target.key not in mapping:
            problems[target.key] = _("This field is required: choose a column, or enter a fixed text.")
    return problems


def guess_mapping(targets: Sequence[TargetField], header: Sequence[str]) -> dict[str, MappedColumn]:
    """Return a mapping of the columns that have the name of a field, whatever their case and accents."""
    names = {_folded(name): name for name in reversed(header) if name}
    found = {}
    for target in targets:
        name = names.get(_folded(str(target.label))) or names.get(_folded(target.key))
        if name:
            found[target.key] = MappedColumn(columns=(name,))
    for name in ("key", "id", "no", "numero", "nummer", "reference", "referenz", "riferimento"):
        if name in names:
            found.setdefault(KEY, MappedColumn(columns=(names[name],)))
    return found


def _folded(text: str) -> str:
    return "".join(one for one in without_accents(text).casefold() if one.isalnum())


def map_line(
    mapping: Mapping[str, MappedColumn],
    targets: Sequence[TargetField],
    cells: Mapping[str, str],
    tables: Mapping[str, Mapping[str, str]],
    number: int,
) -> ReadLine:
    """Return the values of line ``number`` by the key of their field.

    ``tables``: the replacement by value, by table.
    """
    reasons: list[str] = []
    key = _value(TargetField(KEY, _("Key")), mapping[KEY], cells, tables, reasons)
    if not key and not reasons:
        reasons.append(_("The column that identifies the line is empty."))
    elif len(key) > MAX_KEY_LENGTH:
        reasons.append(_("The key has more than %(most)s characters.") % {"most": MAX_KEY_LENGTH})
    values = {}
    for target in targets:
        wrong = len(reasons)
        line = mapping.get(target.key, MappedColumn())
        values[target.key] = _value(target, line, cells, tables, reasons) if not line.is_empty else ""
        if target.required and not values[target.key] and len(reasons) == wrong:
            reasons.append(_("“%(field)s” is missing.") % {"field": target.label})
    return ReadLine(number, key[:MAX_KEY_LENGTH], values, reasons)


def _value(
    target: TargetField,
    line: MappedColumn,
    cells: Mapping[str, str],
    tables: Mapping[str, Mapping[str, str]],
    reasons: list[str],
) -> str:
    changes = transmitted.MappedField(
        target=target.key,
        source=transmitted.ANSWER if line.columns else transmitted.FIXED,
        questions=line.columns,
        text=line.fixed,
        **{
            name: getattr(line, name)
            for name in ("table", "split_by", "part", "joined_by", "without_accents")
        },
        upper=line.upper,
        cut=line.cut,
        max_length=target.max_length if line.cut else None,
    )
    case = transmitted.CaseValues(answers=cells, tables=tables)
    try:
        found = transmitted.map_value(changes, case, {}) or (line.fixed if line.columns else "")
        return read_cell(target, str(found))
    except (transmitted.DoesNotFit, CellRefused) as problem:
        reasons.append(
            _("%(field)s: %(reason)s") % {"field": target.label, "reason": str(problem).rstrip(".")} + "."
        )
        return ""
