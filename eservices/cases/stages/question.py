"""The question to the applicant: asked by itself, with a term, a reminder, and an end where nobody answers."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail import blocks

from home.dates import date_format

from .. import emails, timing
from ..forms import DeedForm
from ..models import Case, CaseStage, Message
from ..states import Outcome, State
from .base import AGENT, APPLICANT, Ask, Done, End, Kept, Stage, Waiting, keep, result_key, stages
from .blocks import days_block

ANSWERED, UNANSWERED = "answered", "unanswered"


@stages.register("question")
class QuestionStage(Stage):
    """The applicant is asked something and has so many working days to answer.

    Without an answer the case closes, or the ball goes to an agent, who decides, or goes on without.
    """

    key = "question"
    label = gettext_lazy("Question to the applicant")
    icon = "help"
    agent_template = "cases/stages/question.html"
    button = gettext_lazy("Go on")

    def block(self):
        return blocks.StructBlock(
            [
                ("text", blocks.TextBlock(label=gettext_lazy("What do we need?"), rows=4)),
                ("days", days_block(gettext_lazy("Working days to answer"), least=1)),
                (
                    "remind",
                    days_block(
                        gettext_lazy("Reminder so many working days before the end"),
                        required=False,
                        help_text=gettext_lazy("None if empty."),
                    ),
                ),
                (
                    "close",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("Without an answer the case closes by itself"),
                        help_text=gettext_lazy("Else an agent decides what to do. The letter says so."),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if (settings.get("remind") or 0) >= settings.get("days", 1):
            yield _("The reminder comes before the question: give more days to answer.")

    def keeps(self, key, title, settings):
        options = ((ANSWERED, _("answered")), (UNANSWERED, _("not answered")))
        return [Kept(result_key(key), title, "choice", options)]

    def enter(self, case, row, settings):
        term = timing.whole_days_after(timezone.now(), settings.get("days", 1))
        row.data |= {"term": term.isoformat(), "remind_at": self._reminder(term, settings)}
        return Ask(self._text(case, row, settings, term), until=self._next_look(row))

    def resume(self, case, row, settings):
        if "result" in row.data:
            return self._over(case, row, row.data["result"])
        if "overdue" in row.data:
            return Waiting(AGENT)
        if case.state != State.WAITING:
            return self._over(case, row, ANSWERED)
        now, term = timezone.now(), datetime.fromisoformat(row.data["term"])
        if now >= term:
            return self._unanswered(case, row, settings, term)
        if row.data["remind_at"] and now >= datetime.fromisoformat(row.data["remind_at"]):
            row.data["remind_at"] = ""
            emails.question_reminder(case, text=self.words(case, row, settings, "text"), term=term)
        return Waiting(APPLICANT, until=self._next_look(row))

    def form(self, case, row, settings, data=None):
        return DeedForm(data) if "overdue" in row.data else None

    def work(self, case, row, settings, actor, said):
        late = case.messages.filter(author=None, at__gt=row.entered_at).exclude(kind=Message.Kind.QUESTION)
        row.data["result"] = ANSWERED if late.exists() else UNANSWERED
        return {"result": row.data["result"]}

    def situation(self, case, row, settings):
        if "overdue" in row.data:
            return _("The applicant did not answer in time: remind, decide, or go on without an answer.")
        return ""

    def _unanswered(self, case: Case, row: CaseStage, settings: dict, term: datetime):
        if settings.get("close"):
            with override(case.language):
                words = _("We closed your request, because our question of %(day)s was not answered.")
                return End(Outcome.LAPSED, words % {"day": _day(row.entered_at)})
        row.data["overdue"] = True
        timing.take_the_ball(case)
        emails.unanswered(case, term=term)
        return Waiting(AGENT)

    def _over(self, case: Case, row: CaseStage, result: str) -> Done:
        keep(case, **{result_key(row.key): result})
        return Done({"result": result})

    def _text(self, case: Case, row: CaseStage, settings: dict, term: datetime) -> str:
        """The question, and what happens by when."""
        with override(case.language):
            by_when = _("Please answer by %(day)s.") % {"day": _day(term)}
            if settings.get("close"):
                by_when += " " + _("Without an answer we close your request.")
        return f"{self.words(case, row, settings, 'text')}\n\n{by_when}"

    def _reminder(self, term: datetime, settings: dict) -> str:
        days = settings.get("remind")
        return timing.morning_before(term, days).isoformat() if days else ""

    def _next_look(self, row: CaseStage) -> datetime:
        return datetime.fromisoformat(row.data["remind_at"] or row.data["term"])


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")
