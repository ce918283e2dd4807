"""What must hold over several answers of a step. Pure and total.

``static/js/conditions.js`` says the same in the browser.
"""

from datetime import date

from ..definition import Check, Step
from .conditions import WITHOUT_VALUE, holds, is_empty, keys, rows


def failed_checks(step: Step, answers: dict, today: date) -> list[Check]:
    """The checks that do not hold. One is not judged while an answer that it compares is missing."""
    return [
        check
        for check in step.checks
        if _can_be_judged(check.condition, answers) and not holds(check.condition, answers, today)
    ]


def _can_be_judged(condition, answers: dict) -> bool:
    compared = (row for row in rows(condition) if row.get("operator") not in WITHOUT_VALUE)
    return all(not is_empty(answers.get(key)) for row in compared for key in keys(row))
