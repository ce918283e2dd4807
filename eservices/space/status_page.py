"""Texts and steps of the status page, like a parcel tracker: one sentence, then done, now, next, by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile
from zlib import crc32

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
from eservices.cases.workflow.headline import case_headline
from eservices.cases.workflow.identity import identity_level_of
from eservices.formbuilder.field_types import answer_remarks, answer_text_unless_secret
from eservices.formbuilder.summary import summarize_answers
from home.localization.punctuation import labelled

FOLLOWED_FOR = timedelta(minutes=10)
DONE, NOW, NEXT = "done", "now", ""
BLOCKED = "cases/stages/blocked_applicant.html"  # used for every stage type while a team lead checks a blocked stage
WENT_WELL = (CaseOutcome.ACCEPTED, CaseOutcome.COMPLETED)
Progress = CaseStage.Progress


@dataclass(frozen=True)
class TrackerStep:
    """A point of the tracker."""

    state: str
    when: str
    title: str
    at: datetime | None = None
    detail: str = ""


def status_headline(
    case: Case, sealed: bool = False, promised: datetime | None = None, asked: bool = False
) -> tuple[str, str]:
    """Return the state of the case as a sentence, and what the applicant has to do.

    ``sealed``: whether a decision waits to be opened; opening notifies it, so the texts do not reveal it before.
    ``promised``: the promised date, if there is one. ``asked``: whether a question is open.
    """
    if sealed:
        return _("A decision on your request is ready."), _(
            "Open the decision below to read it and the reasons."
        )
    if case.state == CaseState.CLOSED and case.outcome not in WENT_WELL:
        return closing_text(case)
    if all_bookings_cancelled(case):
        return _cancelled()
    if asked and case.state != CaseState.WAITING:
        return _("We still have no answer from you."), _(
            "The time to answer is over, but you can still answer below."
        )
    if call := _call(case):
        return call, _("Read below what to do.")
    if case.state != CaseState.WAITING and (given := case_headline(case)):
        return given
    if process.is_finished_for_applicant(case):
        return closing_text(case)
    return _under_way(case, late=bool(promised and promised < timezone.now()))


def all_bookings_cancelled(case: Case) -> bool:
    """Return whether the case was accepted or completed and all its bookings are cancelled."""
    if case.state != CaseState.CLOSED or case.outcome not in WENT_WELL:
        return False
    return {one.state for one in case.submission.bookings.all()} == {BookingState.CANCELLED}


def _cancelled() -> tuple[str, str]:
    return _("Your booking is cancelled."), _("You do not need to do anything.")


def closing_text(case: Case) -> tuple[str, str]:
    """Return the outcome of a closed case as a sentence, and what follows."""
    if case.outcome == CaseOutcome.LAPSED:
        return _("We closed your request."), _file_again(case)
    return {
        CaseOutcome.REFUSED: (_("We had to refuse."), _("Read below the reason and what you can do.")),
        CaseOutcome.WITHDRAWN: (_("You withdrew this request."), _("There are no further steps.")),
        CaseOutcome.DUPLICATE: (
            _("This was filed already."),
            _("Your request continues under the other reference."),
        ),
        CaseOutcome.REDIRECTED: (
            _("This request belongs to another service."),
            _("Read the reason below. Your answers are saved for the right request."),
        ),
    }.get(
        case.outcome, (_("Your request is completed."), _("Thank you. You do not need to do anything more."))
    )


def is_reason_from_office(case: Case) -> bool:
    """Return whether the closing reason was written by the commune.

    An applicant who withdraws gives their own reason; a lapsed case closes automatically.
    """
    return (
        case.state == CaseState.CLOSED
        and bool(case.reason)
        and case.outcome not in (CaseOutcome.WITHDRAWN, CaseOutcome.LAPSED)
    )


def _under_way(case: Case, late: bool) -> tuple[str, str]:
    nothing = _nothing_to_do(case)
    if late:
        nothing = _("We are late and we apologise. You do not need to do anything.")
    return {
        CaseState.RECEIVED: (
            _("Your request is under way.") if _has_moved(case) else _("Your request has arrived."),
            nothing,
        ),
        CaseState.IN_PROGRESS: (_in_progress(case), nothing),
        CaseState.WAITING: (
            _("We need an answer from you."),
            _("Read our question below. The deadline is paused until you answer."),
        ),
        CaseState.DECIDED: (_("Accepted. Some steps are not completed yet."), nothing),
    }[CaseState(case.state)]


def _nothing_to_do(case: Case) -> str:
    """Return the text that the applicant has nothing to do.

    It announces messages of the commune only before the decision and if the applicant can be reached; otherwise it
    refers to this page.
    """
    if case.is_anonymous or case.state == CaseState.DECIDED:
        return _("You do not need to do anything. This page shows the next steps.")
    return _(
        "You do not need to do anything. We write to you if we need information, and when we have decided."
    )


def _file_again(case: Case) -> str:
    if case.form.offered:
        return _("You can send a new request at any time.")
    return _("Read the reason below.")


def promised_date_at_stage(case: Case, row: CaseStage | None) -> datetime | None:
    """Return the promised date; None while the deadline is paused or the stage has no foreseeable end."""
    undated = row is not None and _kind(row).undated
    if process.is_finished_for_applicant(case):
        return None
    return case.deadline if case.is_open and not case.paused_at and not undated else None


def open_questions(case: Case, thread: list[Message]) -> list[Message]:
    """Return the questions of agents that the applicant has not answered, latest last.

    Questions past their deadline count too. Of several questions with the same text only the latest is returned.
    """
    kinds = [one.kind for one in thread if one.kind in (Message.Kind.QUESTION, Message.Kind.ANSWER)]
    if not kinds or kinds[-1] == Message.Kind.ANSWER:
        return []
    unanswered = set(process.open_questions(case))
    latest = {one.text: one.pk for one in thread if one.pk in unanswered}
    return [one for one in thread if latest.get(one.text) == one.pk]


def _call(case: Case) -> str:
    """Return what the current stage asks of the applicant, if it waits for them; else ""."""
    row = process.current_stage(case) if case.is_open else None
    kind = stages.get(row.type) if row and row.waiting_for == APPLICANT else None
    return kind().applicant_call_text(row) if kind and case.state != CaseState.WAITING else ""


def _in_progress(case: Case) -> str:
    """Return who works on the case, as a sentence.

    Stages of ``_veiled`` do not show: they would reveal the outcome of a check to a person whose identity is not
    proven.
    """
    row = process.current_stage(case)
    if row is None or row in _veiled(case) or row.waiting_for not in (OTHERS, SYSTEM):
        return _("We are reading your request.")
    return (
        _("Others are being consulted on your request.")
        if row.waiting_for == OTHERS
        else _("Your request is under way.")
    )


def _has_moved(case: Case) -> bool:
    """Return whether a visible stage is done beside the arrival."""
    return case.state == CaseState.RECEIVED and sum(stop.state == DONE for stop in tracker_steps(case)) > 1


def status_mark(case: Case, sealed: bool = False, asked: bool = False) -> dict:
    """Return icon, CSS class and text of the state, for lists. ``sealed``, ``asked``: see ``status_headline``."""
    icon, css = {
        CaseState.RECEIVED: ("s3", ""),
        CaseState.IN_PROGRESS: ("s2", ""),
        CaseState.WAITING: ("s4", "must"),
        CaseState.DECIDED: ("s2", "ok"),
        CaseState.CLOSED: ("check", "ok"),
    }[CaseState(case.state)]
    if process.is_finished_for_applicant(case):
        icon, css = "check", "ok"
    if (case.outcome and case.outcome not in WENT_WELL) or all_bookings_cancelled(case):
        icon, css = "cross", ""
    if asked and case.is_open:
        icon, css = "s4", "must"
    if sealed:
        icon, css = "mail", "must"
    return {"icon": icon, "css": css, "text": status_headline(case, sealed, asked=asked)[0]}


def is_answered(case: Case) -> bool:
    """Return whether the applicant has what they get, or has to act."""
    return bool(case_headline(case) or _call(case)) or case.state == CaseState.WAITING


def is_worth_following(case: Case, now: datetime) -> bool:
    """Return whether the case moves by itself, so that its page shows something new within minutes.

    False after ``FOLLOWED_FOR`` without a finished stage, and for veiled stages: it would reveal how the check goes.
    """
    if process.is_finished_for_applicant(case) or is_answered(case):
        return False
    row = process.current_stage(case)
    if row is None or row.waiting_for not in ("", SYSTEM) or row in _veiled(case):
        return False
    moved = [case.opened_at, row.entered_at, *(one.done_at for one in case.stages.all())]
    recent = max(filter(None, moved)) > now - FOLLOWED_FOR
    return recent and (case.due_at is None or case.due_at < now + FOLLOWED_FOR)


def progress_mark(case: Case, title: str, sealed: bool = False) -> str:
    """Return a text that changes with the heading ``title`` and the points of the tracker.

    It can be guessed from what it is made of, so it must not contain a decision that is not opened.
    """
    shown = [title, *(f"{point.state} {point.title}" for point in tracker_steps(case, sealed))]
    return f"{crc32('|'.join(shown).encode()):x}"


def tracker_steps(case: Case, sealed: bool = False) -> list[TrackerStep]:
    """Return the points of the tracker: the arrival, each stage that has a title and is not skipped, the end.

    Consecutive stages with the same title are one point, so that a stranger does not learn from the progress
    whether the check against the population register succeeded. ``sealed``: see ``status_headline``.
    """
    return _merged(_points(case, sealed))


def _points(case: Case, sealed: bool) -> list[TrackerStep]:
    veiled = _veiled(case)
    under_way = case.is_open and any(not row.finished for row in veiled)
    concerning = process.without_internal(case.stages.all())
    past = [row for row in concerning if row.progress == Progress.DONE and _title(row)]
    if under_way:
        past = [row for row in past if row not in veiled]
    points = [TrackerStep(DONE, _("Done"), _("Received"), case.opened_at)]
    points += [_past(row, veiled[-1] if row in veiled else row) for row in past]
    if case.is_open:
        ahead = process.stages_ahead(case)
        current = ahead[0] if ahead else None
        together = veiled if under_way else []
        shown = [row for row in concerning if (row in ahead or row in together) and _title(row)]
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
    """Return the stages that a person without a proven identity sees begin and end together.

    They begin with the first check whose outcome concerns others, and go on while stages are done by agents.
    Neither the points nor their times then show whether the check passed automatically or an agent had to help.
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
    """Return who works on the current stage.

    No agent is named for a veiled check, because only some agents may see protected persons, so the name would
    reveal the protection.
    """
    if case.state == CaseState.WAITING:
        return _("We wait for your answer")
    named = not _kind(row).veiled and row not in _veiled(case)
    if named and case.assignee and row.waiting_for == "agent":
        return _("By %(agent)s, %(team)s") % {"agent": case.assignee, "team": case.team}
    return str(case.team) if row.waiting_for == "agent" else ""


def _title(row: CaseStage) -> str:
    return row.case.version.definition.text(f"stage.{row.key}", get_language() or row.case.language)


def stage_template(case: Case, asked: bool = False) -> tuple[str, CaseStage | None]:
    """Return the applicant template of the current stage with its row; "" and None if there is none.

    ``asked``: whether a question is open. A stage that waits for others then shows nothing, because its text states
    that the applicant has nothing to do.
    """
    row = process.current_stage(case) if case.is_open else None
    if row is None or row.progress != Progress.ACTIVE or _kind(row).internal:
        return "", None
    if asked and row.waiting_for != APPLICANT:
        return "", row
    veiled = _veiled(case)
    if row in veiled:
        return _kind(veiled[0]).applicant_template, veiled[0]
    return BLOCKED if row.waiting_for == LEAD else _kind(row).applicant_template, row


def answer_rows(case: Case) -> list[dict]:
    """Return the current answers as text, by step, without blank ones."""
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
    """Return remarks on answers: held files, judged enclosures, corrections, states of bookings."""
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
        if said := answer_remarks(asked, case.answers.get(asked.key), case.submission):
            found.setdefault(asked.key, []).extend(said)
    return found
