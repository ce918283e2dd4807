"""Fields that agents fill in, for themselves and for the conditions of later stages."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.formbuilder.blocks import KeyBlock, NotTranslatedMixin, PlainCharBlock

from ..workflow.stage_types import AGENT, Done, Stage, StageResult, Waiting, stages, store_results
from .blocks import LinesBlock

MAX_TEXT_LENGTH = 2000
YES_NO = [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]


def _text(field: dict, **options) -> forms.Field:
    return forms.CharField(max_length=MAX_TEXT_LENGTH, strip=True, **options)


def _long_text(field: dict, **options) -> forms.Field:
    return forms.CharField(max_length=MAX_TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}), **options)


def _integer(field: dict, **options) -> forms.Field:
    return forms.IntegerField(min_value=-(10**9), max_value=10**9, **options)


def _decimal(field: dict, **options) -> forms.Field:
    return forms.DecimalField(max_digits=12, decimal_places=2, **options)


def _date(field: dict, **options) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def _yes_no(field: dict, **options) -> forms.Field:
    return forms.TypedChoiceField(
        choices=YES_NO,
        coerce=lambda value: value == "true",
        empty_value=None,
        widget=forms.RadioSelect,
        **options,
    )


def _choice(field: dict, **options) -> forms.Field:
    return forms.ChoiceField(choices=[("", "–"), *_options(field)], **options)


def _options(field: dict) -> list[tuple[str, str]]:
    """Return the options of a choice. The text is also the value."""
    return [(one, one) for one in LinesBlock.lines(field.get("choices", ""))]


# Types of the form builder that agents fill in: key → label, and the form field for the desk.
FIELD_TYPES = {
    "short_text": (gettext_lazy("Short text"), _text),
    "long_text": (gettext_lazy("Long text"), _long_text),
    "integer": (gettext_lazy("Whole number"), _integer),
    "decimal": (gettext_lazy("Amount or decimal number"), _decimal),
    "date": (gettext_lazy("Date"), _date),
    "yes_no": (gettext_lazy("Yes or no"), _yes_no),
    "choice": (gettext_lazy("One choice from several"), _choice),
}


class FixedLinesBlock(NotTranslatedMixin, LinesBlock):
    """Lines that are the same in every language."""


class DataEntryFieldBlock(blocks.StructBlock):
    """A field for agents. Its texts are not translated."""

    def __init__(self, kind: str, **kwargs):
        children = [("label", PlainCharBlock(max_length=100, label=gettext_lazy("Field")))]
        if kind == "choice":
            children.append(("choices", FixedLinesBlock(label=gettext_lazy("Options"))))
        children += [
            (
                "required",
                blocks.BooleanBlock(required=False, default=True, label=gettext_lazy("Must be filled in")),
            ),
            ("key", KeyBlock()),
        ]
        super().__init__(children, label=FIELD_TYPES[kind][0], label_format="{label}", **kwargs)


class DataEntryForm(forms.Form):
    """The form of the fields that agents fill in at a stage."""

    def __init__(self, data=None, *, fields: list[dict], given: dict):
        super().__init__(data, auto_id="fill_%s")
        for field in fields:
            _label, make = FIELD_TYPES[field["type"]]
            self.fields[field["key"]] = make(
                field,
                label=field["label"],
                required=bool(field.get("required")),
                initial=_as_typed(given.get(field["key"])),
            )


@stages.register("fill")
class DataEntryStage(Stage):
    """Fields that agents fill in. They become data of the case, which later conditions can use."""

    key = "fill"
    label = gettext_lazy("Fields filled in by agents")
    icon = "edit"
    applicant_template = "cases/stages/checklist_applicant.html"

    def settings_block(self):
        kinds = [(kind, DataEntryFieldBlock(kind)) for kind in FIELD_TYPES]
        fields = blocks.StreamBlock(kinds, min_num=1, label=gettext_lazy("Fields"))
        return blocks.StructBlock([("fields", fields)], icon=self.icon, label=self.label)

    def faults(self, settings):
        if not settings.get("fields"):
            yield _("This stage has no fields.")
        for field in settings.get("fields", []):
            if not field.get("key") or not field.get("label"):
                yield _("A field has no name.")
            elif field["type"] == "choice" and not _options(field):
                yield _("“%(name)s” has no options.") % {"name": field["label"]}

    def keeps(self, key, title, settings):
        return [
            StageResult(field["key"], field.get("label", ""), field["type"], tuple(_options(field)))
            for field in settings.get("fields", [])
            if field.get("key")
        ]

    def enter(self, case, row, settings):
        return Done() if row.data.get("filled") else Waiting(AGENT)

    def form(self, case, row, settings, data=None):
        return DataEntryForm(data, fields=settings.get("fields", []), given=case.data)

    def apply_agent_input(self, case, row, settings, actor, data):
        values = {name: _as_answer(value) for name, value in data.items()}
        store_results(case, **values)
        row.data["filled"] = True
        return {"fields": values}

    def waiting_reason(self, case, row, settings):
        return "" if row.data.get("filled") else _("Enter the information that the administration needs.")


def _as_answer(value):
    """Convert a value to the format in which the form builder stores answers."""
    if value in (None, ""):
        return None
    return value if isinstance(value, int | str) else str(value)


def _as_typed(answer):
    return str(answer).lower() if isinstance(answer, bool) else answer
