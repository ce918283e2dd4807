"""The examples in conditions.json, which Python and the browser are held to alike."""

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
    """A form with answers: the fields shown by step, the answers that count, what is due, the checks that fail by
    step, where it matters.

    ``fees`` are lines of key, quantity, total and the value-added tax in it, as text.
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
