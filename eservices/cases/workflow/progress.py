"""How far a case has come: which stages are over, which one it is at, which still follow. Reads only."""

from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile

from django.db.models import OuterRef, Subquery, Value
from django.db.models.lookups import Exact
from django.utils import timezone

from eservices.formbuilder.definition import StageDefinition
from eservices.formbuilder.logic.conditions import condition_holds

from ..models import Case, CaseEvent, CaseStage
from ..states import CaseState

Progress = CaseStage.Progress
# What says how a question stands: it, an answer, or an agent who says since what becomes of the case.
OF_QUESTIONS = ("asked", "answered", "went_on", "approved", "accepted", "reopened", "skipped")


def unfinished_stages(case: Case) -> Iterator[CaseStage]:
    """The stages still to run, the active one first."""
    for row in case.stages.all():
        if not row.finished:
            row.case = case
            yield row


def current_stage(case: Case) -> CaseStage | None:
    """The stage the case is at; None once all are over."""
    return next(unfinished_stages(case), None)


def stages_ahead(case: Case) -> list[CaseStage]:
    """The stages that will still run as things stand: unfinished, and their condition holds."""
    return [
        row
        for row in unfinished_stages(case)
        if row.progress == Progress.ACTIVE or stage_applies(case, row.spec)
    ]


def is_answer_overdue(case: Case) -> bool:
    """Whether a question was not answered in time, nor since, and no agent has said what becomes of the case."""
    return case.is_open and case.state != CaseState.WAITING and last_question_event(case) == "asked"


def has_open_question_expression() -> Exact:
    """Whether a question is open, be its term over or not, for a list of cases."""
    told = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=OF_QUESTIONS).order_by("-number")
    return Exact(Subquery(told.values("kind")[:1]), Value("asked"))


def last_question_event(case: Case) -> str:
    """The kind of the last event that says how a question stands; empty where nobody was asked."""
    last = case.events.filter(kind__in=OF_QUESTIONS).order_by("number").last()
    return last.kind if last else ""


def open_questions(case: Case) -> list[int]:
    """The messages of an open case that ask what was not answered yet, in time or not, by their keys.

    There may be several: a stage asks while an agent's question waits, or what was asked in vain is asked again. One
    answer is for all of them.
    """
    told = case.events.filter(kind__in=OF_QUESTIONS).order_by("-number").values_list("kind", "data")
    asked = takewhile(lambda event: event[0] == "asked", told if case.is_open else ())
    return [data["message"] for _kind, data in asked]


def stage_titles(rows: Iterable[CaseStage]) -> list[str]:
    """What stages are called in the language at hand: neighbours of one title once, those without one not at all."""
    return [title for title, _rows in groupby(row.title for row in rows) if title]


def stage_applies(case: Case, spec: StageDefinition, also: dict | None = None) -> bool:
    """Whether the stage's condition holds for what is known of the case, on the day it was sent.

    ``also``: what would be known too, once the stage at hand is over.
    """
    return condition_holds(
        spec.condition, known_values(case) | (also or {}), timezone.localdate(case.submission.sent_at)
    )


def known_values(case: Case) -> dict:
    """What conditions of stages look at: the answers in force, and what agents and stages added since."""
    return case.answers | case.data
