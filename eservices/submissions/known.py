"""What is known already of whoever files for themselves: filled in visibly, to be checked and corrected."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from eservices.formbuilder.definition import Definition, Field, Step
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import QuestionsForm, as_data
from eservices.formbuilder.prefill import Source, prefill


class Known(NamedTuple):
    """An answer that is known, and where from, in words for the applicant."""

    answer: object
    note: str


def known_answers(user, step: Step, definition: Definition, language: str, today: date) -> dict[str, Known]:
    """What can be filled in, by question: what its source knows, else another of its autocomplete token.

    Only what the question would accept. Files and repeating groups are never filled in.
    """
    found = {}
    for field in step.fields:
        if field.type == "files" or field.fields:
            continue
        for source in _sources(field):
            answer = _accepted(source.find(user), field, definition, language, today)
            if answer is not None:
                found[field.key] = Known(answer, str(source.note))
                break
    return found


def token_of(field: Field) -> str:
    kind = field_types.get(field.type)
    return field.autocomplete or (kind.autocomplete if kind else "")


def _sources(field: Field) -> list[Source]:
    named = prefill.get(field.prefill)
    token = token_of(field)
    alike = [source for source in prefill if token and source.token == token and source is not named]
    alike.sort(key=lambda source: not source.official)
    return [named, *alike] if named else alike


def _accepted(answer, field: Field, definition: Definition, language: str, today: date):
    """The answer as the question keeps it, asked or not yet; None where it would be refused."""
    if answer is None:
        return None
    field = replace(field, condition=None)
    data = as_data(Step(key="", fields=(field,)), {field.key: answer})
    form = QuestionsForm(definition, (field,), language, {}, today, data=data)
    return form.cleaned_answers.get(field.key) if form.is_valid() else None
