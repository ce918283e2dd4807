"""Forms of the form editor: a step on its own page, and the dialogs of the outline."""

from copy import deepcopy
from dataclasses import dataclass

from django import forms
from django.core.exceptions import BadRequest
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.blocks import BlockField, FieldBlock

from eservices.formbuilder.field_types import field_types

from ..models import ServicePage
from .form_outline import FormOutline, OutlineStep
from .form_tree import Block
from .starters import BLOCKS, list_starters


def step_block():
    return ServicePage._meta.get_field("form").stream_block.child_blocks["step"]


class StepForm(forms.Form):
    """The contents of one step, with all fields of its block. Like in a draft, required fields may be empty."""

    prefix = "step"

    def __init__(self, block: Block, data=None):
        kind = step_block()
        super().__init__(data, initial=kind.to_python(block["value"]))
        self.step_id = block["id"]
        for name, child in kind.child_blocks.items():
            self.fields[name] = _as_field(child)

    def is_valid(self) -> bool:
        """Validate the form. Raise BadRequest for data that the page of a step cannot send."""
        try:
            return super().is_valid()
        except (MultiValueDictKeyError, ValueError) as error:
            raise BadRequest("Not what the screen of a step sends") from error

    def block(self) -> Block:
        """Return the step as a StreamField stores it."""
        children = step_block().child_blocks.items()
        value = {name: child.get_prep_value(self.cleaned_data[name]) for name, child in children}
        return {"type": "step", "value": value, "id": self.step_id}


def _as_field(block) -> forms.Field:
    if isinstance(block, FieldBlock):
        field = deepcopy(block.field)
        field.required, field.label, field.help_text = False, block.label, block.field.help_text
        return field
    field = BlockField(block, required=False, label=block.label)
    field.is_deferred_validation = True
    return field


class PlaceField(forms.TypedChoiceField):
    """Choice of a position among titles: the number of items before it. Hidden if there are none."""

    def __init__(self, titles: list[str], chosen: int | None = None, **kwargs):
        after = [_("After “%(title)s”") % {"title": title} for title in titles]
        places = list(enumerate([_("At the beginning"), *after]))
        initial = len(titles) if chosen is None else min(max(chosen, 0), len(titles))
        widget = forms.Select if titles else forms.HiddenInput
        super().__init__(
            choices=places, coerce=int, initial=initial, label=_("Where"), widget=widget, **kwargs
        )


@dataclass(frozen=True)
class ChoiceDescription:
    """The description of a choice: label, icon, one line of explanation, and the heading of its group."""

    label: str
    icon: str
    line: str = ""
    heading: str = ""


class DescribedRadioSelect(forms.RadioSelect):
    """Radio buttons with descriptions. The template gets them from the ``data`` of each option."""

    def __init__(self, told: dict[str, ChoiceDescription], attrs=None):
        super().__init__(attrs)
        self.told = told

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        return option | {"told": self.told[str(value)]}


def described_choice_field(label: str, told: dict[str, ChoiceDescription], **kwargs) -> forms.ChoiceField:
    """Return a choice field with a description for each value."""
    choices = [(value, one.label) for value, one in told.items()]
    return forms.ChoiceField(label=label, choices=choices, widget=DescribedRadioSelect(told), **kwargs)


class AddStepForm(forms.Form):
    prefix = "add"
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100)

    def __init__(self, outline: FormOutline, place: int | None, data=None):
        super().__init__(data)
        nothing = {
            "": ChoiceDescription(_("There are no texts yet"), "plus", _("You add the questions one by one."))
        }
        self.fields["block"] = described_choice_field(
            _("First step"), nothing | _told(BLOCKS), required=False
        )
        self.fields["place"] = PlaceField([step.title for step in outline.steps], place)


class AddQuestionForm(forms.Form):
    prefix = "add"
    label = forms.CharField(label=gettext_lazy("Question"), max_length=200)
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False, initial=True)

    def __init__(self, step: OutlineStep, place: int | None, data=None):
        super().__init__(data)
        groups = list(dict.fromkeys(str(kind.group) for kind in field_types))
        listed = sorted(field_types, key=lambda kind: groups.index(str(kind.group)))
        kinds = {kind.key: ChoiceDescription(kind.label, kind.icon, kind.says, kind.group) for kind in listed}
        self.fields["kind"] = described_choice_field(_("Kind of answer"), kinds, initial="short_text")
        self.fields["place"] = PlaceField([question.label for question in step.questions], place)
        self.order_fields(["label", "kind", "required", "place"])


class InsertBlockForm(forms.Form):
    prefix = "add"

    def __init__(self, step: OutlineStep, place: int | None, data=None):
        super().__init__(data)
        self.fields["block"] = described_choice_field(_("Questions"), _told(BLOCKS))
        self.fields["place"] = PlaceField([question.label for question in step.questions], place)


class MoveForm(forms.Form):
    """Target step of a question, and whether it becomes the first or last there."""

    prefix = "move"
    step = forms.ChoiceField(label=gettext_lazy("To the step"))
    end = forms.ChoiceField(
        label=gettext_lazy("Where"),
        choices=[("last", gettext_lazy("At the end")), ("first", gettext_lazy("At the beginning"))],
        widget=forms.RadioSelect,
        initial="last",
    )

    def __init__(self, outline: FormOutline, step_id: str, data=None):
        super().__init__(data, initial={"step": step_id})
        self.counts = {step.id: len(step.questions) for step in outline.steps}
        self.fields["step"].choices = [(step.id, f"{step.number}. {step.title}") for step in outline.steps]

    @property
    def index(self) -> int:
        return 0 if self.cleaned_data["end"] == "first" else self.counts[self.cleaned_data["step"]]


def _told(folder: str) -> dict[str, ChoiceDescription]:
    return {
        name: ChoiceDescription(one.title, one.icon, one.line) for name, one in list_starters(folder).items()
    }
