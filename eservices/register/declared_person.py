"""Persons declared in the answers of a form. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.field_types.named_persons import (
    BIRTH_DATE,
    FAMILY_NAME,
    GIVEN_NAMES,
    PERSON,
    WHOLE_NAME,
    part_of,
)
from eservices.formbuilder.logic.visibility import VisibleAnswers
from eservices.submissions.prefill.values import autocomplete_token

from .persons import MAX_TEXT_LENGTH, DeclaredPerson, RegisterAddress

# Compared part → autocomplete token of the question that is used if the editor chose none.
TOKENS = {
    "given_names": "given-name",
    "family_name": "family-name",
    "birth_date": "bday",
    "address": "street-address",
}


def declared_person(
    definition: FormDefinition, answers: dict[str, Any], chosen: dict[str, str]
) -> DeclaredPerson:
    """Return the person that ``answers`` declare.

    ``chosen``: keys of questions under the names in ``TOKENS``.
    """
    given = {
        name: answers.get(chosen.get(name) or question_by_token(definition, token))
        for name, token in TOKENS.items()
    }
    return DeclaredPerson(
        given_names=_text(given["given_names"]),
        family_name=_text(given["family_name"]),
        birth_date=_day(given["birth_date"]),
        address=_address(given["address"]),
    )


def named(definition: FormDefinition, answers: dict[str, Any], today: date) -> list[DeclaredPerson]:
    """Return the persons that the current answers name beside the applicant, as marked in the form.

    The marked answers of one step, or of one row of a repeating group, name one person; a question of the type
    person names one alone. ``today``: the day for conditions.
    """
    shown = VisibleAnswers.of(definition, answers, today)
    return [
        person
        for step in definition.steps
        for person in _named(step.fields, {field.key: shown.get(field.key) for field in step.fields})
        if person.name or person.birth_date
    ]


def naming(definition: FormDefinition) -> list[Sequence[FieldDefinition]]:
    """Return the marked questions that together name one person, for each such person."""
    units: list[Sequence[FieldDefinition]] = []
    for step in definition.steps:
        units += _units(step.fields)
        for group in step.fields:
            units += _units(group.fields)
    return units


def _units(fields: Sequence[FieldDefinition]) -> list[list[FieldDefinition]]:
    whole = [[field] for field in fields if part_of(field) == PERSON]
    parts = [field for field in fields if part_of(field) not in ("", PERSON)]
    return [*whole, parts] if parts else whole


def _named(fields: Sequence[FieldDefinition], answers: dict[str, Any]) -> Iterator[DeclaredPerson]:
    for unit in _units(fields):
        yield _declared_person(unit, answers)
    for group in fields:
        rows = answers.get(group.key) if group.fields else None
        for row in rows if isinstance(rows, list) else []:
            yield from _named(group.fields, row if isinstance(row, dict) else {})


def _declared_person(fields: Sequence[FieldDefinition], answers: dict[str, Any]) -> DeclaredPerson:
    given = {part_of(field): answers.get(field.key) for field in fields}
    whole = given.get(PERSON)
    if isinstance(whole, dict):
        given |= {
            GIVEN_NAMES: whole.get("first_name"),
            FAMILY_NAME: whole.get("last_name"),
            BIRTH_DATE: whole.get("born"),
        }
    return DeclaredPerson(
        given_names=_text(given.get(GIVEN_NAMES)),
        family_name=_text(given.get(FAMILY_NAME)) or _text(given.get(WHOLE_NAME)),
        birth_date=_day(given.get(BIRTH_DATE)),
    )


def question_by_token(definition: FormDefinition, token: str) -> str:
    """Return the key of the first question with this autocomplete token; "" if there is none."""
    return next((field.key for field in _questions(definition) if autocomplete_token(field) == token), "")


def _questions(definition: FormDefinition) -> Iterable[FieldDefinition]:
    return (field for step in definition.steps for field in step.fields)


def _text(answer: Any) -> str:
    return answer.strip()[:MAX_TEXT_LENGTH] if isinstance(answer, str) else ""


def _day(answer: Any) -> date | None:
    try:
        return date.fromisoformat(answer)
    except (TypeError, ValueError):
        return None


def _address(answer: Any) -> RegisterAddress | None:
    if not isinstance(answer, dict):
        return None
    address = RegisterAddress(
        **{name: _text(answer.get(name)) for name in ("street", "number", "postcode", "town")}
    )
    return address if address.street else None
