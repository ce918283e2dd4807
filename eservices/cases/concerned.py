"""What of a request agents look at piece by piece: the papers it asks for, the people it concerns. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language

from eservices.formbuilder.definition import Field
from eservices.formbuilder.field_types import display
from eservices.formbuilder.logic.visibility import Shown

from .models import Case

NAMED = ("person", "short_text")  # types of the questions that a person is named by


@dataclass(frozen=True)
class Concerned:
    """A person among the rows of a group that the editor marked."""

    field: str
    place: int
    name: str


def papers(case: Case) -> list[Field]:
    """The questions for files that this case was asked, in the order of the form."""
    shown = _shown(case)
    return [field for field in _fields(case) if field.type == "files" and shown.shows(field.key)]


def missing_papers(case: Case) -> list[Field]:
    """The papers that this case needs, that did not come, and that no agent has seen or done without."""
    judged = {one.field for one in case.enclosures.all()}
    return [
        field
        for field in papers(case)
        if field.required and not case.answers.get(field.key) and field.key not in judged
    ]


def label_of(case: Case, key: str, language: str) -> str:
    """How the form calls a question."""
    return case.version.definition.text(f"field.{key}.label", language) or key


def marked(case: Case) -> list[Field]:
    """The groups of the form whose rows are people with an outcome of their own."""
    return [field for field in _fields(case) if field.fields and field.settings.get("persons")]


def people(case: Case) -> list[Concerned]:
    """Everybody whom the answers in force name one by one."""
    shown = _shown(case)
    return [
        Concerned(field.key, place, _name(case, field, row) or str(place + 1))
        for field in marked(case)
        for place, row in enumerate(shown.get(field.key) or [])
    ]


def _fields(case: Case) -> Iterator[Field]:
    for step in case.version.definition.steps:
        yield from step.fields


def _shown(case: Case) -> Shown:
    day = timezone.localdate(case.submission.sent_at)
    return Shown.of(case.version.definition, case.answers, day)


def _name(case: Case, group: Field, row: dict) -> str:
    """How the row names the person: a question for a person, else the first two short texts."""
    definition, language = case.version.definition, get_language() or case.language
    named = sorted((one for one in group.fields if one.type in NAMED), key=lambda one: NAMED.index(one.type))
    asked = named[:1] if named and named[0].type == "person" else named[:2]
    words = (display(one, row.get(one.key), definition, language) for one in asked)
    return " ".join(filter(None, words))[:255]
