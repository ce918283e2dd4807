"""Answers of a case as text, by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import get_language

from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types import answer_remarks, answer_text
from eservices.formbuilder.summary import SummaryRow as Asked
from eservices.formbuilder.summary import Words, summarize_answers
from eservices.submissions.models import StoredFile
from eservices.submissions.prefill.answer_sources import AnswerSource

from ..models import Case, Correction, EnclosureReview
from .case_answer_sources import answer_sources


@dataclass
class AnswerRow:
    """A question and its current answer.

    If an agent corrected it, ``declared`` is the answer as sent, and ``change`` the correction.
    """

    key: str
    label: str
    value: str
    files: list[StoredFile] = field(default_factory=list)
    secret: bool = False  # shown only on request
    has_secret_rows: bool = False  # a repeating group with secret answers among others
    declared: str = ""
    change: Correction | None = None
    is_paper: bool = False
    enclosure: EnclosureReview | None = None
    remarks: list[str] = field(default_factory=list)
    source: AnswerSource | None = None  # None if it is not known
    recipients: Sequence[str] = ()  # systems that got it; only on the case page

    @property
    def can_be_amended(self) -> bool:
        return not self.is_paper


def answer_rows(
    case: Case, files: list[StoredFile], *, amended: bool = True, words: Words = answer_text
) -> list[tuple[str, list[AnswerRow]]]:
    """Return the current answers by step, in the active language; nothing if they are erased.

    ``amended``: False if it is known that no answer was corrected. ``words``: how an answer becomes text; texts that
    leave the desk must use a function that omits secret answers.
    """
    if case.submission.erased_at:
        return []
    given, sent = case.answers, timezone.localdate(case.submission.sent_at)
    definition, language = case.version.definition, get_language() or case.language
    by_id = {str(one.pk): one for one in files}
    changes = {one.field: one for one in case.amendments.select_related("author")} if amended else {}
    checked = {one.field: one for one in case.enclosures.all()}
    sources = answer_sources(case, changes.values())

    def answer(row: Asked) -> AnswerRow:
        found = [by_id[key] for key in _file_ids(row.field, given.get(row.key)) if key in by_id]
        before = case.submission.answers.get(row.key)
        return AnswerRow(
            key=row.key,
            label=row.label,
            value="" if found else row.value,
            files=found,
            secret=row.field.secret,
            has_secret_rows=any(one.secret for one in row.field.fields),
            declared=words(row.field, before, definition, language) if row.key in changes else "",
            change=changes.get(row.key),
            is_paper=row.field.type == "files",
            enclosure=checked.get(row.key),
            remarks=answer_remarks(row.field, given.get(row.key), case.submission),
            source=sources.get(row.key),
        )

    return [
        (section.title, [answer(row) for row in section.rows])
        for section in summarize_answers(definition, given, language, sent, words=words)
    ]


def _file_ids(asked: FieldDefinition, answer) -> list[str]:
    if asked.type != "files" or not isinstance(answer, list):
        return []
    return [str(one.get("id")) for one in answer if isinstance(one, dict)]
