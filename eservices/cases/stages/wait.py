"""The wait: the case continues on a certain day."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.formbuilder.blocks import QuestionKeyBlock
from eservices.formbuilder.logic.conditions import parse_iso_day
from home.localization.dates import date_format

from ..models import Case
from ..workflow import clock
from ..workflow.progress import known_values
from ..workflow.stage_types import SYSTEM, Done, Stage, Waiting, stages
from .blocks import MAX_DAYS


@stages.register("wait")
class WaitStage(Stage):
    """A wait until the morning of a day: that of an answer, or some days from now."""

    key = "wait"
    label = gettext_lazy("Wait until a day")
    icon = "time"
    applicant_template = "cases/stages/wait_applicant.html"

    def settings_block(self):
        return blocks.StructBlock(
            [
                (
                    "answer",
                    QuestionKeyBlock(
                        compares="date",
                        required=False,
                        label=gettext_lazy("The day that the applicant gave"),
                        empty=gettext_lazy("the day on which the case reaches this stage"),
                    ),
                ),
                (
                    "days",
                    blocks.IntegerBlock(
                        required=False,
                        min_value=-MAX_DAYS,
                        max_value=MAX_DAYS,
                        label=gettext_lazy("Working days after it"),
                        help_text=gettext_lazy("Use a minus for days before it. If empty, the day itself."),
                    ),
                ),
                ("all_days", blocks.BooleanBlock(required=False, label=gettext_lazy("Count all days"))),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if not settings.get("answer") and (settings.get("days") or 0) <= 0:
            yield _("There is no day to wait for. Enter a day, or a number of days.")

    def enter(self, case, row, settings):
        day = self._day(case, settings)
        if day is None:
            return Done({"until": ""})  # the question was not asked
        row.data["until"] = clock.morning_of(day).isoformat()
        return self.resume(case, row, settings)

    def resume(self, case, row, settings):
        until = datetime.fromisoformat(row.data["until"])
        return Done() if timezone.now() >= until else Waiting(SYSTEM, until=until)

    def waiting_reason(self, case, row, settings):
        until = timezone.localtime(datetime.fromisoformat(row.data["until"]))
        return _("You do not need to do anything: the case continues automatically on %(day)s.") % {
            "day": date_format(until, "j F Y")
        }

    def _day(self, case: Case, settings: dict) -> date | None:
        day = timezone.localdate()
        if settings.get("answer"):
            day = parse_iso_day(known_values(case).get(settings["answer"]))
        if day is None:
            return None
        days = settings.get("days") or 0
        return day + timedelta(days=days) if settings.get("all_days") else clock.shift_working_days(day, days)
