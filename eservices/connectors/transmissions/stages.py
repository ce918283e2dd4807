"""The stage that transmits a case to another system."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import AGENT, LEAD, Done, Stage, StageResult, Stop, Waiting, stages
from eservices.cases.stages import SYSTEM as THE_SYSTEM
from eservices.cases.workflow.stage_types import store_results
from eservices.deliveries.models import Delivery
from eservices.formbuilder.blocks import PlainCharBlock, PlainChoiceBlock, ReferenceTableBlock

from . import actions
from .case_values import known_sources, map_case_of_stage
from .logic import mapping, mapping_problems, transformations
from .logic.mapping_problems import SourceFacts
from .models import ConnectedSystem, Transmission

State = Transmission.State
SEND, SETTLED = "send", "settled"
TYPES, PARTS = list(mapping.TARGET_TYPES.items()), list(transformations.PICKS.items())
KEPT = 40  # reasons that are stored in the row of the stage


class AnswerForm(forms.Form):
    """The choice of an agent after a refusal, a question or silence."""

    what = forms.ChoiceField(
        label=gettext_lazy("What now?"),
        choices=[
            (SEND, gettext_lazy("Send it to the system")),
            (SETTLED, gettext_lazy("It was entered there by hand, or settled in another way")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    reference = forms.CharField(label=gettext_lazy("Their reference"), required=False, max_length=100)

    def clean(self):
        given = super().clean()
        if given.get("what") == SETTLED and not given.get("reference", "").strip():
            raise ValidationError({"reference": _("Note their reference, or write how it was settled.")})
        return given


def _system_choices() -> list[tuple[str, str]]:
    return list(ConnectedSystem.objects.filter(is_enabled=True).values_list("key", "name"))


def _source_choices() -> list[tuple[str, object]]:
    return [
        (mapping.ANSWER, gettext_lazy("answers")),
        (mapping.RESULT, gettext_lazy("data of agents and stages")),
        (mapping.FIXED, gettext_lazy("fixed text")),
        *((key, label) for key, (label, _kind) in mapping.PROPERTIES.items()),
    ]


def _formats() -> list[tuple[str, str]]:
    days = [(key, sample) for key, (sample, _pattern) in transformations.DATE_FORMATS.items()]
    return days + list(transformations.NUMBER_FORMATS.items())


class MappedFieldBlock(blocks.StructBlock):
    """A line of the mapping: a field of the other system, what fills it, and what changes on the way."""

    target = PlainCharBlock(max_length=60, label=gettext_lazy("Field of the other system"))
    type = PlainChoiceBlock(choices=TYPES, default=mapping.TEXT, label=gettext_lazy("Type"))
    max_length = blocks.IntegerBlock(
        required=False, min_value=1, max_value=10_000, label=gettext_lazy("Characters at most")
    )
    required = blocks.BooleanBlock(required=False, label=gettext_lazy("Required there"))
    list = PlainCharBlock(
        required=False,
        max_length=60,
        label=gettext_lazy("In the list"),
        help_text=gettext_lazy("Name of a list below: the field is filled once for each of its rows."),
    )
    source = PlainChoiceBlock(
        choices=_source_choices, default=mapping.ANSWER, label=gettext_lazy("Filled with")
    )
    questions = PlainCharBlock(
        required=False,
        max_length=500,
        label=gettext_lazy("Keys of the questions"),
        help_text=gettext_lazy("Several are joined. In a list: GROUP.QUESTION."),
    )
    detail = PlainCharBlock(
        required=False,
        max_length=60,
        label=gettext_lazy("Part of the answer"),
        help_text=gettext_lazy("Of an address: street, postcode, town."),
    )
    text = PlainCharBlock(
        required=False, max_length=500, label=gettext_lazy("Fixed text, or key of the data")
    )
    table = ReferenceTableBlock(
        label=gettext_lazy("Code table"),
        help_text=gettext_lazy("The label of its row is sent instead of the answer."),
    )
    format = PlainChoiceBlock(choices=_formats, required=False, label=gettext_lazy("Written as"))
    split_by = PlainCharBlock(required=False, max_length=5, label=gettext_lazy("Split at"))
    part = PlainChoiceBlock(choices=PARTS, required=False, label=gettext_lazy("Of it, only"))
    joined_by = PlainCharBlock(required=False, max_length=5, label=gettext_lazy("Joined by"))
    without_accents = blocks.BooleanBlock(required=False, label=gettext_lazy("Without accents"))
    upper = blocks.BooleanBlock(required=False, label=gettext_lazy("In capitals"))
    cut = blocks.BooleanBlock(required=False, label=gettext_lazy("Cut what is too long"))

    class Meta:
        label = gettext_lazy("Field")
        label_format = "{target}"
        icon = "arrow-right"


class MappedListBlock(blocks.StructBlock):
    """A list with one row for each item of a repeating group."""

    name = PlainCharBlock(max_length=60, label=gettext_lazy("Name of the list"))
    group = PlainCharBlock(max_length=60, label=gettext_lazy("Key of the repeating group"))

    class Meta:
        label = gettext_lazy("List")
        label_format = "{name}"
        icon = "list-ul"


@stages.register(actions.TYPE)
class TransmissionStage(Stage):
    """Transmission of the case to another system, which answers with receipts.

    A refusal, a question or silence brings the case to an agent, who corrects it and sends it again, or notes how it
    was settled.
    """

    key = actions.TYPE
    label = gettext_lazy("Transmit to another system")
    icon = "resubmit"
    agent_template = "connectors/transmissions/stage_agent.html"
    applicant_template = "connectors/transmissions/stage_applicant.html"
    undated = True

    def settings_block(self):
        return blocks.StructBlock(
            [
                ("system", PlainChoiceBlock(choices=_system_choices, label=gettext_lazy("System"))),
                (
                    "fields",
                    blocks.ListBlock(MappedFieldBlock(), label=gettext_lazy("Mapping"), collapsed=True),
                ),
                (
                    "lists",
                    blocks.ListBlock(
                        MappedListBlock(), default=[], label=gettext_lazy("Lists"), collapsed=True
                    ),
                ),
                (
                    "go_on",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("Continue without waiting for the answer"),
                        help_text=gettext_lazy("A later refusal is shown on the case and told by e-mail."),
                    ),
                ),
                (
                    "also_protected",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("Also without asking when an address in the case is protected"),
                        help_text=gettext_lazy("Otherwise an agent decides about each such case."),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    # -- For the editor --------------------------------------------------------------------------------------
    def faults(self, settings):
        if not ConnectedSystem.objects.filter(key=settings.get("system", ""), is_enabled=True).exists():
            yield _("Choose a connected system that is in use.")

    def conflicts(self, key, definition):
        found = next((one for one in definition.stages if one.key == key), None)
        if found is None:
            return
        results = {}
        for stage in definition.stages:
            if stage.key != key and (kind := stages.get(stage.type)):
                for result in kind().keeps(stage.key, stage.key, stage.settings):
                    results[result.key] = SourceFacts(result.label, most=200 if result.options else None)
        tables = {line.table for line in mapping.read_mapping(found.settings) if line.table}
        yield from mapping_problems.mapping_problems(
            found.settings, known_sources(definition, results, tables)
        )

    def keeps(self, key, title, settings):
        return [StageResult(f"{key[:50]}_reference", title)]

    # -- Process ---------------------------------------------------------------------------------------------
    def enter(self, case, row, settings):
        system = ConnectedSystem.objects.filter(key=settings.get("system", "")).first()
        if system is None or not system.is_enabled:
            return Stop(
                _("The connected system “%(key)s” is not in use.") % {"key": settings.get("system", "")}
            )
        if case.protected and not settings.get("also_protected") and not row.data.get("again"):
            row.data["held"] = "protected"
            return Waiting(AGENT)
        mapped = map_case_of_stage(case, settings)
        reasons = mapped.reasons or actions.problems_of(system, case, mapped)
        row.data.pop("again", None)
        if reasons:
            row.data |= {"held": "values", "problems": [[one.field, one.text] for one in reasons[:KEPT]]}
            return Waiting(AGENT)
        row.data = {name: one for name, one in row.data.items() if name not in ("held", "problems")}
        sent = actions.queue_transmission(
            actor=SYSTEM, case=case, stage=row.key, system=system, mapped=mapped
        )
        return self._wait_for(case, row, settings, sent)

    def resume(self, case, row, settings):
        if row.data.get("by_hand"):
            return Done({"skipped": row.data["by_hand"]})
        last = Transmission.objects.of_stage(case, row.key).select_related("delivery").last()
        if last is None or row.data.get("again") or last.operation == actions.Operation.WITHDRAWAL:
            return self.enter(case, row, settings)
        return self._wait_for(case, row, settings, last)

    def _wait_for(self, case: Case, row: CaseStage, settings: dict, last: Transmission):
        delivery = last.delivery
        if last.state == State.ACCEPTED:
            store_results(case, **{f"{row.key[:50]}_reference": last.their_reference})
            return Done({"transmission": str(last.pk)})
        if delivery is not None and delivery.state == Delivery.State.SKIPPED:
            return Done({"skipped": delivery.reason})
        if settings.get("go_on") or case.rehearsal:
            return Done({"transmission": str(last.pk)})
        if delivery is not None and delivery.state == Delivery.State.STUCK:
            return Waiting(LEAD, reason=delivery.reason)
        return Waiting(AGENT if last.state in (State.REFUSED, State.ASKED_BACK, State.SILENT) else THE_SYSTEM)

    def stands(self, row):
        """Return False: reopening the case tells the system that what it has holds no longer."""
        return False

    def take_up(self, row):
        row.data = {name: one for name, one in row.data.items() if name == "earlier"}

    # -- Agents ----------------------------------------------------------------------------------------------
    def form(self, case, row, settings, data=None):
        return AnswerForm(data, auto_id="transmission_%s") if row.waiting_for == AGENT else None

    def agent_context(self, case, row, settings):
        last = Transmission.objects.of_stage(case, row.key).select_related("system").last()
        return {"last": last, "held": row.data.get("held", ""), "problems": row.data.get("problems", [])}

    def apply_agent_input(self, case, row, settings, actor, data):
        if data["what"] == SEND:
            row.data["again"] = True
            return {"what": SEND}
        last = Transmission.objects.of_stage(case, row.key).last()
        if last is None:
            row.data["by_hand"] = data["reference"]
        else:
            actions.settle_by_hand(actor=actor, transmission=last, reference=data["reference"])
        return {"what": SETTLED, "reference": data["reference"]}

    def waiting_reason(self, case, row, settings):
        if row.waiting_for != AGENT:
            return ""
        if row.data.get("held") == "protected":
            return _("An address in this case is protected: decide whether the system may get it.")
        if row.data.get("held") == "values":
            return _("Some values do not fit the system: correct them.")
        last = Transmission.objects.of_stage(case, row.key).select_related("system").last()
        names = {"system": last.system.name} if last else {"system": ""}
        texts = {
            State.REFUSED: _("%(system)s refused it: correct what it names, and send it again."),
            State.ASKED_BACK: _("%(system)s has a question."),
            State.SILENT: _(
                "%(system)s has not answered: ask there, then send it again or note the outcome."
            ),
        }
        return texts.get(State(last.state), "") % names if last else ""
