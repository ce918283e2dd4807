"""Context of the case page: current stage, next stages, open items."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.localization import phone_numbers
from home.localization.punctuation import labelled
from home.localization.times import format_time

from ...models import CallbackRequest, Case, CaseStage, EnclosureReview, Message
from ...stages import (
    AGENT,
    APPLICANT,
    LEAD,
    OTHERS,
    current_settings,
    is_decision_stage,
    kind_of,
    overdue_notice,
    stage_name,
)
from ...stages.decision import needs_second_agent
from ...states import CaseState
from ...workflow import absences, enclosures_and_persons
from ...workflow.progress import current_stage, is_answer_overdue, stages_ahead
from ..badges import format_short_day, is_about_to_continue

Progress = CaseStage.Progress


@dataclass
class StageStep:
    title: str
    progress: str
    detail: str
    kind: str | Promise = ""


def stage_steps(case: Case) -> list[StageStep]:
    """Return the stages of the case without those that were skipped.

    Stages with the same title are told apart by their kind.
    """
    rows = [row for row in case.stages.all() if row.progress != Progress.SKIPPED]
    often = Counter(stage_name(row) for row in rows)
    return [
        StageStep(
            stage_name(row),
            row.progress,
            _stage_detail(case, row),
            kind_of(row).label if often[stage_name(row)] > 1 and kind_of(row) else "",
        )
        for row in rows
    ]


WAITING_FOR = {
    "agent": gettext_lazy("waits for an agent"),
    "applicant": gettext_lazy("waits for the applicant"),
    "system": gettext_lazy("under way"),
    "lead": gettext_lazy("blocked: a lead must look"),
    "others": gettext_lazy("waits for others"),
}


# Why a case waits, for stages that give no reason of their own.
WAITING_TEXTS = {
    AGENT: gettext_lazy("Now at “%(stage)s”: an agent has to act."),
    APPLICANT: gettext_lazy("Now at “%(stage)s”: the applicant has to act, and the deadline is paused."),
    OTHERS: gettext_lazy("Now at “%(stage)s”: others have to act."),
}


def _stage_detail(case: Case, row: CaseStage) -> str:
    if row.progress == Progress.DONE and row.done_at:
        done = timezone.localtime(row.done_at)
        return f"{format_short_day(done)} {format_time(done)}"
    if row.progress == Progress.ACTIVE:
        if is_decision_stage(row) and case.assignee:
            return str(case.assignee)
        return row.reason or str(WAITING_FOR.get(row.waiting_for, ""))
    return ""


def describe_situation(case: Case) -> str:
    """Return one sentence: what has to be done now, or why the case waits."""
    row = current_stage(case)
    if not case.is_open:
        return ""
    if case.state == CaseState.WAITING:
        since = format_short_day(timezone.localtime(case.paused_at)) if case.paused_at else ""
        return _("We asked on %(day)s, and the deadline is paused until the answer arrives.") % {"day": since}
    if row is None and is_answer_overdue(case):
        return overdue_notice(case)
    if row is None:
        return _("Everything is done, and the case closes automatically within a minute.")
    if row.waiting_for == LEAD:
        return _blocked(case, row)
    if text := _stage_reason(case, row):
        return text
    if is_about_to_continue(case, row):
        return _("Saved; the case continues automatically within a minute.")
    if row.reason and row.waiting_for == AGENT:
        return row.reason
    if is_decision_stage(row):
        if case.outcome:
            return _("Decided; the next steps happen automatically within a minute.")
        return _("Check what was declared, then decide.")
    text = WAITING_TEXTS.get(row.waiting_for) or _("Now: %(stage)s, by itself.")
    return text % {"stage": stage_name(row)}


def _blocked(case: Case, row: CaseStage) -> str:
    """Return why the case is blocked, and whether a lead has to act or it is retried automatically."""
    if case.due_at:
        text = _(
            "Blocked at “%(stage)s” and retried automatically every few minutes; if this lasts, tell "
            "the person who administers the site: %(reason)s."
        )
    else:
        text = _("Blocked at “%(stage)s” until a lead puts it right: %(reason)s.")
    return text % {"stage": stage_name(row), "reason": row.reason.removesuffix(".")}


def _stage_reason(case: Case, row: CaseStage) -> str:
    """Return the current stage's own reason for waiting; "" if it has none."""
    stage = kind_of(row)
    if stage is None or row.progress != Progress.ACTIVE:
        return ""
    return stage.waiting_reason(case, row, current_settings(row))


def describe_consequences(case: Case, user: User) -> str:
    """Return what happens next if ``user`` accepts the case."""
    row = current_stage(case)
    if row and needs_second_agent(row):
        if absences.members_who_may_confirm(case, user.pk).exists():
            return _("This is a proposal. A colleague has to confirm it before anything is sent.")
        return _(
            "This is a proposal, and no other member of the team may confirm it. First ask the "
            "person who manages the team to let a colleague decide on this case too."
        )
    following = list(dropwhile(lambda row: not is_decision_stage(row), stages_ahead(case)))[1:]
    if not following:
        return _("Accepting writes to the applicant and closes the case.")
    names = [stage_name(row) for row in following]
    return _("Accepting sets off: %(stages)s.") % {"stages": ", ".join(names)}


def days_left(case: Case, now: datetime) -> int:
    """Return the whole days until the deadline; negative after it."""
    return (timezone.localtime(case.deadline).date() - timezone.localtime(now).date()).days


def elapsed_percent(case: Case, now: datetime) -> int:
    """Return how much of the time until the deadline has passed, in per cent."""
    whole = (case.deadline - case.opened_at).total_seconds()
    elapsed = ((case.paused_at or now) - case.opened_at).total_seconds()
    return max(0, min(100, round(100 * elapsed / whole))) if whole > 0 else 100


# -- Open items ----------------------------------------------------------------------------------------------
def pending_items(case: Case, thread: Iterable[Message] = ()) -> list[str]:
    """Return a line for each open item: calls, unanswered messages of ``thread``, enclosures, persons.

    Enclosures and persons are listed only while the case is open.
    """
    found = [_callback_text(call) for call in case.calls.all() if call.is_open]
    found += [
        line for line in (_question_term_text(case, list(thread)), _missing_reply_text(list(thread))) if line
    ]
    if case.is_open:
        found += [
            line
            for line in (
                _unreviewed_enclosures_text(case),
                _missing_enclosures_text(case),
                _undecided_persons_text(case),
            )
            if line
        ]
    return found


def _callback_text(call: CallbackRequest) -> str:
    words = _("Call back %(phone)s, %(wish)s.") if call.wish else _("Call back %(phone)s.")
    return words % {"phone": call.phone, "wish": call.wish}


def _question_term_text(case: Case, thread: list[Message]) -> str:
    """Return by when the applicant has to answer, or that the term has passed without an answer."""
    place = max((n for n, one in enumerate(thread) if one.kind == Message.Kind.QUESTION), default=None)
    if place is None or not case.is_open or not thread[place].term:
        return ""
    asked = thread[place]
    days = {
        "asked": format_short_day(timezone.localtime(asked.at)),
        "term": format_short_day(timezone.localtime(asked.term)),
    }
    if case.state == CaseState.WAITING:
        return _("The applicant has until %(term)s to answer.") % days
    if not is_answer_overdue(case):
        return ""
    return _("Our question of %(asked)s was not answered by %(term)s.") % days


def _missing_reply_text(thread: list[Message]) -> str:
    """Return that the applicant's last message has no reply yet; "" otherwise."""
    last = thread[-1] if thread else None
    if last is None or not last.from_applicant or last.kind != Message.Kind.MESSAGE:
        return ""
    day = format_short_day(timezone.localtime(last.at))
    return _("The applicant wrote on %(day)s and has had no reply yet.") % {"day": day}


def _unreviewed_enclosures_text(case: Case) -> str:
    """Return how many enclosures are not reviewed yet; "" if none."""
    judged = {one.field for one in case.enclosures.all()}
    left = [
        one
        for one in enclosures_and_persons.enclosure_questions(case)
        if case.answers.get(one.key) and one.key not in judged
    ]
    text = ngettext("%(n)s enclosure to check.", "%(n)s enclosures to check.", len(left))
    return text % {"n": len(left)} if left else ""


def _missing_enclosures_text(case: Case) -> str:
    """Return which required enclosures are missing, for example after a submission by telephone."""
    language = get_language() or case.language
    names = [
        enclosures_and_persons.question_label(case, one.key, language)
        for one in enclosures_and_persons.missing_enclosures(case)
    ]
    return _("Missing: %(papers)s.") % {"papers": ", ".join(names)} if names else ""


def _undecided_persons_text(case: Case) -> str:
    """Return how many persons have no outcome yet.

    "" if no person has one: then the outcome of the case will apply to all.
    """
    outcomes = [one.outcome for one in case.persons.all()]
    left = outcomes.count("")
    text = ngettext("%(n)s person without an outcome.", "%(n)s persons without an outcome.", left)
    return text % {"n": left} if 0 < left < len(outcomes) else ""


def initial_form_data(case: Case, do: str) -> dict:
    """Return the initial data of an action's form."""
    if do == "ask":
        return {"text": _unanswered_question(case) or _enclosure_request(case)}
    if do == "call":
        return {"phone": phone_numbers.format_phone(case.phone)}
    return {"agent": case.assignee_id}


def _unanswered_question(case: Case) -> str:
    """Return the text of the question that was not answered in time, to be asked again."""
    return case.messages.filter(kind=Message.Kind.QUESTION).last().text if is_answer_overdue(case) else ""


def _enclosure_request(case: Case) -> str:
    """Return a text that asks for refused and missing enclosures, in the language of the case."""
    refused = [one for one in case.enclosures.all() if one.state == EnclosureReview.State.REFUSED]
    with override(case.language):
        needed = [(one.field, one.reason) for one in refused]
        needed += [(one.key, _("is missing")) for one in enclosures_and_persons.missing_enclosures(case)]
        return "\n".join(
            labelled(enclosures_and_persons.question_label(case, key, case.language), why)
            for key, why in needed
        )


@dataclass(frozen=True)
class OtherCaseRow:
    """Another case, as a row on the page of this one."""

    reference: str
    title: str
    at: datetime
    word: str


OF_OTHERS = ("reference", "opened_at", "state", "outcome", "version__content")


def other_case_rows(cases) -> list[OtherCaseRow]:
    """Return rows for cases, each with its state or outcome."""
    language = get_language() or "fr"
    return [
        OtherCaseRow(
            one.reference,
            one.version.definition.title(language),
            one.opened_at,
            one.get_state_display() if one.is_open or not one.outcome else one.get_outcome_display(),
        )
        for one in cases.select_related("version").only(*OF_OTHERS)
    ]
