"""Conditions as data: ``all``/``any`` of ``field operator value``. Pure and total: never raises, on any JSON.

``None`` always holds; a malformed condition never does. A ``value`` is a constant, a date relative to today
(``"today"``, ``"+30d"``, ``"-2w"``, ``"+6m"``, ``"-18y"``), or another answer (``{"field": key}``).

``static/js/conditions.js`` evaluates the same in the browser. Everything that the two languages do differently is
therefore explicit here: blanks, the format of numbers and days, lower case. ``tests/formbuilder/conditions.json`` tests
both for the same results.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Protocol
from unicodedata import normalize

MAX_DEPTH = 20  # nested conditions; deeper ones do not hold, and the linter refuses them
BLANK = " \t\n\r\f\v\u00a0\u202f"  # stripped from both ends of a text
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
RELATIVE = re.compile(r"([+-])([0-9]{1,5})([dwmy])")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
type Condition = dict[str, Any] | None
type Judge = Callable[[Any, Any, date], bool]


class Answers(Protocol):
    """Answers by the key of their question: a dict, or a view of one."""

    def get(self, key: str, default: Any = None, /) -> Any: ...


def condition_holds(condition: Condition, answers: Answers, today: date) -> bool:
    """Return whether ``condition`` holds for ``answers``."""
    return _holds(condition, answers, today, 0)


def _holds(condition: Condition, answers: Answers, today: date, depth: int) -> bool:
    if condition is None:
        return True
    if not isinstance(condition, dict) or depth > MAX_DEPTH:
        return False
    for word, judge in (("all", all), ("any", any)):
        if word in condition:
            parts = condition[word]
            return isinstance(parts, list) and judge(_holds(one, answers, today, depth + 1) for one in parts)
    return _compare(condition, answers, today)


def _compare(condition: dict[str, Any], answers: Answers, today: date) -> bool:
    key, operator = condition.get("field"), condition.get("operator")
    if not isinstance(key, str) or not isinstance(operator, str) or operator not in OPERATORS:
        return False
    value = condition.get("value")
    if isinstance(value, dict):
        value = answers.get(value["field"]) if isinstance(value.get("field"), str) else None
    return OPERATORS[operator](answers.get(key), value, today)


def condition_fields(condition: Condition) -> list[str]:
    """Return the keys of the fields that a condition uses, in order, without duplicates."""
    return list(dict.fromkeys(key for row in comparisons(condition) for key in comparison_fields(row)))


def comparisons(condition: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every comparison in a condition."""
    if not isinstance(condition, dict) or depth > MAX_DEPTH:
        return
    for word in ("all", "any"):
        if word in condition:
            for one in condition[word] if isinstance(condition[word], list) else []:
                yield from comparisons(one, depth + 1)
            return
    yield condition


def never_holds(condition: dict[str, Any], has_one: Callable[[str], bool], depth: int = 0) -> bool:
    """Return whether a condition requires two different answers to a question with a single answer.

    ``has_one``: returns whether the question has exactly one of several answers. Other contradictions are not detected.
    """
    if not isinstance(condition, dict) or depth > MAX_DEPTH:
        return False
    if "all" not in condition:
        parts = condition.get("any")
        return (
            isinstance(parts, list)
            and bool(parts)
            and all(never_holds(one, has_one, depth + 1) for one in parts)
        )
    left: dict[str, set[str]] = {}
    for one in _together(condition, depth):
        key, values = one.get("field"), _wanted(one)
        if never_holds(one, has_one, depth + 1):
            return True
        if values is not None and isinstance(key, str) and has_one(key):
            left[key] = left.get(key, values) & values
    return not all(left.values())


def _together(condition: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Yield the conditions that must hold at the same time."""
    if not isinstance(condition, dict) or depth > MAX_DEPTH:
        return
    if "all" not in condition:
        yield condition
    elif isinstance(condition["all"], list):
        for one in condition["all"]:
            yield from _together(one, depth + 1)


def _wanted(row: dict[str, Any]) -> set[str] | None:
    """Return the answers for which a comparison holds, as texts; None if they cannot be listed."""
    value = row.get("value")
    if row.get("operator") == "equals" and isinstance(value, str | bool):
        return {comparable_text(value)}
    if row.get("operator") == "in" and isinstance(value, list):
        return {comparable_text(one) for one in value}
    return None


def comparison_fields(row: dict[str, Any]) -> list[str]:
    """Return the fields that a comparison uses: its own, and the one it is compared with."""
    value = row.get("value")
    found = [row.get("field"), value.get("field") if isinstance(value, dict) else None]
    return [key for key in found if isinstance(key, str)]


# -- Values --------------------------------------------------------------------------------------------------
def is_empty(answer: Any) -> bool:
    """Return whether nothing was answered. "No" is an answer."""
    return answer is None or answer in ([], {}) or (isinstance(answer, str) and comparable_text(answer) == "")


def comparable_text(value: Any) -> str:
    """Return a value as text for comparisons: 5, "5" and 5.0 are the same, true and "true" too.

    Unicode is composed (NFC) and blanks at both ends are stripped; "" for values that are no text, number or bool.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _written(value)
    return normalize("NFC", value).strip(BLANK) if isinstance(value, str) else ""


def parse_number(value: Any) -> Decimal | None:
    """Parse a number, written with digits and at most one point; None for anything else."""
    found = "" if isinstance(value, bool) else comparable_text(value)
    return Decimal(found) if NUMBER.fullmatch(found) else None


def parse_day(value: Any, today: date) -> date | None:
    """Parse a date, given as YYYY-MM-DD or relative to ``today``; None for anything else."""
    found = comparable_text(value) if isinstance(value, str) else ""
    if found == "today":
        return today
    try:
        relative = RELATIVE.fullmatch(found)
        return _moved(today, *relative.groups()) if relative else parse_iso_day(found)
    except (ValueError, OverflowError):
        return None


def parse_iso_day(value: Any) -> date | None:
    """Parse a date given as YYYY-MM-DD; None for anything else."""
    given = DAY.fullmatch(comparable_text(value)) if isinstance(value, str) else None
    try:
        return date(*map(int, given.groups())) if given else None
    except ValueError:
        return None


def years_between(born: date, today: date) -> int:
    """Return the age in completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _written(value: float) -> str:
    """Format a number in plain digits.

    JSON's numbers are doubles, even if Python read a longer integer.
    """
    try:
        value = float(value)
    except OverflowError:
        return ""
    return format(Decimal(repr(value or 0.0)).normalize(), "f") if isfinite(value) else ""


def _moved(today: date, sign: str, number: str, unit: str) -> date:
    count = int(number) * (1 if sign == "+" else -1)
    if unit in "dw":
        return today + timedelta(days=count * (7 if unit == "w" else 1))
    month = today.month - 1 + count * (12 if unit == "y" else 1)
    year, month = today.year + month // 12, month % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _clock(value: Any) -> str | None:
    """Return a time of day, else None; as texts, times sort in the order of the day."""
    found = comparable_text(value) if isinstance(value, str) else ""
    return found if CLOCK.fullmatch(found) else None


def _small(value: str) -> str:
    """Convert to lower case letter by letter: for a whole word the result depends on the Unicode version."""
    return "".join(letter.lower() for letter in comparable_text(value))


def _same(left: Any, right: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(lambda a, b: _same(a, b, depth + 1), left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key], depth + 1) for key in left)
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return False
    return comparable_text(left) == comparable_text(right)


# -- Operators -----------------------------------------------------------------------------------------------
def _is(answer: Any, value: Any, today: date) -> bool:
    return not is_empty(answer) and _same(answer, value)


def _in(answer: Any, value: Any, today: date) -> bool:
    allowed = {comparable_text(one) for one in (value if isinstance(value, list) else [value])} - {""}
    return any(comparable_text(one) in allowed for one in (answer if isinstance(answer, list) else [answer]))


def _contains(answer: Any, value: Any, today: date) -> bool:
    if isinstance(answer, list):
        return _in(answer, comparable_text(value), today)
    part = _small(comparable_text(value))
    if isinstance(answer, dict):
        return part != "" and any(_small(comparable_text(one)) == part for one in answer.values())
    return isinstance(answer, str) and part != "" and part in _small(answer)


def _ordered(accept: Callable[[int], bool]) -> Judge:
    """Return an operator that compares two numbers, dates or times of day; never values of different types."""

    def judge(answer: Any, value: Any, today: date) -> bool:
        reads: list[Callable[[Any], Any]] = [parse_number, lambda one: parse_day(one, today), _clock]
        for read in reads:
            left, right = read(answer), read(value)
            if left is not None and right is not None:
                return accept((left > right) - (left < right))
        return False

    return judge


def _dated(accept: Callable[[date, date], bool]) -> Judge:
    def judge(answer: Any, value: Any, today: date) -> bool:
        left, right = parse_day(answer, today), parse_day(value, today)
        return left is not None and right is not None and accept(left, right)

    return judge


def _aged(accept: Callable[[Decimal, Decimal], bool]) -> Judge:
    def judge(answer: Any, value: Any, today: date) -> bool:
        born, years = parse_day(answer, today), parse_number(value)
        return born is not None and years is not None and accept(Decimal(years_between(born, today)), years)

    return judge


OPERATORS: dict[str, Judge] = {
    "equals": _is,
    "not_equals": lambda answer, value, today: not _is(answer, value, today),
    "in": _in,
    "contains": _contains,
    "not_contains": lambda answer, value, today: not _contains(answer, value, today),
    "filled": lambda answer, value, today: not is_empty(answer),
    "empty": lambda answer, value, today: is_empty(answer),
    "gt": _ordered(lambda sign: sign > 0),
    "gte": _ordered(lambda sign: sign >= 0),
    "lt": _ordered(lambda sign: sign < 0),
    "lte": _ordered(lambda sign: sign <= 0),
    "before": _dated(lambda left, right: left < right),
    "after": _dated(lambda left, right: left > right),
    "age_gte": _aged(lambda years, least: years >= least),
    "age_lt": _aged(lambda years, least: years < least),
}
WITHOUT_VALUE = ("filled", "empty")
