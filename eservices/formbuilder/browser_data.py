"""Data with which the browser shows a step as the server would: ``static/js/form/step.js``.

It contains the part of the definition that the step's conditions, its validation rules and the price depend on, in the
format of a definition, with the answers of other steps that they use. Pure except for the commune's days off, which are
needed for a limit in working days: the browser knows calendar days only.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from .definition import FeeDefinition, FieldDefinition, FormDefinition, StepDefinition, ValidationRule
from .field_types.dates import WORKING_DAYS, parse_limit
from .logic.computed import formula_sources
from .logic.conditions import condition_fields


def browser_step_data(
    definition: FormDefinition, step: StepDefinition, answers: dict, today: date
) -> dict | None:
    """Return ``{"step", "definition", "answers", "today"}``; None if nothing on the page depends on an answer.

    ``definition`` with its prices: see ``price_list.with_prices``. ``answers``: the stored ones of all steps, even of
    hidden questions.
    """
    fees = definition.fees if affects_price(definition, step) else ()
    looked_at = [*_of_fields(step.fields), *_of_checks(step.checks), *_of_fees(fees)]
    if not looked_at:
        return None
    needed = _needed(definition, looked_at)
    return {
        "step": step.key,
        "definition": {
            "steps": [
                _step(one, step, needed, today)
                for one in definition.steps
                if one is step or _asks(one, needed)
            ],
            "fees": [_fee(fee) for fee in fees],
        },
        "answers": {key: answers[key] for key in needed if answers.get(key) is not None},
        "today": today.isoformat(),
    }


def affects_price(definition: FormDefinition, step: StepDefinition) -> bool:
    """Return whether the price depends on an answer in ``step``."""
    needed = _needed(definition, _of_fees(definition.fees))
    return any(field.key in needed for field in step.fields)


# -- Dependencies --------------------------------------------------------------------------------------------
def _of_fees(fees: Iterable[FeeDefinition]) -> Iterator[str]:
    for fee in fees:
        yield from condition_fields(fee.condition)
        yield from condition_fields(fee.exempt)
        if fee.quantity:
            yield fee.quantity


def _of_fields(fields: Iterable[FieldDefinition]) -> Iterator[str]:
    for field in fields:
        yield from condition_fields(field.condition)
        yield from formula_sources(field.settings.get("formula"))
        for option in field.options:
            yield from condition_fields(option.condition)
        yield from _of_fields(field.fields)


def _of_checks(checks: Iterable[ValidationRule]) -> Iterator[str]:
    for check in checks:
        yield from condition_fields(check.condition)


def _needed(definition: FormDefinition, keys: Iterable[str]) -> set[str]:
    """Return the questions ``keys`` and all questions on which they depend."""
    places = {field.key: (step, field) for step in definition.steps for field in step.fields}
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            if key in places:
                step, field = places[key]
                waiting += [*condition_fields(step.condition), *_of_fields([field])]
    return found


# -- As JSON, without empty values ---------------------------------------------------------------------------
def _asks(step: StepDefinition, needed: set[str]) -> bool:
    return any(field.key in needed for field in step.fields)


def _step(step: StepDefinition, current: StepDefinition, needed: set[str], today: date) -> dict:
    """Return all questions of the current step, because the applicant edits them; of other steps those needed."""
    if step is current:
        checks = [{"key": check.key, "condition": check.condition} for check in step.checks]
        return {"key": step.key, "fields": [_field(field, today) for field in step.fields], "checks": checks}
    fields = [_field(field, today) for field in step.fields if field.key in needed]
    return _short({"key": step.key, "condition": step.condition, "fields": fields})


def _field(field: FieldDefinition, today: date) -> dict:
    options = [{"value": one.value, "condition": one.condition} for one in field.options if one.condition]
    kept = {name: _setting(field.settings.get(name), today) for name in ("min", "max", "formula", "money")}
    return _short(
        {
            "key": field.key,
            "type": field.type,
            "condition": field.condition,
            "options": options,
            "fields": [_field(one, today) for one in field.fields],
            "settings": {name: value for name, value in kept.items() if value is not None},
        }
    )


def _setting(value, today: date):
    """Return a limit in working days as a date; other values unchanged."""
    if isinstance(value, str) and WORKING_DAYS.fullmatch(value.strip()):
        found = parse_limit(value, today)
        return found and found.isoformat()
    return value


def _fee(fee: FeeDefinition) -> dict:
    amounts = {"key": fee.key, "amount": fee.amount, "quantity": fee.quantity, "vat": fee.vat}
    conditions = {"condition": fee.condition, "exempt": fee.exempt}
    return amounts | {name: one for name, one in conditions.items() if one is not None}


def _short(content: dict) -> dict:
    return {name: value for name, value in content.items() if value not in (None, [], {}, "")}
