"""Answers of one service as columns, for the export of the case queue."""

from functools import cached_property
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.field_types import answer_columns, field_types
from eservices.formbuilder.logic.visibility import relevant_answers
from eservices.formbuilder.models import FormVersion

from ... import actions
from ...models import Case

type Said = str | int | float


class AnswerColumns:
    """The columns of a service: one or more for each question of its newest version, except secret ones.

    An answer is worded by the version that it was given to. Questions that this version did not ask are empty;
    questions that the newest version no longer asks have no column.
    """

    def __init__(self, newest: FormDefinition, language: str, reader: User):
        self.newest, self.language, self.reader = newest, language, reader
        self._known: dict[UUID, FormDefinition] = {}

    @cached_property
    def fields(self) -> list[FieldDefinition]:
        asked = [field for step in self.newest.steps for field in step.fields]
        return [
            one
            for one in asked
            if not one.secret and (one.type not in field_types or field_types[one.type].asks)
        ]

    def header(self) -> list[str]:
        return [heading for field in self.fields for heading in self._headings(field)]

    def read(self, cases: list[Case]) -> None:
        """Prefetch what ``cells`` needs for ``cases``, and log on each case that ``reader`` exported it."""
        actions.log_answers_exported(actor=self.reader, cases=cases)
        missing = {case.version_id for case in cases} - self._known.keys()
        if missing:
            found = FormVersion.objects.in_bulk(missing)
            self._known |= {key: version.definition for key, version in found.items()}

    def cells(self, case: Case) -> list[Said]:
        """Return the cells of a case passed to ``read`` before. Corrections apply; erased answers are empty."""
        own = self._known[case.version_id]
        day = timezone.localdate(case.submission.sent_at)
        answers = own.open_answers(relevant_answers(own, case.answers, day))
        return [
            _plain(cell)
            for field in self.fields
            for cell in answer_columns(
                _submitted_question(field, own), answers.get(field.key), own, self.language
            ).values()
        ]

    def _headings(self, field: FieldDefinition) -> list[str]:
        label = self.newest.text(f"field.{field.key}.label", self.language) or field.key
        names = list(answer_columns(field, None, self.newest, self.language))
        if names == [field.key]:
            return [label]
        labels = {part.name: part.label for part in field_types[field.type].inputs(field)}
        parts = [name.removeprefix(f"{field.key}.") for name in names]
        return [f"{label} ({labels.get(part) or part})" for part in parts]


def _submitted_question(field: FieldDefinition, own: FormDefinition) -> FieldDefinition:
    """Return the question as the applicant saw it, unless its type, and so its columns, changed since."""
    found = own.fields.get(field.key)
    return found if found and found.type == field.type else field


def _plain(cell) -> Said:
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    return cell
