"""A case as a parcel tracker shows it: in one sentence, then done, now, next, by when."""

from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, takewhile

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel
from eservices.bookings.states import BookingState
from eservices.cases import process
from eservices.cases.models import Case, CaseStage, Message
from eservices.cases.stages import APPLICANT, LEAD, OTHERS, SYSTEM, Stage, stages
from eservices.cases.states import CaseOutcome, CaseState
from eservices.cases.workflow.identity import identity_level_of
from eservices.formbuilder.field_types import answer_remarks, answer_text_unless_secret
from eservices.formbuilder.summary import summarize_answers
from home.localization.punctuation import labelled

DONE, NOW, NEXT = "done", "now", ""
BLOCKED = "cases/stages/blocked_applicant.html"  # whatever the stage is: a lead looks at it
WENT_WELL = (CaseOutcome.ACCEPTED, CaseOutcome.COMPLETED)
Progress = CaseStage.Progress


@dataclass(frozen=True)
class TrackerStep:
    """One point of the way."""

    state: str
    when: str
    title: str
    at: datetime | None = None
    detail: str = ""


def status_headline(
    case: Case, sealed: bool = False, promised: datetime | None = None, asked: bool = False
) -> tuple[str, str]:
    """What is the case, as a sentence, and what the applicant has to do.

    ``sealed``: whether a decision waits to be opened, which is what notifies it: nothing says it before.
    ``promised``: by when the commune answers, where that holds. ``asked``: whether a question is open.
    """
    if sealed:
        return _("A decision on your request is ready."), _(
            "Open it below: it says what was decided, and why."
        )
    if case.state == CaseState.CLOSED:
        return _cancelled() if all_bookings_cancelled(case) else closing_text(case)
    if asked and case.state != CaseState.WAITING:
        return _("We still have no answer from you."), _(
            "The time to answer is over, but your answer counts all the same: write it below."
        )
    if call := _call(case):
        return call, _("What to do stands below.")
    return _under_way(case, late=bool(promised and promised < timezone.now()))


def all_bookings_cancelled(case: Case) -> bool:
    """Whether the request went well, and nothing is left of what was booked with it."""
    if case.state != CaseState.CLOSED or case.outcome not in WENT_WELL:
        return False
    return {one.state for one in case.submission.bookings.all()} == {BookingState.CANCELLED}


def _cancelled() -> tuple[str, str]:
    return _("Your booking is cancelled."), _("You have nothing to do.")


def closing_text(case: Case) -> tuple[str, str]:
    """How the case ended, on the day it did, and what follows."""
    if case.outcome == CaseOutcome.LAPSED:
        return _("We closed your request."), _file_again(case)
    return {
        CaseOutcome.REFUSED: (_("We had to refuse."), _("The reason stands below, with what you can do.")),
        CaseOutcome.WITHDRAWN: (_("You withdrew this request."), _("Nothing more happens.")),
        CaseOutcome.DUPLICATE: (_("This was filed already."), _("It goes on under the other reference.")),
        CaseOutcome.REDIRECTED: (
            _("This belongs to another service."),
            _("The reason stands below. What you told us is kept for the right request."),
        ),
    }.get(case.outcome, (_("It is done."), _("Thank you. Nothing more is needed from you.")))


def is_reason_from_office(case: Case) -> bool:
    """Whether the reason at the end is in the words of the office. Who withdraws gives their own; what lapses does so
    by itself."""
    return (
        case.state == CaseState.CLOSED
        and bool(case.reason)
        and case.outcome not in (CaseOutcome.WITHDRAWN, CaseOutcome.LAPSED)
    )


def _under_way(case: Case, late: bool) -> tuple[str, str]:
    nothing = _nothing_to_do(case)
    if late:
        nothing = _("We are late, and we are sorry. You have nothing to do.")
    return {
        CaseState.RECEIVED: (
            _("Your request is under way.") if _has_moved(case) else _("Your request has arrived."),
            nothing,
        ),
        CaseState.IN_PROGRESS: (_in_progress(case), nothing),
        CaseState.WAITING: (
            _("We need an answer from you."),
            _("What we ask stands below. The time waits for your answer."),
        ),
        CaseState.DECIDED: (_("Accepted. Not everything is done yet."), nothing),
    }[CaseState(case.state)]


def _nothing_to_do(case: Case) -> str:
    """What the commune writes by itself before the decision, to who can be written to; else that this page is all."""
    if case.is_anonymous or case.state == CaseState.DECIDED:
        return _("You have nothing to do. This page shows how it goes on.")
    return _("You have nothing to do. We write to you if we need something, and when we have decided.")


def _file_again(case: Case) -> str:
    if case.form.offered:
        return _("You can file a new request at any time.")
    return _("The reason stands below.")


def promised_date_at_stage(case: Case, row: CaseStage | None) -> datetime | None:
    """By when the commune answers; None while that waits for the applicant or for what nobody can hasten."""
    undated = row is not None and _kind(row).undated
    return case.deadline if case.is_open and not case.paused_at and not undated else None


def open_questions(case: Case, thread: list[Message]) -> list[Message]:
    """What the applicant was asked and has not answered yet, in time or not, the latest last; what was asked again in
    the same words, once."""
    kinds = [one.kind for one in thread if one.kind in (Message.Kind.QUESTION, Message.Kind.ANSWER)]
    if not kinds or kinds[-1] == Message.Kind.ANSWER:
        return []
    unanswered = set(process.open_questions(case))
    latest = {one.text: one.pk for one in thread if one.pk in unanswered}
    return [one for one in thread if latest.get(one.text) == one.pk]


def _call(case: Case) -> str:
    """What the stage at hand asks of the applicant, where it waits for them."""
    row = process.current_stage(case)
    kind = stages.get(row.type) if row and row.waiting_for == APPLICANT else None
    return kind().call(row) if kind and case.state != CaseState.WAITING else ""


def _in_progress(case: Case) -> str:
    """Who has it in hand. What a check would tell somebody who is not known does not show."""
    row = process.current_stage(case)
    if row is None or row in _veiled(case) or row.waiting_for not in (OTHERS, SYSTEM):
        return _("We are reading your request.")
    return (
        _("Others have a say on your request.")
        if row.waiting_for == OTHERS
        else _("Your request is under way.")
    )


def _has_moved(case: Case) -> bool:
    """Whether something of the way that the applicant sees is done, beside the arrival."""
    return case.state == CaseState.RECEIVED and sum(stop.state == DONE for stop in tracker_steps(case)) > 1


def status_mark(case: Case, sealed: bool = False, asked: bool = False) -> dict:
    """State in a word and a shape, for lists. ``sealed`` and ``asked``: see ``headline``."""
    icon, css = {
        CaseState.RECEIVED: ("s3", ""),
        CaseState.IN_PROGRESS: ("s2", ""),
        CaseState.WAITING: ("s4", "must"),
        CaseState.DECIDED: ("s2", "ok"),
        CaseState.CLOSED: ("check", "ok"),
    }[CaseState(case.state)]
    if (case.outcome and case.outcome not in WENT_WELL) or all_bookings_cancelled(case):
        icon, css = "cross", ""
    if asked and case.is_open:
        icon, css = "s4", "must"
    if sealed:
        icon, css = "mail", "must"
    return {"icon": icon, "css": css, "text": status_headline(case, sealed, asked=asked)[0]}


def tracker_steps(case: Case, sealed: bool = False) -> list[TrackerStep]:
    """The points of the way: the arrival, each stage that has a title and is not skipped, the end.

    Neighbours of one title are one point: how far the office is within it, nobody learns. So a check against the
    register and the decision after it tell a stranger nothing. ``sealed``: see ``headline``.
    """
    return _merged(_points(case, sealed))


def _points(case: Case, sealed: bool) -> list[TrackerStep]:
    veiled = _veiled(case)
    under_way = case.is_open and any(not row.finished for row in veiled)
    past = [row for row in case.stages.all() if row.progress == Progress.DONE and _title(row)]
    if under_way:
        past = [row for row in past if row not in veiled]
    points = [TrackerStep(DONE, _("Done"), _("Received"), case.opened_at)]
    points += [_past(row, veiled[-1] if row in veiled else row) for row in past]
    if case.is_open:
        ahead = process.stages_ahead(case)
        current = ahead[0] if ahead else None
        together = veiled if under_way else []
        shown = [row for row in case.stages.all() if (row in ahead or row in together) and _title(row)]
        return points + [_coming(case, row, place, len(shown), current) for place, row in enumerate(shown)]
    if sealed:
        points.append(TrackerStep(DONE, _("Done"), _("Decision"), case.closed_at))
    elif case.outcome == CaseOutcome.REFUSED:
        points.append(TrackerStep(DONE, _("Done"), _("Refused"), case.closed_at))
    elif case.outcome == CaseOutcome.WITHDRAWN:
        points.append(TrackerStep(DONE, _("Done"), _("Withdrawn"), case.closed_at))
    elif case.outcome == CaseOutcome.LAPSED:
        points.append(TrackerStep(DONE, _("Done"), _("Closed without an answer"), case.closed_at))
    elif case.outcome in (CaseOutcome.DUPLICATE, CaseOutcome.REDIRECTED):
        points.append(TrackerStep(DONE, _("Done"), case.get_outcome_display().capitalize(), case.closed_at))
    elif all_bookings_cancelled(case):
        points.append(TrackerStep(DONE, _("Done"), pgettext("bookings", "Cancelled")))
    return points


def _veiled(case: Case) -> list[CaseStage]:
    """The stages that somebody who is not known sees begin and end together.

    From a check whose outcome concerns others on, for as long as agents look: whether the check went on by
    itself or an agent had to help does not show, neither in what is done nor in when it was.
    """
    kinds = (stages.get(spec.type) for spec in case.version.definition.stages)
    if identity_level_of(case) >= IdentityLevel.KNOWN or not any(kind and kind.veiled for kind in kinds):
        return []
    coming = process.stages_ahead(case) if case.is_open else []
    rows = [row for row in case.stages.all() if row.progress == Progress.DONE or row in coming]
    begun = dropwhile(lambda row: not _kind(row).veiled, rows)
    return list(takewhile(lambda row: _kind(row).by_person, begun))


def _kind(row: CaseStage) -> Stage:
    return stages.get(row.type) or Stage()


def _merged(points: list[TrackerStep]) -> list[TrackerStep]:
    merged: list[TrackerStep] = []
    for point in points:
        if not merged or merged[-1].title != point.title:
            merged.append(point)
        elif merged[-1].state != NOW:
            merged[-1] = point
    return merged


def _past(row: CaseStage, ended: CaseStage) -> TrackerStep:
    return TrackerStep(DONE, _("Done"), _title(row), ended.done_at)


def _coming(case: Case, row: CaseStage, place: int, count: int, current: CaseStage) -> TrackerStep:
    if place == 0:
        return TrackerStep(NOW, _("Now"), _title(row), detail=_who(case, current))
    last = place == count - 1 and count > 2
    return TrackerStep(NEXT, _("Finally") if last else _("Then"), _title(row))


def _who(case: Case, row: CaseStage) -> str:
    """Who has it in hand. Of a check that tells nothing no agent is named: only some may see who is protected."""
    if case.state == CaseState.WAITING:
        return _("We wait for your answer")
    named = not _kind(row).veiled and row not in _veiled(case)
    if named and case.assignee and row.waiting_for == "agent":
        return _("By %(agent)s, %(team)s") % {"agent": case.assignee, "team": case.team}
    return str(case.team) if row.waiting_for == "agent" else ""


def _title(row: CaseStage) -> str:
    return row.case.version.definition.text(f"stage.{row.key}", get_language() or row.case.language)


def stage_template(case: Case, asked: bool = False) -> tuple[str, CaseStage | None]:
    """What the stage at hand shows to the applicant. ``asked``: whether a question is open; what waits for somebody
    else says that there is nothing to do, and is silent then."""
    row = process.current_stage(case) if case.is_open else None
    if row is None or row.progress != Progress.ACTIVE:
        return "", None
    if asked and row.waiting_for != APPLICANT:
        return "", row
    veiled = _veiled(case)
    if row in veiled:
        return _kind(veiled[0]).applicant_template, veiled[0]
    return BLOCKED if row.waiting_for == LEAD else _kind(row).applicant_template, row


def answer_rows(case: Case) -> list[dict]:
    """The answers in force, step by step, in words; what was left blank is left out."""
    language, sent = get_language() or case.language, timezone.localdate(case.submission.sent_at)
    declared = summarize_answers(
        case.version.definition, case.answers, language, sent, words=answer_text_unless_secret
    )
    known = _remarks(case)
    sections = [
        {
            "title": section.title,
            "rows": [
                {"label": row.label, "value": row.value, "remarks": known.get(row.key, [])}
                for row in section.rows
                if row.value or row.key in known
            ],
        }
        for section in declared
    ]
    return [section for section in sections if section["rows"]]


def _remarks(case: Case) -> dict[str, list[str]]:
    """What there is to know about an answer: files that were held, papers that were judged, corrections,
    what became of what was booked."""
    found: dict[str, list[str]] = {}
    for file in case.submission.files.all():
        if file.remark:
            found.setdefault(file.field, []).append(file.remark)
    for paper in case.enclosures.all():
        state = paper.get_state_display()
        said = labelled(state, paper.reason) if paper.reason else str(state)
        found.setdefault(paper.field, []).append(said)
    for change in case.amendments.all():
        found.setdefault(change.field, []).append(
            _("Corrected by us on %(day)s: %(reason)s")
            % {"day": date_format(timezone.localtime(change.at), "j.m.Y"), "reason": change.reason}
        )
    for asked in case.version.definition.fields.values():
        if said := answer_remarks(asked, case.submission):
            found.setdefault(asked.key, []).extend(said)
    return found
