"""The check: an agent marks each item of a list as in order or objected to."""

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from wagtail import blocks

from ..models import Case, CaseStage
from ..workflow.stage_types import AGENT, Done, Stage, StageResult, Waiting, result_key, stages, store_results
from .blocks import LinesBlock

RIGHT, OBJECTED = "right", "objected"
MAX_REMARK_LENGTH = 1000


class ChecklistForm(forms.Form):
    """A verdict on each item of the list. Items may be left open for later."""

    VERDICTS = [(RIGHT, gettext_lazy("in order")), (OBJECTED, gettext_lazy("objection"))]

    def __init__(self, data=None, *, items: list[str], given: dict):
        super().__init__(data, auto_id="check_%s")
        self.items = items
        for number, item in enumerate(items):
            known = given.get(str(number), {})
            self.fields[f"verdict_{number}"] = forms.ChoiceField(
                label=item,
                required=False,
                choices=self.VERDICTS,
                widget=forms.RadioSelect,
                initial=known.get("verdict"),
            )
            self.fields[f"note_{number}"] = forms.CharField(
                label=_("Problem"),
                required=False,
                max_length=MAX_REMARK_LENGTH,
                initial=known.get("note"),
            )

    def clean(self):
        for number in range(len(self.items)):
            cleaned = self.cleaned_data
            if cleaned.get(f"verdict_{number}") == OBJECTED and not cleaned.get(f"note_{number}", "").strip():
                self.add_error(f"note_{number}", _("Describe the problem in a few words."))
        return super().clean()

    def rows(self):
        """Return item, verdict and note of each line, the latter two as bound fields."""
        return [
            (item, self[f"verdict_{number}"], self[f"note_{number}"])
            for number, item in enumerate(self.items)
        ]


@stages.register("check")
class ChecklistStage(Stage):
    """A check of several items by an agent.

    The case continues when each item has a verdict; objections do not stop it.
    """

    key = "check"
    label = gettext_lazy("Check by an agent")
    icon = "list-ul"
    agent_template = "cases/stages/checklist.html"
    by_person = True
    applicant_template = "cases/stages/checklist_applicant.html"
    button = gettext_lazy("Keep the check")

    def settings_block(self):
        return blocks.StructBlock(
            [("items", LinesBlock(label=gettext_lazy("Points to check")))],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if not LinesBlock.lines(settings.get("items", "")):
            yield _("There are no points to check.")

    def keeps(self, key, title, settings):
        return [StageResult(result_key(key), title, "choice", tuple(verdict_choices()))]

    def enter(self, case, row, settings):
        items, given = self._items(case, row, settings), row.data.get("items", {})
        if len(given) < len(items):
            return Waiting(AGENT)
        objected = any(one["verdict"] == OBJECTED for one in given.values())
        store_results(case, **{result_key(row.key): OBJECTED if objected else RIGHT})
        return Done()

    def form(self, case, row, settings, data=None):
        items = self._items(case, row, settings, get_language() or "")
        return ChecklistForm(data, items=items, given=row.data.get("items", {}))

    def apply_agent_input(self, case, row, settings, actor, data):
        items, given = self._items(case, row, settings), dict(row.data.get("items", {}))
        now, changed = timezone.now().isoformat(), []
        for number, item in enumerate(items):
            verdict = data[f"verdict_{number}"]
            note = data[f"note_{number}"] if verdict == OBJECTED else ""
            entry = {"item": item, "verdict": verdict, "note": note}
            known = given.get(str(number), {})
            if verdict and entry != {name: known.get(name) for name in entry}:
                given[str(number)] = entry | {"by": actor.pk, "name": str(actor), "at": now}
                changed.append(entry)
        row.data["items"] = given
        return {"items": changed}

    def waiting_reason(self, case, row, settings):
        given = row.data.get("items", {})
        left = len(self._items(case, row, settings)) - len(given)
        if given and not left:
            return ""
        return ngettext(
            "%(count)s item of the list is still to check.",
            "%(count)s items of the list are still to check.",
            left,
        ) % {"count": left}

    def _items(self, case: Case, row: CaseStage, settings: dict, language: str = "") -> list[str]:
        """Return the items; in the service's own language if the translation has another number of lines."""
        own = LinesBlock.lines(settings.get("items", ""))
        lines = LinesBlock.lines(self.localized_setting(case, row, settings, "items", language))
        return lines if len(lines) == len(own) else own


def verdict_choices() -> list[tuple[str, str]]:
    """Return the possible outcomes of a check: value and label."""
    return [(RIGHT, _("all in order")), (OBJECTED, _("with an objection"))]
