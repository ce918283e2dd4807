"""What the browser needs to show a step as the server would, without asking it: ``static/js/form/step.js``.

The part of the definition that the step's conditions, its checks and the price look at, in the format of a
definition, with the answers of other steps that they look at. Pure but for the commune's days off, where a limit is
counted in working days: the browser knows days only.
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
    """``{"step", "definition", "answers", "today"}``; None where nothing on the page follows from an answer.

    ``definition`` with its prices: see ``prices.priced``. ``answers``: the stored ones, of all steps, whether
    they count or not.
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
    """Whether the price depends on what is answered in ``step``."""
    needed = _needed(definition, _of_fees(definition.fees))
    return any(field.key in needed for field in step.fields)


# -- What something looks at ---------------------------------------------------------------------------------
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
    """All that the questions ``keys`` depend on, and themselves."""
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


# -- As JSON, without what is empty --------------------------------------------------------------------------
def _asks(step: StepDefinition, needed: set[str]) -> bool:
    return any(field.key in needed for field in step.fields)


def _step(step: StepDefinition, current: StepDefinition, needed: set[str], today: date) -> dict:
    """Of the current step every question, as whoever fills it in is there; of another those that matter."""
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
    """A limit in working days as the day that it is."""
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
