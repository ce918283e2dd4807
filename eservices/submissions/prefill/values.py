"""Prefilled answers for applicants who apply for themselves: visible, to be checked and corrected."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from eservices.formbuilder.definition import FieldDefinition, FormDefinition, StepDefinition
from eservices.formbuilder.extension_points import PrefillSource
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import QuestionsForm, answers_as_posted
from eservices.formbuilder.prefill_sources import prefill_sources

from .answer_sources import AnswerSource, SourceKind


class PrefillValue(NamedTuple):
    """A known answer, its source as text for the applicant, and as it is stored with the answer."""

    answer: object
    note: str
    source: AnswerSource


def prefill_values_for_step(
    user, step: StepDefinition, definition: FormDefinition, language: str, today: date
) -> dict[str, PrefillValue]:
    """Return prefilled answers by question: from its own source, else from one with its autocomplete token.

    Only answers that the question would accept. Files and repeating groups are never prefilled.
    """
    found = {}
    for field in step.fields:
        if field.type == "files" or field.fields:
            continue
        for source in _sources(field):
            answer = _accepted(source.find(user), field, definition, language, today)
            if answer is not None:
                found[field.key] = PrefillValue(
                    answer, str(source.note), AnswerSource(SourceKind(source.origin))
                )
                break
    return found


def is_filled_by_sign_in(field: FieldDefinition) -> bool:
    """Return whether signing in may save typing this answer. The address is typed to sign in, so it does not count."""
    if field.type == "files" or field.fields or autocomplete_token(field) == "email":
        return False
    return bool(_sources(field))


def autocomplete_token(field: FieldDefinition) -> str:
    kind = field_types.get(field.type)
    return field.autocomplete or (kind.autocomplete if kind else "")


def _sources(field: FieldDefinition) -> list[PrefillSource]:
    sources = prefill_sources()
    named = sources.get(field.prefill)
    token = autocomplete_token(field)
    alike = [one for one in sources.values() if token and one.token == token and one is not named]
    alike.sort(key=lambda source: not source.official)
    return [named, *alike] if named else alike


def _accepted(answer, field: FieldDefinition, definition: FormDefinition, language: str, today: date):
    """Return the answer as the question would store it, even if it is hidden; None if it would be refused.

    One whose error offers choices is known all the same: the applicant is asked about it.
    """
    if answer is None:
        return None
    field = replace(field, condition=None)
    data = answers_as_posted(StepDefinition(key="", fields=(field,)), {field.key: answer})
    form = QuestionsForm(definition, (field,), language, {}, today, data=data)
    if form.is_valid():
        return form.cleaned_answers.get(field.key)
    return answer if any(question.error_choices for question in form.questions) else None
