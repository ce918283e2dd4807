"""The mapping of a stage: from the values of a case to the fields that another system takes. Pure.

A line of the mapping names a target field, its type and length, a source, and what changes on the way. The changes of a
line always come in the same order: code table, format, part, join, without accents, upper case, cut.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...business_system import FieldReason, FieldValue, Row
from . import transformations

TEXT, INTEGER, DECIMAL, DATE, DATETIME, YES_NO = "text", "integer", "decimal", "date", "datetime", "yes_no"
TARGET_TYPES = {
    TEXT: gettext_lazy("text"),
    INTEGER: gettext_lazy("whole number"),
    DECIMAL: gettext_lazy("decimal number"),
    DATE: gettext_lazy("date"),
    DATETIME: gettext_lazy("date and time"),
    YES_NO: gettext_lazy("yes or no"),
}
ANSWER, RESULT, FIXED = "answer", "result", "fixed"
# Properties of the case and of what belongs to it: key → label and type.
PROPERTIES = {
    "case.reference": (gettext_lazy("case: reference"), TEXT),
    "case.service": (gettext_lazy("case: service"), TEXT),
    "case.language": (gettext_lazy("case: language"), TEXT),
    "case.team": (gettext_lazy("case: team"), TEXT),
    "case.sent": (gettext_lazy("case: sent"), DATETIME),
    "case.outcome": (gettext_lazy("case: outcome"), TEXT),
    "case.decided": (gettext_lazy("case: decided"), DATETIME),
    "document.number": (gettext_lazy("document: number"), TEXT),
    "document.issued": (gettext_lazy("document: day of issue"), DATE),
    "document.valid_until": (gettext_lazy("document: last day of validity"), DATE),
    "applicant.name": (gettext_lazy("applicant: name"), TEXT),
    "applicant.email": (gettext_lazy("applicant: e-mail address"), TEXT),
    "applicant.phone": (gettext_lazy("applicant: telephone"), TEXT),
    "register.applicant": (gettext_lazy("register: key of the applicant"), TEXT),
    "commune.name": (gettext_lazy("commune: name"), TEXT),
}
NUMBERS = (INTEGER, DECIMAL)
MAX_ITEMS = 500  # rows of a list


@dataclass(frozen=True, kw_only=True)
class MappedField:
    """A line of the mapping.

    ``list``: the name of the list whose rows it fills; "" for a field of the transmission itself. ``questions``: keys,
    ``GROUP.KEY`` within a list; several are joined by ``joined_by``. ``detail``: the part of a compound answer, such as
    ``postcode``. ``text``: the fixed text, or the key of a result.
    """

    target: str
    type: str = TEXT
    max_length: int | None = None
    required: bool = False
    list: str = ""
    source: str = ANSWER
    questions: tuple[str, ...] = ()
    detail: str = ""
    text: str = ""
    table: str = ""
    format: str = ""
    split_by: str = ""
    part: str = ""
    joined_by: str = " "
    without_accents: bool = False
    upper: bool = False
    cut: bool = False


@dataclass(frozen=True)
class CaseValues:
    """The values of a case that a mapping can use.

    ``tables``: for each code table the code by value. ``properties``: by the keys of ``PROPERTIES``.
    ``parts``: those of compound answers by question, in order.
    """

    answers: Mapping[str, Any]
    results: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, FieldValue] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class MappedCase:
    """The fields and rows that a mapping made of a case.

    ``reasons``: why it cannot be sent like this. ``secret``: target fields with secret answers, masked for agents.
    """

    fields: Row
    rows: dict[str, list[Row]]
    reasons: tuple[FieldReason, ...] = ()
    secret: tuple[str, ...] = ()

    def content(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "fields": pack_row(self.fields),
            "rows": {name: [pack_row(row) for row in rows] for name, rows in self.rows.items()},
            "secret": list(self.secret),
        }


class DoesNotFit(Exception):
    """A value cannot become what its target takes. The text says why, for an agent."""


def read_mapping(settings: Mapping[str, Any]) -> list[MappedField]:
    """Return the lines of the mapping in the settings of a stage. Lines without a target are left out."""
    known = {one.name for one in fields(MappedField)}
    lines = []
    for line in settings.get("fields") or []:
        given = {name: value for name, value in line.items() if name in known and value not in (None, "")}
        if given.get("target"):
            lines.append(MappedField(**given | {"questions": _keys(line.get("questions") or "")}))
    return lines


def _keys(text: str | Iterable[str]) -> tuple[str, ...]:
    """Return keys of questions, which editors write with commas or spaces between."""
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else tuple(text)


def read_lists(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of the repeating group by the name of its list."""
    lists = settings.get("lists") or []
    return {one["name"]: one.get("group", "") for one in lists if one.get("name")}


def map_case(lines: Iterable[MappedField], lists: Mapping[str, str], values: CaseValues) -> MappedCase:
    """Return the fields and rows for a case, with all reasons why they do not fit."""
    lines = list(lines)
    reasons: list[FieldReason] = []
    own = _map_row([line for line in lines if not line.list], values, {}, "", reasons)
    rows: dict[str, list[Row]] = {}
    for name, group in lists.items():
        items, of_list = _items(values, group), [line for line in lines if line.list == name]
        if len(items) > MAX_ITEMS:
            text = _("There are more than %(limit)s rows.") % {"limit": MAX_ITEMS}
            reasons.append(FieldReason(field=name, text=text))
        rows[name] = [_map_row(of_list, values, item, group, reasons) for item in items[:MAX_ITEMS]]
    return MappedCase(own, rows, tuple(reasons))


def _items(values: CaseValues, group: str) -> list[Mapping[str, Any]]:
    given = values.answers.get(group)
    return [item for item in given if isinstance(item, Mapping)] if isinstance(given, list) else []


def _map_row(
    lines: list[MappedField],
    values: CaseValues,
    item: Mapping[str, Any],
    group: str,
    reasons: list[FieldReason],
) -> Row:
    row: Row = {}
    for line in lines:
        try:
            row[line.target] = map_value(line, values, item, group)
        except DoesNotFit as fault:
            row[line.target] = None
            reasons.append(FieldReason(field=line.target, text=str(fault)))
    return row


def map_value(line: MappedField, values: CaseValues, item: Mapping[str, Any], group: str = "") -> FieldValue:
    """Return the value of one line, for an item of the repeating group ``group``. Raise ``DoesNotFit``."""
    found = [value for value in _sources(line, values, item, group) if value not in (None, "", [], {})]
    if not found:
        if line.required:
            raise DoesNotFit(_("A value is required here, and the case has none."))
        return None
    if line.type != TEXT and not line.table and len(found) == 1:
        return _convert(line, found[0])
    texts = [_as_text(line, value, values) for value in found]
    return _convert_text(line, line.joined_by.join(text for text in texts if text))


def _sources(line: MappedField, values: CaseValues, item: Mapping[str, Any], group: str) -> Iterator[Any]:
    match line.source:
        case "answer":
            for key in line.questions:
                order = values.parts.get(key.rpartition(".")[2], ())
                yield from _parts(_answer(key, values, item, group), line.detail, order)
        case "result":
            yield from _parts(values.results.get(line.text), line.detail)
        case "fixed":
            yield line.text
        case _:
            yield values.properties.get(line.source)


def _answer(key: str, values: CaseValues, item: Mapping[str, Any], group: str) -> Any:
    if group and key.startswith(f"{group}."):
        return item.get(key.removeprefix(f"{group}."))
    return values.answers.get(key)


def _parts(value: Any, detail: str, order: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield the values of an answer: several of a list, the named part or all parts of a compound one."""
    if isinstance(value, Mapping):
        yield from [value.get(detail)] if detail else [value.get(name) for name in order or sorted(value)]
    elif isinstance(value, list):
        for one in value:
            yield from _parts(one, detail, order)
    else:
        yield value


def _as_text(line: MappedField, value: Any, values: CaseValues) -> str:
    if line.table:
        return _code(line, value, values)
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif line.format in transformations.DATE_FORMATS and (day := transformations.read_day(value)):
        text = transformations.format_day(day, line.format)
    elif line.format in transformations.NUMBER_FORMATS and (number := transformations.read_number(value)):
        text = transformations.format_number(number, line.format)
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = str(value)
    return transformations.pick_part(text, line.split_by, line.part)


def _code(line: MappedField, value: Any, values: CaseValues) -> str:
    key = str(value).lower() if isinstance(value, bool) else str(value)
    code = values.tables.get(line.table, {}).get(key)
    if code is None:
        raise DoesNotFit(_("The code table has no row for “%(value)s”.") % {"value": key[:100]})
    return code


def _convert_text(line: MappedField, text: str) -> FieldValue:
    text = text.replace("\0", "").strip()
    text = transformations.without_accents(text) if line.without_accents else text
    text = text.upper() if line.upper else text
    if not text and line.required:
        raise DoesNotFit(_("A value is required here, and the case has none."))
    if line.type != TEXT:
        return _convert(line, text) if text else None
    if line.max_length and len(text) > line.max_length:
        if not line.cut:
            raise DoesNotFit(too_long(len(text), line.max_length))
        text = text[: line.max_length].rstrip()
    return text or None


def too_long(length: int, most: int) -> str:
    """Return the sentence on a text that its target cannot hold."""
    return _("%(length)s characters, and the other system takes %(most)s.") % {"length": length, "most": most}


def _convert(line: MappedField, value: Any) -> FieldValue:
    converted: FieldValue
    match line.type:
        case "integer":
            number = transformations.read_number(value)
            converted = int(number) if number is not None and number == int(number) else None
        case "decimal":
            number = transformations.read_number(value)
            converted = None if number is None else transformations.format_number(number, "")
        case "date":
            converted = transformations.read_day(value)
        case "datetime":
            converted = transformations.read_moment(value)
        case _:
            converted = _yes_or_no(value)
    if converted is None:
        raise DoesNotFit(
            _("“%(value)s” is not of the type “%(type)s”.")
            % {"value": str(value)[:100], "type": TARGET_TYPES.get(line.type, line.type)}
        )
    if line.max_length and line.type in NUMBERS and len(str(converted)) > line.max_length:
        raise DoesNotFit(too_long(len(str(converted)), line.max_length))
    return converted


def _yes_or_no(value: Any) -> bool | None:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        str(value).strip().lower()
    )


# -- Storing -------------------------------------------------------------------------------------------------
def pack_row(row: Row) -> list[list[Any]]:
    """Return a row as JSON: its fields in their order, each with its type if JSON has none for it."""
    return [[name, *_pack(value)] for name, value in row.items()]


def _pack(value: FieldValue) -> list[Any]:
    if isinstance(value, datetime):
        return [value.isoformat(), DATETIME]
    if isinstance(value, date):
        return [value.isoformat(), DATE]
    return [value]


def unpack_row(packed: Iterable[list[Any]]) -> Row:
    """Return the row that ``pack_row`` stored."""
    row: Row = {}
    for name, value, *kind in packed:
        match kind:
            case ["datetime"]:
                row[name] = datetime.fromisoformat(value)
            case ["date"]:
                row[name] = date.fromisoformat(value)
            case _:
                row[name] = value
    return row
