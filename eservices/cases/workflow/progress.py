"""Progress of a case: finished, current and future stages, open questions. Reads only."""

from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile

from django.db.models import OuterRef, Subquery, Value
from django.db.models.lookups import Exact
from django.utils import timezone

from eservices.formbuilder.definition import StageDefinition
from eservices.formbuilder.logic.conditions import condition_holds

from ..models import Case, CaseEvent, CaseStage
from ..states import CaseState
from .stage_types import stages

Progress = CaseStage.Progress
# Event kinds that open or settle a question: the question, its answer, or an agent's later action.
OF_QUESTIONS = ("asked", "answered", "went_on", "approved", "accepted", "reopened", "skipped")


def unfinished_stages(case: Case) -> Iterator[CaseStage]:
    """Yield the stages still to run, the active one first."""
    for row in case.stages.all():
        if not row.finished:
            row.case = case
            yield row


def current_stage(case: Case) -> CaseStage | None:
    """Return the current stage; None if all are finished."""
    return next(unfinished_stages(case), None)


def stages_ahead(case: Case) -> list[CaseStage]:
    """Return the unfinished stages that will run by current data: active ones, and those whose condition holds."""
    return [
        row
        for row in unfinished_stages(case)
        if row.progress == Progress.ACTIVE or stage_applies(case, row.spec)
    ]


def is_answer_overdue(case: Case) -> bool:
    """Return whether the term of a question has passed without an answer or a later decision of an agent."""
    return case.is_open and case.state != CaseState.WAITING and last_question_event(case) == "asked"


def has_open_question_expression() -> Exact:
    """Return an expression for querysets: whether a question is open, also after its term."""
    events = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=OF_QUESTIONS).order_by("-number")
    return Exact(Subquery(events.values("kind")[:1]), Value("asked"))


def last_question_event(case: Case) -> str:
    """Return the kind of the last event of ``OF_QUESTIONS``; "" if nothing was asked."""
    last = case.events.filter(kind__in=OF_QUESTIONS).order_by("number").last()
    return last.kind if last else ""


def open_questions(case: Case) -> list[int]:
    """Return the keys of the messages with a question that is not answered yet, also after its term.

    [] for a closed case. There may be several: a stage asks while an agent's question is open, or an overdue question
    is asked again. One answer settles all of them.
    """
    events = case.events.filter(kind__in=OF_QUESTIONS).order_by("-number").values_list("kind", "data")
    asked = takewhile(lambda event: event[0] == "asked", events if case.is_open else ())
    return [data["message"] for _kind, data in asked]


def stage_titles(rows: Iterable[CaseStage]) -> list[str]:
    """Return the titles of stages in the active language, without repetitions in a row.

    Stages without a title and internal ones are left out.
    """
    return [title for title, _rows in groupby(row.title for row in without_internal(rows)) if title]


def without_internal(rows: Iterable[CaseStage]) -> list[CaseStage]:
    """Return the stages that concern the applicant."""
    return [row for row in rows if not (row.type in stages and stages[row.type].internal)]


def is_finished_for_applicant(case: Case) -> bool:
    """Return whether the case is closed, or only internal stages are left and no question is open."""
    if not case.is_open:
        return True
    ahead = [] if case.state == CaseState.WAITING else stages_ahead(case)
    return bool(ahead) and not without_internal(ahead)


def stage_applies(case: Case, spec: StageDefinition, also: dict | None = None) -> bool:
    """Return whether the stage's condition holds for the known values, on the day of the submission.

    ``also``: further values, such as those that the current stage will store.
    """
    return condition_holds(
        spec.condition, known_values(case) | (also or {}), timezone.localdate(case.submission.sent_at)
    )


def known_values(case: Case) -> dict:
    """Return the values for conditions of stages: current answers, and data of agents and stages."""
    return case.answers | case.data
