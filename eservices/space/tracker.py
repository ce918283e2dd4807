"""A case as a parcel tracker shows it: in one sentence, then done, now, next, by when."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases import process
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import stages
from eservices.cases.states import Outcome, State
from eservices.formbuilder.field_types import display, field_types
from eservices.formbuilder.logic.visibility import visible_fields, visible_steps

DONE, NOW, NEXT = "done", "now", ""
Progress = CaseStage.Progress


@dataclass(frozen=True)
class Stop:
    """One point of the way."""

    state: str
    when: str
    title: str
    at: datetime | None = None
    detail: str = ""


def headline(case: Case) -> tuple[str, str]:
    """What is the case, as a sentence, and what the applicant has to do."""
    nothing = _("You have nothing to do. We write to you as soon as something happens.")
    if case.deadline and case.deadline < timezone.now():
        nothing = _("We are late, and we are sorry. You have nothing to do.")
    if case.state == State.CLOSED:
        return {
            Outcome.REFUSED: (_("We had to refuse."), _("The reason stands below, with what you can do.")),
            Outcome.WITHDRAWN: (_("You withdrew this request."), _("Nothing more happens.")),
        }.get(case.outcome, (_("It is done."), _("Thank you. Nothing more is needed from you.")))
    return {
        State.RECEIVED: (_("Your request has arrived."), nothing),
        State.IN_PROGRESS: (_("We are reading your request."), nothing),
        State.WAITING: (
            _("We need an answer from you."),
            _("The question stands below. The time waits for your answer."),
        ),
        State.DECIDED: (_("Accepted. The rest is on its way."), nothing),
    }[State(case.state)]


def mark(case: Case) -> dict:
    """State in a word and a shape, for lists."""
    icon, css = {
        State.RECEIVED: ("s3", ""),
        State.IN_PROGRESS: ("s2", ""),
        State.WAITING: ("s4", "must"),
        State.DECIDED: ("s2", "ok"),
        State.CLOSED: ("check", "ok"),
    }[State(case.state)]
    if case.outcome in (Outcome.REFUSED, Outcome.WITHDRAWN):
        icon, css = "cross", ""
    return {"icon": icon, "css": css, "text": headline(case)[0]}


def way(case: Case) -> list[Stop]:
    """The points of the way: the arrival, each stage that has a title and is not skipped, the end."""
    points = [Stop(DONE, _("Done"), _("Received"), case.opened_at)]
    points += [_past(row) for row in case.stages.all() if row.progress == Progress.DONE and _title(row)]
    if case.is_open:
        ahead = [row for row in process.ahead(case) if _title(row)]
        return points + [_coming(case, row, place, len(ahead)) for place, row in enumerate(ahead)]
    if case.outcome == Outcome.REFUSED:
        points.append(Stop(DONE, _("Done"), _("Refused"), case.closed_at))
    elif case.outcome == Outcome.WITHDRAWN:
        points.append(Stop(DONE, _("Done"), _("Withdrawn"), case.closed_at))
    return points


def _past(row: CaseStage) -> Stop:
    return Stop(DONE, _("Done"), _title(row), row.done_at)


def _coming(case: Case, row: CaseStage, place: int, count: int) -> Stop:
    if place == 0:
        return Stop(NOW, _("Now"), _title(row), detail=_who(case, row))
    last = place == count - 1 and count > 2
    return Stop(NEXT, _("Finally") if last else _("Then"), _title(row))


def _who(case: Case, row: CaseStage) -> str:
    """Who has it in hand."""
    if case.state == State.WAITING:
        return _("We wait for your answer")
    if case.assignee and row.waiting_for == "agent":
        return _("By %(agent)s, %(team)s") % {"agent": case.assignee, "team": case.team}
    return str(case.team) if row.waiting_for == "agent" else ""


def _title(row: CaseStage) -> str:
    return row.case.version.definition.text(f"stage.{row.key}", get_language() or row.case.language)


def stage_template(case: Case) -> tuple[str, CaseStage | None]:
    """What the stage at hand shows to the applicant."""
    row = process.current(case) if case.is_open else None
    if row is None or row.progress != Progress.ACTIVE:
        return "", None
    kind = stages.get(row.type)
    return (kind.applicant_template if kind else ""), row


def answers(case: Case) -> list[dict]:
    """What was declared, step by step, in words."""
    definition, language = case.version.definition, get_language() or case.language
    given, today = case.submission.answers, case.submission.sent_at.date()
    found = []
    for step in visible_steps(definition, given, today):
        rows = [
            {
                "label": definition.text(f"field.{field.key}.label", language),
                "value": display(field, given.get(field.key), definition, language),
            }
            for field in visible_fields(step, given, today)
            if field.type not in field_types or field_types[field.type].asks
        ]
        if rows := [row for row in rows if row["value"]]:
            found.append({"title": definition.text(f"step.{step.key}.title", language), "rows": rows})
    return found
