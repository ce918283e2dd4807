"""Answers computed from other answers. Pure and total: never raises, on any JSON. Numbers are exact.

A formula is data: ``{"operation", "fields", "separator"}``. ``fields`` names questions; ``"children.age"`` is the
question *age* in every row of the group *children*, and ``"home.zone"`` a part of the answer *home*, or what is known
about it. The result is text, like stored answers of that type: ``"Léa
Rochat"``, ``"12.5"``; None if there is nothing to compute from. ``static/js/conditions.js`` does the same in the
browser.
"""

from collections.abc import Callable
from fractions import Fraction
from math import floor, prod
from typing import Any

from .conditions import Answers, comparable_text, is_empty, parse_iso_day, parse_number

MAX_VALUE = 10**15  # larger numbers are typing errors
PLACES = 4  # decimal places, rounded half away from zero
MAX_RESULT_LENGTH = 2000


def compute_formula(formula: Any, answers: Answers) -> str | None:
    """Return the result of ``formula`` for ``answers``; None if there is none."""
    operation = formula.get("operation") if isinstance(formula, dict) else None
    if not isinstance(operation, str) or operation not in OPERATIONS:
        return None
    return OPERATIONS[operation](operands(formula, answers), formula.get("separator"))


def formula_sources(formula: Any) -> list[str]:
    """Return the keys of the top-level questions that a formula uses, in order."""
    named = formula.get("fields") if isinstance(formula, dict) else None
    return [one.partition(".")[0] for one in named if isinstance(one, str)] if isinstance(named, list) else []


def operands(formula: dict[str, Any], answers: Answers) -> list[Any]:
    """Return the answers of the formula's questions; for a question in a group, one per row."""
    found = []
    named = formula.get("fields")
    for path in named if isinstance(named, list) else []:
        key, _, inner = path.partition(".") if isinstance(path, str) else ("", "", "")
        answer = answers.get(key)
        if inner:
            rows = answer if isinstance(answer, list) else []
            found += [row.get(inner) for row in rows if isinstance(row, dict)]
            if isinstance(answer, dict):
                found.append(_part(answer, inner))
        else:
            found.append(answer)
    return found


def _part(answer: dict[str, Any], name: str) -> Any:
    known = answer.get("known")
    return answer.get(name) if name in answer or not isinstance(known, dict) else known.get(name)


# -- Operations ----------------------------------------------------------------------------------------------
def _concat(values: list[Any], separator: object) -> str | None:
    separator = separator if isinstance(separator, str) else " "
    return separator.join(filter(None, map(_words, values)))[:MAX_RESULT_LENGTH] or None


def _words(answer: Any) -> str:
    if isinstance(answer, dict):
        return " ".join(filter(None, map(comparable_text, answer.values())))
    if isinstance(answer, list):
        return ", ".join(filter(None, map(comparable_text, answer)))
    return "" if isinstance(answer, bool) else comparable_text(answer)


def _sum(values: list[Any], separator: object) -> str | None:
    numbers = [found for one in values if (found := _exact(one)) is not None]
    return _written(sum(numbers, Fraction())) if numbers else None


def _product(values: list[Any], separator: object) -> str | None:
    """Return the product; None if a factor is missing."""
    numbers = [found for one in values if (found := _exact(one)) is not None]
    complete = numbers and len(numbers) == len(values)
    return _written(prod(numbers, start=Fraction(1))) if complete else None


def _difference(values: list[Any], separator: object) -> str | None:
    """Return the first number less the others; for two days, the number of days from the second to the first."""
    if len(values) == 2 and (days := _days(values[1], values[0])) is not None:
        return str(days)
    first = _exact(values[0]) if values else None
    return None if first is None else _written(first - sum(_exact(one) or 0 for one in values[1:]))


def _count(values: list[Any], separator: object) -> str:
    """Return the number of answers: of a list its length, of a range of days its days."""
    return str(sum(map(_size, values)))


def _size(answer: Any) -> int:
    if isinstance(answer, list):
        return len(answer)
    if isinstance(answer, dict) and (days := _days(answer.get("from"), answer.get("to"))) is not None:
        return max(0, days + 1)
    return 0 if answer is False or is_empty(answer) else 1


def _days(start: Any, end: Any) -> int | None:
    first, last = parse_iso_day(start), parse_iso_day(end)
    return (last - first).days if first and last else None


def _exact(answer: Any) -> Fraction | None:
    found = parse_number(answer)
    return None if found is None else Fraction(found)


def _written(value: Fraction) -> str | None:
    """Return a number with as few digits as possible; None if it is too large."""
    if abs(value) >= MAX_VALUE:
        return None
    whole, part = divmod(floor(abs(value) * 10**PLACES + Fraction(1, 2)), 10**PLACES)
    written = f"{whole}.{part:0{PLACES}}".rstrip("0").rstrip(".")
    return f"-{written}" if value < 0 and written != "0" else written


OPERATIONS: dict[str, Callable[[list[Any], object], str | None]] = {
    "concat": _concat,
    "sum": _sum,
    "product": _product,
    "difference": _difference,
    "count": _count,
}
