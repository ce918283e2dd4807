"""Answers that a program filled into a draft, for a person to read, complete and send. Pure."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.forms import StepForm, answers_as_posted
from eservices.formbuilder.logic.visibility import relevant_answers

from .answer_sources import AnswerSource, SourceKind

NOT_ASKED = gettext_lazy("With these answers the question is not asked.")


class AnswersRefused(Exception):
    """Some answers are not accepted. ``errors``: messages by question."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


def check_program_answers(
    definition: FormDefinition, answers: dict[str, Any], language: str, today: date
) -> dict[str, Any]:
    """Return the answers as the form stores them. Raise ``AnswersRefused``.

    Each is checked by the form of its step, as if it was posted. What is missing is not: the person answers it, and
    every step is validated again when they press “Continue”.
    """
    errors: dict[str, list[str]] = {key: [str(NOT_ASKED)] for key in answers}
    accepted: dict[str, Any] = {}
    for step in definition.steps:
        given = {one.key: answers[one.key] for one in step.fields if one.key in answers}
        if not given:
            continue
        form = StepForm(
            definition, step, language, accepted, data=answers_as_posted(step, given), today=today
        )
        form.full_clean()
        found = form.cleaned_answers
        for key in given:
            if key in form.errors:
                errors[key] = [str(text) for text in form.errors[key]]
            elif found.get(key) is not None:
                accepted[key] = found[key]
                del errors[key]
            elif form.seen.is_visible(key):
                errors[key] = [_("This answer cannot be read.")]
    asked = relevant_answers(definition, accepted, today)
    errors |= {key: [str(NOT_ASKED)] for key in accepted if key not in asked}
    if errors:
        raise AnswersRefused(errors)
    return accepted


def program_remark(source: AnswerSource) -> str:
    """Return what the applicant reads beside an answer of a program; "" if no program gave it."""
    texts = {
        SourceKind.PROGRAM: _("Filled in by the program “%(program)s”. Check it."),
        SourceKind.SCAN: _("Read from your paper by the program “%(program)s”. Check it."),
    }
    return texts[source.kind] % {"program": source.name} if source.kind in texts else ""
