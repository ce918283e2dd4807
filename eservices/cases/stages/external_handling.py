"""External handling: the case continues in another system or at another authority."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail import blocks

from eservices.formbuilder.blocks import PlainCharBlock

from ..workflow import clock
from ..workflow.stage_types import (
    AGENT,
    OTHERS,
    Done,
    Stage,
    StageResult,
    Waiting,
    result_key,
    stages,
    store_results,
)
from .blocks import days_block

POSITIVE, NEGATIVE, NO_RESULT = "positive", "negative", "none"
OUTCOMES = [
    (POSITIVE, gettext_lazy("granted there")),
    (NEGATIVE, gettext_lazy("refused there")),
    (NO_RESULT, gettext_lazy("closed there without a result")),
]


class ExternalHandlingForm(forms.Form):
    """The external reference and the outcome, as far as they are known."""

    reference = forms.CharField(label=gettext_lazy("Their reference"), required=False, max_length=100)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        required=False,
        choices=[("", gettext_lazy("not known yet")), *OUTCOMES],
    )
    note = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("reference") and not cleaned.get("outcome"):
            self.add_error("reference", _("Note their reference, or the outcome."))
        return cleaned


@stages.register("outside")
class ExternalHandlingStage(Stage):
    """Handling elsewhere: an agent hands the case over, records the external reference, and later the outcome."""

    key = "outside"
    label = gettext_lazy("Hand over outside")
    icon = "link-external"
    agent_template = "cases/stages/external_handling.html"
    applicant_template = "cases/stages/external_handling_applicant.html"

    def settings_block(self):
        return blocks.StructBlock(
            [
                ("name", blocks.CharBlock(max_length=100, label=gettext_lazy("Authority or system"))),
                (
                    "url",
                    PlainCharBlock(
                        required=False,
                        max_length=500,
                        label=gettext_lazy("Address"),
                        help_text=gettext_lazy(
                            "https://…. {reference} is replaced by the reference of the case."
                        ),
                    ),
                ),
                (
                    "text",
                    blocks.TextBlock(required=False, rows=3, label=gettext_lazy("Task of the agent there")),
                ),
                (
                    "days",
                    days_block(
                        gettext_lazy("Check again after this many working days"),
                        required=False,
                        least=1,
                        help_text=gettext_lazy(
                            "An agent asks there if the outcome is not known by this time."
                        ),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if settings.get("url") and not settings["url"].startswith(("https://", "http://")):
            yield _("The address must begin with https://.")

    def keeps(self, key, title, settings):
        return [
            StageResult(result_key(key), title, "choice", tuple((key, str(label)) for key, label in OUTCOMES))
        ]

    def enter(self, case, row, settings):
        stored = row.data.get("said", {})
        if stored.get("outcome"):
            store_results(case, **{result_key(row.key): stored["outcome"]})
            return Done()
        if not stored.get("reference"):
            return Waiting(AGENT)
        return self._wait_for_others(row, settings)

    def form(self, case, row, settings, data=None):
        return ExternalHandlingForm(data, auto_id="outside_%s", initial=row.data.get("said", {}))

    def agent_context(self, case, row, settings):
        name, text = (
            self.localized_setting(case, row, settings, name, get_language() or "")
            for name in ("name", "text")
        )
        url = settings.get("url", "").replace("{reference}", case.reference)
        return {"name": name, "text": text, "url": url}

    def apply_agent_input(self, case, row, settings, actor, data):
        row.data["said"] = data
        row.data.setdefault("handed_at", timezone.now().isoformat())
        return data

    def waiting_reason(self, case, row, settings):
        name, stored = self.agent_context(case, row, settings)["name"], row.data.get("said", {})
        if not stored.get("reference"):
            return _("Hand the case over to %(name)s, then record their reference.") % {"name": name}
        known = {"name": name, "reference": stored["reference"]}
        if row.waiting_for == AGENT:
            return (
                _("%(name)s has had the case under %(reference)s for longer than planned: ask there.") % known
            )
        return _("%(name)s has the case under %(reference)s. Record the outcome when you know it.") % known

    def _wait_for_others(self, row, settings) -> Waiting:
        """Return the wait for the others; for an agent once the planned days are over."""
        days = settings.get("days")
        if not days:
            return Waiting(OTHERS)
        term = clock.end_of_working_day_after(datetime.fromisoformat(row.data["handed_at"]), days)
        return Waiting(OTHERS, until=term) if timezone.now() < term else Waiting(AGENT)
