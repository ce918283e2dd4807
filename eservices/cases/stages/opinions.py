"""Opinions: teams and external offices are consulted in parallel, each with a private link and its own term."""

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import blocks

from eservices.formbuilder.blocks import NotTranslatedMixin, PlainCharBlock
from home.localization.dates import date_format

from .. import audit_log, emails
from ..actors import SYSTEM as THE_SYSTEM
from ..exceptions import IllegalTransition
from ..models import Case, CaseStage, Opinion, Team
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
from .blocks import days_block, team_block

MAX_OFFICES = 12
MAX_TEXT_LENGTH = 5000
REASONED = (Opinion.Stance.CONDITIONS, Opinion.Stance.UNFAVOURABLE)
WORST_FIRST = (
    Opinion.Stance.UNFAVOURABLE,
    Opinion.Stance.CONDITIONS,
    Opinion.Stance.FAVOURABLE,
    Opinion.Stance.NONE,
)


class FixedEmailBlock(NotTranslatedMixin, blocks.EmailBlock):
    """An e-mail address that is the same in every language."""


class ConsultedOfficeBlock(blocks.StructBlock):
    """A consulted office: a team of the commune, or an external office with its address."""

    name = PlainCharBlock(max_length=100, label=gettext_lazy("Asked for an opinion"))
    team = team_block(required=False)
    email = FixedEmailBlock(required=False, label=gettext_lazy("Or the e-mail address of an external office"))
    days = days_block(gettext_lazy("Working days to answer"), least=1)

    class Meta:
        label = gettext_lazy("Office")
        label_format = "{name}"


class OpinionForm(forms.Form):
    """An opinion, given by an office."""

    stance = forms.ChoiceField(
        label=gettext_lazy("Opinion"),
        choices=[(one.value, one.label) for one in Opinion.Stance if one != Opinion.Stance.WAIVED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Reasons and conditions"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "class": "in"}),
    )
    author = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name, for questions about it.")},
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("stance") in REASONED and not cleaned.get("text", "").strip():
            self.add_error("text", _("Explain why, or under which conditions."))
        return cleaned


class RecordedOpinionForm(OpinionForm):
    """An opinion that an agent records after a letter or call, or does without."""

    opinion = forms.ModelChoiceField(Opinion.objects.none(), label=gettext_lazy("From"), empty_label="–")
    field_order = ["opinion", "stance", "text"]

    def __init__(self, data=None, *, open_ones):
        super().__init__(data, auto_id="opinion_%s")
        del self.fields["author"]
        self.fields["opinion"].queryset = open_ones
        self.fields["stance"].choices = Opinion.Stance.choices
        self.fields["text"].widget.attrs["rows"] = 3


@stages.register("opinions")
class OpinionsStage(Stage):
    """Consultation of several offices in parallel. The case continues when all, or enough, have answered.

    An office without an answer is reminded one working day before its term. After the term an agent does without,
    records an answer that came another way, or waits, unless the service counts silence as no remark.
    """

    key = "opinions"
    label = gettext_lazy("Opinions of others")
    icon = "comment"
    agent_template = "cases/stages/opinions.html"
    applicant_template = "cases/stages/opinions_applicant.html"
    button = gettext_lazy("Keep the opinion")

    def settings_block(self):
        return blocks.StructBlock(
            [
                ("text", blocks.TextBlock(rows=4, label=gettext_lazy("Question to them"))),
                (
                    "asked",
                    blocks.ListBlock(
                        ConsultedOfficeBlock(),
                        min_num=1,
                        max_num=MAX_OFFICES,
                        label=gettext_lazy("Asked for an opinion"),
                    ),
                ),
                (
                    "enough",
                    blocks.IntegerBlock(
                        required=False,
                        min_value=1,
                        max_value=MAX_OFFICES,
                        label=gettext_lazy("Number of opinions needed"),
                        help_text=gettext_lazy("If empty, all of them."),
                    ),
                ),
                (
                    "silence",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("No reply by the deadline counts as no objection"),
                        help_text=gettext_lazy("Otherwise an agent decides whether to continue without it."),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        names = [one.get("name", "") for one in settings.get("asked", [])]
        if not names or not all(names):
            yield _("Enter who is asked for an opinion.")
        if len(set(names)) < len(names):
            yield _("Two offices have the same name.")
        if (settings.get("enough") or 0) > len(names):
            yield _("You ask fewer than the number of opinions needed.")
        for one in settings.get("asked", []):
            if bool(one.get("team")) == bool(one.get("email")):
                yield _("“%(name)s”: choose a team, or give an address.") % {"name": one.get("name", "")}

    def keeps(self, key, title, settings):
        options = tuple((one.value, str(one.label)) for one in WORST_FIRST)
        return [StageResult(result_key(key), title, "choice", options)]

    def enter(self, case, row, settings):
        """Consult all offices. If the case was reopened, offices with an opinion are not asked again."""
        text = self.localized_setting(case, row, settings, "text")
        now = timezone.now()
        row.opinions.filter(given_at=None).delete()
        given = set(row.opinions.values_list("name", flat=True))
        for one in settings.get("asked", []):
            if one["name"] in given:
                continue
            opinion = Opinion.objects.create(
                stage=row,
                name=one["name"],
                email=one.get("email") or _address_of(one.get("team", "")),
                asked_at=now,
                term=clock.end_of_working_day_after(now, one.get("days", 1)),
            )
            audit_log.record_event(case, "asked_opinion", THE_SYSTEM, stage=row.key, name=opinion.name)
            emails.send_opinion_request(case, opinion, text)
        return self.resume(case, row, settings)

    def resume(self, case, row, settings):
        now, opinions = timezone.now(), list(row.opinions.all())
        given = [one for one in opinions if one.given_at]
        if len(given) >= (settings.get("enough") or len(opinions)):
            return self._finish_with_worst(case, row, given)
        late = [one for one in opinions if not one.given_at and one.term <= now]
        if settings.get("silence") and len(given) + len(late) == len(opinions):
            return self._finish_with_worst(case, row, given)
        self._remind(case, row, settings, opinions, now)
        looks = [_next_due_at(one) for one in opinions if not one.given_at]
        until = min((at for at in looks if at > now), default=None)
        blocked = late and not settings.get("silence")
        return Waiting(AGENT if blocked else OTHERS, until=until)

    def form(self, case, row, settings, data=None):
        return RecordedOpinionForm(data, open_ones=row.opinions.filter(given_at=None))

    def apply_agent_input(self, case, row, settings, actor, data):
        return record_opinion(data["opinion"], data["stance"], data["text"], str(actor))

    def waiting_reason(self, case, row, settings):
        left = [one for one in row.opinions.all() if not one.given_at]
        late = [one.name for one in left if one.term <= timezone.now()]
        if late:
            return _("%(names)s did not answer in time: record the opinion, or continue without it.") % {
                "names": ", ".join(late)
            }
        if not left:
            return ""
        text = ngettext(
            "We wait for the opinion of %(names)s, until %(day)s.",
            "We wait for the opinions of %(names)s, the first until %(day)s.",
            len(left),
        )
        first = min(timezone.localtime(one.term) for one in left)
        return text % {"names": ", ".join(one.name for one in left), "day": date_format(first, "j F")}

    def _remind(self, case: Case, row: CaseStage, settings: dict, opinions: Iterable[Opinion], now: datetime):
        for one in opinions:
            if not one.given_at and not one.reminded_at and _reminder(one) <= now < one.term:
                one.reminded_at = now
                one.save(update_fields=["reminded_at"])
                emails.send_opinion_reminder(case, one, self.localized_setting(case, row, settings, "text"))

    def _finish_with_worst(self, case: Case, row: CaseStage, given: list[Opinion]) -> Done:
        """Finish the stage with the most unfavourable opinion as its result."""
        stances = {one.stance for one in given}
        worst = next((one for one in WORST_FIRST if one in stances), Opinion.Stance.NONE)
        store_results(case, **{result_key(row.key): worst.value})
        return Done()


def record_opinion(opinion: Opinion, stance: str, text: str, author: str) -> dict:
    """Record an opinion and return the data for its event. The case must be locked.

    Raise IllegalTransition if it was given already.
    """
    opinion = Opinion.objects.get(pk=opinion.pk)
    if opinion.given_at:
        raise IllegalTransition(_("This opinion was given already."))
    opinion.stance, opinion.text, opinion.author = stance, text.strip(), author
    opinion.given_at = timezone.now()
    opinion.save(update_fields=["stance", "text", "author", "given_at"])
    return {"name": opinion.name, "stance": stance, "text": opinion.text, "author": author}


def _address_of(team: str) -> str:
    return Team.objects.filter(key=team).values_list("email", flat=True).first() or ""


def _reminder(opinion: Opinion) -> datetime:
    return clock.morning_before(opinion.term, 1)


def _next_due_at(opinion: Opinion) -> datetime:
    """Return when an open opinion is due next: for its reminder, or at the end of its term."""
    return (
        opinion.term if opinion.reminded_at or _reminder(opinion) <= opinion.asked_at else _reminder(opinion)
    )
