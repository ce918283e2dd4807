"""Examples in conditions.json, which bind both Python and the browser."""

import json
from dataclasses import dataclass
from pathlib import Path

TABLE = json.loads((Path(__file__).parent / "conditions.json").read_text())


@dataclass(frozen=True)
class Example:
    """A condition that holds, or not, for answers on a day."""

    why: str
    condition: object
    answers: dict
    today: str
    holds: bool


@dataclass(frozen=True)
class Case:
    """A form with answers and the expected results, None where they do not matter.

    ``shown``: the visible fields by step; ``relevant``: the answers that count; ``failed``: the failed validation
    rules by step. ``fees``: lines of key, quantity, total and included VAT, as text.
    """

    why: str
    definition: dict
    answers: dict
    today: str
    shown: dict[str, list[str]] | None
    relevant: dict | None
    fees: list[list[str]] | None
    failed: dict[str, list[str]] | None


def examples() -> list[Example]:
    answers, today = TABLE["answers"], TABLE["today"]
    compared = [
        Example(
            f"{field} {operator} {value!r}",
            {"field": field, "operator": operator, "value": value},
            answers,
            today,
            expected,
        )
        for field, operator, value, expected in TABLE["comparisons"]
    ]
    return compared + [
        Example(
            one["why"], one["condition"], one.get("answers", answers), one.get("today", today), one["holds"]
        )
        for one in TABLE["conditions"]
    ]


def cases() -> list[Case]:
    return [
        Case(
            f"{form['why']} ({number})",
            {"steps": form["steps"], "fees": form.get("fees", [])},
            case["answers"],
            TABLE["today"],
            case.get("shown"),
            case.get("relevant"),
            case.get("fees"),
            case.get("failed"),
        )
        for form in TABLE["forms"]
        for number, case in enumerate(form["cases"], 1)
    ]
