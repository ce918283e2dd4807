"""Export of the queue as CSV or XLSX, streamed row by row. No cell can be a formula."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import batched, chain
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from home.formats.xlsx import Cell

from ...models import Case, CaseQuerySet
from ...texts.titles import titles_of
from .answer_columns import AnswerColumns

BATCH_SIZE = 500


def export_header(answers: AnswerColumns | None = None) -> list[str]:
    """Return the column titles.

    ``answers``: the answer columns, if the list is filtered to one service.
    """
    own = [
        _("Reference"),
        _("Service"),
        _("Applicant"),
        _("State"),
        _("Outcome"),
        _("Team"),
        _("Agent"),
        _("Channel"),
        _("Received"),
        _("Deadline"),
        _("Closed"),
        _("Tags"),
    ]
    return own + answers.header() if answers else own


def export_rows(
    cases: CaseQuerySet, titles: Mapping[str, str], answers: AnswerColumns | None = None
) -> Iterator[list[Cell]]:
    """Yield one row per case. Days are dates, answers may be numbers, all other cells are text.

    Rows are built while they are sent, when the admin's language and time zone are no longer active: they are
    captured here. The keys are fetched first, so that no cursor stays open during the download. ``titles``: the
    titles of the services.
    """
    related = cases.select_related("submission", "assignee", "team", "form").prefetch_related("tags")
    unread = ["search_text", "reason", "submission__fees", *([] if answers else ["submission__answers"])]
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def made(keys: tuple[UUID, ...]) -> list[list[Cell]]:
        with translation.override(language), timezone.override(zone):
            return _rows(list(related.defer(*unread).filter(pk__in=keys)), titles, answers)

    keys = list(cases.values_list("pk", flat=True))
    return chain.from_iterable(map(made, batched(keys, BATCH_SIZE)))


def _rows(cases: list[Case], titles: Mapping[str, str], answers: AnswerColumns | None) -> list[list[Cell]]:
    names = titles_of(cases)
    if answers:
        answers.read(cases)
    return [_row(case, names[case.pk], titles) + (answers.cells(case) if answers else []) for case in cases]


def _row(case: Case, name: str, titles: Mapping[str, str]) -> list[Cell]:
    return [
        case.reference,
        titles.get(str(case.form_id)) or str(case.form),
        name,
        case.get_state_display(),
        case.get_outcome_display(),
        str(case.team),
        str(case.assignee or ""),
        case.submission.get_channel_display(),
        _day(case.opened_at),
        _day(case.deadline),
        _day(case.closed_at),
        ", ".join(tag.name for tag in case.tags.all()),
    ]


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None
