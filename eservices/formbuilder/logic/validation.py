"""Validation rules over several answers of a step. Pure and total.

``static/js/conditions.js`` does the same in the browser.
"""

from datetime import date
from typing import Any

from ..definition import StepDefinition, ValidationRule
from .conditions import WITHOUT_VALUE, comparison_fields, comparisons, condition_holds, is_empty


def failed_rules(step: StepDefinition, answers: dict[str, Any], today: date) -> list[ValidationRule]:
    """Return the rules that do not hold. A rule is not applied while an answer that it compares is missing."""
    return [
        check
        for check in step.checks
        if _can_be_judged(check.condition, answers) and not condition_holds(check.condition, answers, today)
    ]


def _can_be_judged(condition: dict[str, Any], answers: dict[str, Any]) -> bool:
    compared = (row for row in comparisons(condition) if row.get("operator") not in WITHOUT_VALUE)
    return all(not is_empty(answers.get(key)) for row in compared for key in comparison_fields(row))
