"""The question: asked automatically, with a term and reminders, and with a consequence if nobody answers."""

from datetime import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail import blocks

from eservices.formbuilder.schema.shapes import IntegerShape
from home.localization.dates import date_format

from .. import audit_log, emails, states
from ..actors import SYSTEM, Actor
from ..forms import DEFAULT_DAYS
from ..logic import deadlines
from ..models import Case, CaseStage
from ..states import CaseOutcome, CaseState
from ..texts.letter_rendering import fill_for_applicant
from ..workflow import clock
from ..workflow.progress import current_stage, is_answer_overdue, last_question_event
from ..workflow.stage_types import (
    AGENT,
    APPLICANT,
    AskApplicant,
    Done,
    EndCase,
    Stage,
    StageResult,
    Waiting,
    result_key,
    stages,
    store_results,
)
from .blocks import MAX_DAYS, NumbersBlock, days_block
from .decision import is_decision_stage

ANSWERED, UNANSWERED = "answered", "unanswered"


def options_after_overdue(case: Case) -> Promise:
    """Return a sentence with what an agent can do about an overdue question."""
    row = current_stage(case)
    if not states.is_allowed("ask", case.state):
        return gettext_lazy("Record the answer if it still arrives, or continue without it.")
    if row and is_decision_stage(row):
        return gettext_lazy("Ask again, or decide.")
    return gettext_lazy("Ask again, refuse, or continue without an answer.")


def overdue_notice(case: Case) -> str:
    """Return that a question is overdue, and what an agent can do."""
    return _("The applicant did not answer in time. %(what)s") % {"what": options_after_overdue(case)}


def end_waiting_for_answer(case: Case, actor: Actor, *, text: str, term: datetime, **traced) -> None:
    """End the wait for an answer because the ``term`` is over.

    The commune has to act again. The agent is notified, and so is the applicant, once, that an answer still counts.
    """
    clock.stop_waiting_for_applicant(case)
    audit_log.record_event(case, "unanswered", actor, **traced)
    emails.send_unanswered_to_agent(case, term=term, left=options_after_overdue(case))
    emails.send_question_overdue(case, text=text, term=term)


class SettingsBlock(blocks.StructBlock):
    """The editor's settings. Older formats stored in a page are converted."""

    def to_python(self, value):
        return super().to_python(upgrade_settings(value))

    def bulk_to_python(self, values):
        return super().bulk_to_python([upgrade_settings(value) for value in values])


def upgrade_settings(settings: dict) -> dict:
    """Convert settings of format 1, with one reminder counted back from the end, to format 2. Pure.

    Settings without a reminder get none: the default reminders are only for newly added stages.
    """
    if "reminders" in settings:
        return settings
    unchanged = {name: value for name, value in settings.items() if name != "remind"}
    before = settings.get("remind")
    return {"reminders": str((settings.get("days") or 1) - before) if before else ""} | unchanged


@stages.register("question")
class QuestionStage(Stage):
    """A question to the applicant with a term in working days.

    Without an answer the case closes, or an agent has to act: see ``actions.continue_without_answer``.
    """

    key = "question"
    label = gettext_lazy("Question to the applicant")
    icon = "help"
    format = 2
    filled = ("text",)
    former = {"remind": IntegerShape(least=0, most=MAX_DAYS)}

    def settings_block(self):
        return SettingsBlock(
            [
                ("text", blocks.TextBlock(label=gettext_lazy("Information we need"), rows=4)),
                ("days", days_block(gettext_lazy("Working days to answer"), least=1, default=DEFAULT_DAYS)),
                (
                    "reminders",
                    NumbersBlock(
                        required=False,
                        label=gettext_lazy("Send reminders after this many working days"),
                        default=NumbersBlock.text(deadlines.reminder_days(DEFAULT_DAYS)),
                        help_text=gettext_lazy(
                            "Counted from the question, for example: 5, 8. None if empty."
                        ),
                    ),
                ),
                (
                    "close",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("Close the case automatically if there is no answer"),
                        help_text=gettext_lazy(
                            "If not ticked, an agent decides what to do. The e-mail announces it."
                        ),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        text = settings.get("reminders", "")
        days = NumbersBlock.numbers(text)
        if days is None:
            yield _(
                "“%(text)s” does not define when to send reminders. Write numbers separated by commas."
            ) % {"text": text}
            return
        if any(later <= earlier for earlier, later in pairwise([0, *days])):
            yield _(
                "Each reminder must be at least one working day after the question and after the "
                "previous reminder."
            )
        if days and max(days) >= (settings.get("days") or 1):
            yield _("A reminder is after the time to answer. Allow more days, or send the reminder earlier.")

    def upgrade(self, settings):
        return upgrade_settings(settings) | {"format": self.format}

    def keeps(self, key, title, settings):
        options = ((ANSWERED, _("answered")), (UNANSWERED, _("not answered")))
        return [StageResult(result_key(key), title, "choice", options)]

    def enter(self, case, row, settings):
        now = timezone.now()
        term = clock.end_of_working_day_after(now, settings.get("days", 1))
        days = NumbersBlock.numbers(settings.get("reminders", "")) or []
        reminders = [clock.morning_after(now, one).isoformat() for one in days]
        row.data |= {"term": term.isoformat(), "reminders": reminders}
        return AskApplicant(self._text(case, row, settings), term, until=self._next_due_at(row))

    def resume(self, case, row, settings):
        if is_answer_overdue(case):
            return Waiting(AGENT)
        if case.state != CaseState.WAITING:
            return self._finish(case, row, UNANSWERED if last_question_event(case) == "went_on" else ANSWERED)
        if "overdue" in row.data:
            return Waiting(APPLICANT)  # an agent asked again
        now, term = timezone.now(), datetime.fromisoformat(row.data["term"])
        if now >= term:
            return self._handle_no_answer(case, row, settings, term)
        planned = _reminders(row)
        row.data["reminders"] = [one for one in planned if datetime.fromisoformat(one) > now]
        if row.data["reminders"] != planned:  # if several are due together, only one is sent
            emails.send_question_reminder(case, text=self._asked_text(case, row, settings), term=term)
        return Waiting(APPLICANT, until=self._next_due_at(row))

    def waiting_reason(self, case, row, settings):
        return overdue_notice(case) if is_answer_overdue(case) else ""

    def _handle_no_answer(self, case: Case, row: CaseStage, settings: dict, term: datetime):
        if settings.get("close"):
            with override(case.language):
                words = _("We closed your request, because our question of %(day)s was not answered.")
                return EndCase(CaseOutcome.LAPSED, words % {"day": _day(row.entered_at)})
        row.data["overdue"] = True
        end_waiting_for_answer(case, SYSTEM, text=self._asked_text(case, row, settings), term=term)
        return Waiting(AGENT)

    def _finish(self, case: Case, row: CaseStage, result: str) -> Done:
        store_results(case, **{result_key(row.key): result})
        return Done({"result": result})

    def _asked_text(self, case: Case, row: CaseStage, settings: dict) -> str:
        return fill_for_applicant(case, self.localized_setting(case, row, settings, "text"))

    def _text(self, case: Case, row: CaseStage, settings: dict) -> str:
        """Return the question, and the consequence if it is not answered."""
        text = self._asked_text(case, row, settings)
        if not settings.get("close"):
            return text
        with override(case.language):
            return f"{text}\n\n" + _("If you do not answer, we close your request.")

    def _next_due_at(self, row: CaseStage) -> datetime:
        return datetime.fromisoformat(next(iter(_reminders(row)), row.data["term"]))


def _reminders(row: CaseStage) -> list[str]:
    """Return the times of future reminders. A row that was asked in format 1 has at most one."""
    return row.data.get("reminders", [one for one in [row.data.get("remind_at")] if one])


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")
