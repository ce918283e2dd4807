"""Enclosures and persons of a case, which agents review one by one. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language

from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types import answer_text
from eservices.formbuilder.logic.visibility import VisibleAnswers

from ..models import Case

NAMED = ("person", "short_text")  # field types that contain a person's name


@dataclass(frozen=True)
class ConcernedRow:
    """A person in a row of a group that the editor marked."""

    field: str
    place: int
    name: str


def enclosure_questions(case: Case) -> list[FieldDefinition]:
    """Return the questions for files that this applicant was asked, in the order of the form."""
    shown = _shown(case)
    return [field for field in _fields(case) if field.type == "files" and shown.is_visible(field.key)]


def missing_enclosures(case: Case) -> list[FieldDefinition]:
    """Return the required questions for files without a file and without an agent's review."""
    judged = {one.field for one in case.enclosures.all()}
    return [
        field
        for field in enclosure_questions(case)
        if field.required and not case.answers.get(field.key) and field.key not in judged
    ]


def missing_enclosure_labels(case: Case) -> list[str]:
    """Return the labels of the missing enclosures, in the language of the case."""
    return [question_label(case, one.key, case.language) for one in missing_enclosures(case)]


def question_label(case: Case, key: str, language: str) -> str:
    """Return the label of a question in the form."""
    return case.version.definition.text(f"field.{key}.label", language) or key


def person_groups(case: Case) -> list[FieldDefinition]:
    """Return the groups of the form whose rows are persons with an outcome of their own."""
    return [field for field in _fields(case) if field.fields and field.settings.get("persons")]


def concerned_people(case: Case) -> list[ConcernedRow]:
    """Return the persons named in the current answers."""
    shown = _shown(case)
    return [
        ConcernedRow(field.key, place, _name(case, field, row) or str(place + 1))
        for field in person_groups(case)
        for place, row in enumerate(shown.get(field.key) or [])
    ]


def _fields(case: Case) -> Iterator[FieldDefinition]:
    for step in case.version.definition.steps:
        yield from step.fields


def _shown(case: Case) -> VisibleAnswers:
    day = timezone.localdate(case.submission.sent_at)
    return VisibleAnswers.of(case.version.definition, case.answers, day)


def _name(case: Case, group: FieldDefinition, row: dict) -> str:
    """Return the name of the person in a row: a question for a person, else the first two short texts."""
    definition, language = case.version.definition, get_language() or case.language
    named = sorted((one for one in group.fields if one.type in NAMED), key=lambda one: NAMED.index(one.type))
    asked = named[:1] if named and named[0].type == "person" else named[:2]
    words = (answer_text(one, row.get(one.key), definition, language) for one in asked)
    return " ".join(filter(None, words))[:255]
