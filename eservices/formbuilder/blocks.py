"""Blocks with which editors build a form: one per step, question, option and validation rule.

The blocks of the questions come from the registry of field types. ``step_content`` and ``step_value`` convert between
blocks and definitions without loss.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import chain, count

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks import BlockGroup
from wagtail.blocks.struct_block import StructBlockAdapter

from home.blocks.base import KeyChoiceBlock
from home.caching import site_version
from home.localization.slugs import slugify_title

from . import price_list
from .definition import KEY_PATTERN, RESERVED_KEYS
from .logic.conditions import WITHOUT_VALUE


# -- Blocks with values for the program, not for readers -----------------------------------------------------
class NotTranslatedMixin:
    """A block that is not offered for translation and is the same in every language."""

    def get_translatable_segments(self, value):
        return []

    def restore_translated_segments(self, value, segments):
        return value


class PlainCharBlock(NotTranslatedMixin, blocks.CharBlock):
    pass


class PlainRegexBlock(NotTranslatedMixin, blocks.RegexBlock):
    pass


class KeyBlock(PlainCharBlock):
    """The identifier of an element. Made once from its title, then never changed automatically."""

    def __init__(self, **kwargs):
        super().__init__(
            **{
                "required": False,
                "max_length": 60,
                "label": _("Key"),
                "help_text": _("Made from the text above when it is saved. Conditions refer to it."),
                **kwargs,
            }
        )


class PlainChoiceBlock(NotTranslatedMixin, KeyChoiceBlock):
    pass


class PrefillBlock(PlainChoiceBlock):
    """The prefill source of an answer."""

    def __init__(self, **kwargs):
        super().__init__(required=False, choices=_sources, label=_("Filled in from"), **kwargs)


def _sources() -> list[tuple[str, str]]:
    from .prefill_sources import prefill_sources

    return [(key, source.label) for key, source in prefill_sources().items()]


class ReferenceTableBlock(PlainChoiceBlock):
    """The reference table that provides the options."""

    def __init__(self, **kwargs):
        words = _("Its rows are offered when the form is filled in. If empty, the options above.")
        given = {"label": _("Or the rows of a table"), "help_text": words, **kwargs}
        super().__init__(required=False, choices=_tables, **given)


def _tables() -> list[tuple[str, str]]:
    from .models import ReferenceTable

    # Several blocks of a page offer them.
    return site_version.cached_per_version(
        "reference-tables", lambda: list(ReferenceTable.objects.values_list("key", "name"))
    )


class ValueBlock(PlainCharBlock):
    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=100, label=_("Value"), **kwargs)


# -- Conditions ----------------------------------------------------------------------------------------------
CONDITION_ASSETS = forms.Media(
    js=["js/editor/placed.js", "js/condition.js"], css={"all": ["css/condition.css"]}
)


class ConditionWidget(forms.Textarea):
    """Rows of *question, comparison, value*, joined by all or any, drawn as a sentence by condition.js over JSON.

    ``purpose``: what the condition decides, a key of ``PURPOSES``. The page passes texts and questions to condition.js:
    ``condition_vocabulary`` in an element ``condition-words``, and ``form-questions``.
    """

    def __init__(self, attrs=None, purpose: str = "shown"):
        given = {"data-controller": "condition", "data-condition-purpose-value": purpose}
        super().__init__({**given, "rows": 2, "hidden": True, **(attrs or {})})

    @cached_property
    def media(self):
        return CONDITION_ASSETS


class QuestionWidget(forms.TextInput):
    """Input for one or several questions, chosen by label from a list that condition.js draws over the keys.

    ``compares`` and ``types``: only questions whose ``FieldType.compares`` or type is among these, separated by blanks;
    any if empty. ``several``: keys separated by commas. ``rows``: questions of repeating groups too, as ``GROUP.KEY``.
    ``empty``: the label for no question.
    """

    def __init__(
        self, attrs=None, compares="", types="", several: bool = False, rows: bool = False, empty="–"
    ):
        given = {
            "data-controller": "question",
            "data-question-compares-value": compares,
            "data-question-types-value": types,
            "data-question-several-value": str(several).lower(),
            "data-question-rows-value": str(rows).lower(),
            "data-question-empty-value": empty,
        }
        super().__init__({**given, **(attrs or {})})

    @cached_property
    def media(self):
        return CONDITION_ASSETS


def condition_vocabulary() -> dict:
    """Return the texts of conditions in the editor's language: purposes, comparisons by type of answer, the rest."""
    return {
        "purposes": {
            name: {key: str(text) for key, text in words.items()} for name, words in PURPOSES.items()
        },
        "comparisons": {
            kind: [[name, str(text), name not in WITHOUT_VALUE] for name, text in listed.items()]
            for kind, listed in COMPARISONS.items()
        },
        "words": {name: str(text) for name, text in CONDITION_WORDS.items()},
    }


PURPOSES = {
    "shown": {
        "always": _("Always shown"),
        "never": _("Never shown"),
        "add": _("Show only if…"),
        "one": _("Shown only if"),
        "all": _("Shown only if all of these hold"),
        "any": _("Shown only if one of these holds"),
    },
    "holds": {
        "always": _("There are no checks yet"),
        "never": _("Can never be met: people cannot continue"),
        "add": _("Set a condition"),
        "one": _("The condition is"),
        "all": _("All of these must hold"),
        "any": _("At least one of these must hold"),
    },
    "applies": {
        "always": _("Always applies"),
        "never": _("Never applies"),
        "add": _("Apply only if…"),
        "one": _("Applies only if"),
        "all": _("Applies only if all of these hold"),
        "any": _("Applies only if one of these holds"),
    },
    "exempts": {
        "always": _("There are no exemptions"),
        "never": _("There are no exemptions"),
        "add": _("Free of charge if…"),
        "one": _("Free of charge if"),
        "all": _("Free of charge if all of these hold"),
        "any": _("Free of charge if one of these holds"),
    },
}
CONDITION_WORDS = {
    "add": _("And another line"),
    "addGroup": _("A group of lines"),
    "all": _("all of these hold"),
    "any": _("at least one of these holds"),
    "and": _("and"),
    "or": _("or"),
    "question": _("Question"),
    "choose": _("Choose a question"),
    "operator": _("Comparison"),
    "value": _("Value"),
    "several": _("Several values, commas between"),
    "compared": _("Compared with"),
    "fixed": _("this value"),
    "day": _("this day"),
    "today": _("today"),
    "later": _("counted from today"),
    "answer": _("the answer to"),
    "count": _("How many"),
    "unit": _("Unit"),
    "units": _("days|weeks|months|years"),
    "after": _("after today"),
    "before": _("before today"),
    "years": _("years"),
    "remove": _("Remove this line"),
    "removeGroup": _("Remove this group"),
    "never": _("never"),
    "nested": _("This condition has more levels than this page can show. It stays unchanged."),
    "clear": _("Remove the condition"),
    "gone": _("a question that is gone"),
    "none": _("No question to choose from yet"),
    "yes": _("Yes"),
    "no": _("No"),
}
_ASKED = {"filled": _("is answered"), "empty": _("is not answered")}
_IS = {"equals": _("is"), "not_equals": _("is not")}
# The comparisons that make sense, by ``FieldType.compares``, as texts.
COMPARISONS = {
    "text": {
        **_IS,
        "in": _("is one of"),
        "contains": _("contains"),
        "not_contains": _("does not contain"),
        **_ASKED,
    },
    "number": {
        **_IS,
        "gt": _("is more than"),
        "gte": _("is at least"),
        "lt": _("is less than"),
        "lte": _("is at most"),
        **_ASKED,
    },
    "date": {
        "before": _("is before"),
        "lte": _("is on or before"),
        "equals": _("is on"),
        "gte": _("is on or after"),
        "after": _("is after"),
        "age_gte": _("makes the person at least"),
        "age_lt": _("makes the person younger than"),
        **_ASKED,
    },
    "time": {
        "lt": _("is before"),
        "lte": _("is at the latest"),
        "equals": _("is"),
        "gte": _("is at the earliest"),
        "gt": _("is after"),
        **_ASKED,
    },
    "option": {**_IS, "in": _("is one of"), **_ASKED},
    "options": {
        "contains": _("has among others"),
        "not_contains": _("does not have"),
        "in": _("has one of"),
        **_ASKED,
    },
    "yes_no": {"equals": _("is"), **_ASKED},
    "parts": {"contains": _("contains"), "not_contains": _("does not contain"), **_ASKED},
    "given": _ASKED,
    "list": _ASKED,
}


class ConditionField(forms.JSONField):
    widget = ConditionWidget

    def clean(self, value):
        return super().clean(value) or None


class ConditionBlock(blocks.FieldBlock):
    """A condition; its value is the definition's JSON, None for always."""

    def __init__(self, required=False, help_text=None, purpose="shown", **kwargs):
        widget = ConditionWidget(purpose=purpose)
        self.field = ConditionField(required=required, help_text=help_text, widget=widget)
        super().__init__(**kwargs)

    def get_default(self):
        return None

    class Meta:
        icon = "crosshairs"
        label = _("Condition")


class QuestionKeyBlock(PlainCharBlock):
    """The key of a question of the form, chosen by its label."""

    def __init__(self, compares: str = "", empty="–", **kwargs):
        super().__init__(max_length=60, **kwargs)
        self.field.widget = QuestionWidget(compares=compares, empty=empty)


class KeysBlock(NotTranslatedMixin, blocks.FieldBlock):
    """A list of keys of questions of the form, chosen by label; separated by commas in the input."""

    def __init__(self, required=True, help_text=None, **kwargs):
        widget = QuestionWidget(several=True, rows=True)
        self.field = forms.CharField(required=required, help_text=help_text, widget=widget)
        super().__init__(**kwargs)

    def get_default(self):
        return []

    def value_from_form(self, value):
        return [word for part in (value or "").split(",") if (word := part.strip())]

    def value_for_form(self, value):
        return ", ".join(value or [])


# -- Steps, fields, options, validation rules ----------------------------------------------------------------
class QuestionBlock(blocks.StructBlock):
    """A question of one type. Its preview shows it as the applicant sees it."""

    def __init__(self, children, kind, **kwargs):
        self.kind = kind
        super().__init__(children, **kwargs)

    def get_preview_value(self):
        return self.get_default()

    def get_preview_context(self, value, parent_context=None):
        from .question_preview import question_sample

        return super().get_preview_context(value, parent_context) | {"question": question_sample(self.kind)}

    def get_description(self):
        return self.kind.says

    class Meta:
        preview_template = "formbuilder/preview.html"


@cache
def field_block(kind) -> blocks.StructBlock:
    """Return the editor's block of a field type: the settings of all questions and those of this type.

    Cached: the step and groups share one block per type, and the types share child blocks. The editor's page describes
    every block once, which makes it three times as fast.
    """
    shared = _shared()
    children: list[tuple[str, blocks.Block]] = [
        ("label", blocks.CharBlock(required=kind.asks, max_length=200, label=_("Question"))),
    ]
    if kind.asks:
        children += [("help", shared["help"])]
    else:
        children += [("text", blocks.TextBlock(required=False, label=_("Text"), help_text=PROSE_HELP))]
    if kind.asks and kind.typed:
        children += [("required", shared["required"])]
    if kind.has_options:
        children += [("options", shared["options"]), ("table", shared["table"])]
    if kind.key == "group":
        children += [
            ("row", blocks.CharBlock(required=False, max_length=60, label=_("Name of one item"))),
            ("fields", fields_block(inside_group=True)),
        ]
    children += [(name, block) for name, block in kind.settings_blocks()]
    children += [("condition", shared["condition"]), ("key", shared["key"])]
    if kind.asks and kind.typed:
        children += [(name, shared[name]) for name in ("autocomplete", "prefill")]
    if kind.asks:
        children += [(name, shared[name]) for name in ABOUT_THE_ANSWER]
    return QuestionBlock(
        children,
        kind,
        label=kind.label,
        icon=kind.icon,
        group=kind.group,
        label_format="{label}" if kind.asks else "{label} {text}",
        form_layout=_layout(children),
    )


ABOUT_THE_ANSWER = ("note_title", "note", "personal", "searchable", "secret", "retention")


@cache
def _shared() -> dict[str, blocks.Block]:
    """Return the blocks that questions of many types share."""
    return {
        "help": blocks.TextBlock(required=False, rows=2, label=_("Help")),
        "required": blocks.BooleanBlock(required=False, default=True, label=_("Must be answered")),
        "options": blocks.StreamBlock(
            [("option", OptionBlock())], required=False, collapsed=True, label=_("Options")
        ),
        "table": ReferenceTableBlock(),
        "condition": ConditionBlock(required=False),
        "key": KeyBlock(),
        "autocomplete": blocks.ChoiceBlock(required=False, choices=TOKENS, label=_("Filled in by browser")),
        "prefill": PrefillBlock(),
        "note_title": blocks.CharBlock(required=False, max_length=100, label=_("Title of the note")),
        "note": blocks.TextBlock(required=False, rows=3, label=_("Note"), help_text=NOTE_HELP),
        "personal": blocks.BooleanBlock(required=False, label=_("Personal data")),
        "searchable": blocks.BooleanBlock(required=False, label=_("Found by agents’ search")),
        "secret": blocks.BooleanBlock(required=False, label=_("Left out of lists, e-mails and exports")),
        "retention": blocks.IntegerBlock(
            required=False,
            min_value=0,
            label=_("Erased this many days after the case is closed"),
            help_text=_("If empty, erased with the case."),
        ),
    }


def _layout(children: list[tuple[str, blocks.Block]]) -> BlockGroup:
    """Return the layout: what every question needs in front, the rest behind the block's settings button."""
    front = ("label", "help", "text", "required", "options", "table", "row", "fields", "formula", "condition")
    names = [name for name, _block in children]
    return BlockGroup(
        children=[name for name in names if name in front],
        settings=[name for name in names if name not in front],
    )


def fields_block(inside_group: bool = False) -> blocks.StreamBlock:
    """Return the block of a step's questions, of all installed field types; inside a group, of simple ones only."""
    from .field_types import field_types

    kinds = [kind for kind in field_types if kind.in_groups or not inside_group]
    children = [(kind.key, kind.block()) for kind in kinds]
    return blocks.StreamBlock(children, required=False, collapsed=True, label=_("Questions"))


class OptionBlock(blocks.StructBlock):
    """A possible answer."""

    label = blocks.CharBlock(max_length=200, label=_("Answer"))
    help = blocks.CharBlock(required=False, max_length=200, label=_("Explanation"))
    value = ValueBlock(help_text=_("Made from the answer when it is saved. Conditions refer to it."))
    condition = ConditionBlock(required=False)

    class Meta:
        icon = "radio-empty"
        label = _("Option")
        label_format = "{label}"
        form_layout = BlockGroup(children=["label", "help"], settings=["value", "condition"])


class ValidationRuleBlock(blocks.StructBlock):
    """A condition over several answers."""

    message = blocks.CharBlock(max_length=300, label=_("Message where it does not hold"))
    condition = ConditionBlock(required=True, purpose="holds", label=_("Must hold"))
    key = KeyBlock()

    class Meta:
        icon = "warning"
        label = _("Check")
        label_format = "{message}"
        form_layout = BlockGroup(children=["message", "condition"], settings=["key"])


def step_block() -> blocks.StructBlock:
    """Return the block of a step, one topic on one page."""
    return blocks.StructBlock(
        [
            ("title", blocks.CharBlock(max_length=100, label=_("Title"))),
            (
                "intro",
                blocks.TextBlock(required=False, rows=2, label=_("Introduction"), help_text=PROSE_HELP),
            ),
            ("fields", fields_block()),
            (
                "checks",
                blocks.StreamBlock(
                    [("check", ValidationRuleBlock())], required=False, label=_("Checks over several answers")
                ),
            ),
            ("condition", ConditionBlock(required=False)),
            ("key", KeyBlock()),
        ],
        label=_("Step"),
        icon="list-ol",
        label_format="{title}",
        form_layout=BlockGroup(
            children=["title", "intro", "fields"], settings=["checks", "condition", "key"]
        ),
    )


class FeeBlock(blocks.StructBlock):
    """A fee of the form."""

    label = blocks.CharBlock(max_length=100, label=_("Label"))
    entry = PlainChoiceBlock(
        choices=price_list.price_entries,
        required=False,
        label=_("Fee schedule entry"),
        help_text=_("The schedule sets the amount and the tax, and their later changes."),
    )
    amount = blocks.DecimalBlock(
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        label=_("Amount"),
        help_text=_("For a fee that is not in the fee schedule."),
    )
    quantity = QuestionKeyBlock(
        compares="number options yes_no list",
        required=False,
        label=_("Times the answer to"),
        empty=_("Once"),
        help_text=_("A number counts as its value, a list as its length, “yes” as one."),
    )
    vat = PlainRegexBlock(
        r"\d{1,2}(\.\d{1,2})?",
        required=False,
        label=_("VAT included, in per cent"),
        help_text=_("For example 8.1. Empty where the fee is outside VAT."),
    )
    condition = ConditionBlock(required=False, purpose="applies")
    exempt = ConditionBlock(required=False, purpose="exempts", label=_("Free of charge"))
    key = KeyBlock()

    class Meta:
        icon = "tag"
        label = _("Fee")
        label_format = "{label} {amount}"
        form_layout = BlockGroup(
            children=["label", "entry", "amount", "quantity", "condition", "exempt"],
            settings=["vat", "key"],
        )


class LazyStructBlockAdapter(StructBlockAdapter):
    """Adapter for blocks of simple fields that Wagtail renders only when their panel is opened."""

    js_constructor = "formbuilder.Folded"

    @cached_property
    def media(self):
        return super().media + forms.Media(js=["js/editor/placed.js", "js/editor/folded.js"])


register(LazyStructBlockAdapter(), FeeBlock)


PROSE_HELP = _("Blank lines make paragraphs, lines with “- ” a list, [words](https://…) a link.")
NOTE_HELP = _("Shown beside the question. It opens automatically if there is an error.")
TOKENS = [
    (token, token)
    for token in [
        "name",
        "given-name",
        "family-name",
        "additional-name",
        "honorific-prefix",
        "nickname",
        "organization",
        "organization-title",
        "street-address",
        "address-line1",
        "address-line2",
        "address-line3",
        "address-level1",
        "address-level2",
        "postal-code",
        "country",
        "country-name",
        "bday",
        "bday-day",
        "bday-month",
        "bday-year",
        "sex",
        "language",
        "email",
        "tel",
        "tel-national",
        "url",
        "off",
    ]
]

# -- From blocks to a definition -----------------------------------------------------------------------------
# The texts of a block: name of its child → end of its path in the definition.
FIELD_TEXTS = ("label", "help", "text", "row", "note_title", "note")
COMMON = {
    *FIELD_TEXTS,
    "required",
    "options",
    "fields",
    "condition",
    "key",
    "autocomplete",
    "personal",
    "searchable",
    "secret",
    "prefill",
    "retention",
    "table",
}


def steps_content(stream, texts: dict[str, str]) -> list[dict]:
    """Convert the steps of a StreamField to definition JSON. Adds their texts to ``texts``."""
    return [step_content(child.value, texts) for child in stream if child.block_type == "step"]


def step_content(value, texts: dict[str, str]) -> dict:
    key = value["key"]
    for name in ("title", "intro"):
        _put(texts, f"step.{key}.{name}", value[name])
    checks = []
    for check in value["checks"]:
        checks.append({"key": check.value["key"], "condition": check.value["condition"]})
        _put(texts, f"check.{check.value['key']}", check.value["message"])
    content = {"key": key, "fields": fields_content(value["fields"], texts)}
    return _trimmed({**content, "condition": value["condition"], "checks": checks})


def fields_content(stream, texts: dict[str, str]) -> list[dict]:
    from .field_types import field_types

    found = []
    for child in stream:
        kind = field_types[child.block_type]
        found.append(kind.compile(child.value))
        _field_texts(child.value, texts)
        if child.block_type == "group":
            found[-1]["fields"] = fields_content(child.value["fields"], texts)
    return found


def field_content(kind, value) -> dict:
    """Convert a question to JSON, without empty and default values."""
    options = [
        _trimmed({"value": option.value["value"], "condition": option.value["condition"]})
        for option in value.get("options") or []
    ]
    settings = {
        name: _plain(block.get_prep_value(value[name]))
        for name, block in value.block.child_blocks.items()
        if name not in COMMON
    }
    return _trimmed(
        {
            "key": value["key"],
            "type": kind.key,
            "required": bool(value.get("required")),
            "condition": value["condition"],
            "options": options,
            "autocomplete": value.get("autocomplete") or "",
            "personal": bool(value.get("personal")),
            "searchable": bool(value.get("searchable")),
            "secret": bool(value.get("secret")),
            "prefill": value.get("prefill") or "",
            "retention": value.get("retention") or 0,
            "table": value.get("table") or "",
            "settings": drop_empty(settings),
        }
    )


def fees_content(stream, texts: dict[str, str]) -> list[dict]:
    fees = []
    for child in stream:
        value = child.value
        _put(texts, f"fee.{value['key']}", value["label"])
        told = {
            "key": value["key"],
            "entry": value["entry"] or "",
            "quantity": value["quantity"] or "",
            "vat": value["vat"] or "",
            "condition": value["condition"],
            "exempt": value["exempt"],
        }
        if value["amount"] is not None:
            told["amount"] = round(value["amount"] * 100)
        fees.append(_trimmed(told))
    return fees


def _field_texts(value, texts: dict[str, str]) -> None:
    key = value["key"]
    for name in FIELD_TEXTS:
        _put(texts, f"field.{key}.{name}", value.get(name))
    for option in value.get("options") or []:
        path = f"option.{key}.{option.value['value']}"
        _put(texts, path, option.value["label"])
        _put(texts, f"{path}.help", option.value["help"])


def _put(texts: dict[str, str], path: str, text) -> None:
    if text:
        texts[path] = str(text)


def _plain(value):
    """Convert a setting to JSON: decimals become numbers, items of a list are bare."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [one["value"] if isinstance(one, dict) and one.get("type") == "item" else one for one in value]
    return list(value) if isinstance(value, tuple | set) else value


def drop_empty(settings: dict) -> dict:
    """Remove None, False, "" and empty collections from settings. Zero stays, because it is a value."""
    inner = {name: drop_empty(one) if isinstance(one, dict) else one for name, one in settings.items()}
    return {name: one for name, one in inner.items() if one is not False and one not in (None, "", [], {})}


def _trimmed(content: dict) -> dict:
    """Remove empty values, except the amount of a fee."""
    return {
        name: value
        for name, value in content.items()
        if name in ("key", "amount", "fields") or value not in (None, "", [], {}, False, 0)
    }


# -- From a definition to blocks -----------------------------------------------------------------------------
type Identify = Callable[[str], str]  # path of a block → its id


def steps_value(content: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    """Convert steps of a definition to the raw value of a StreamField; ``text(path)`` in the wanted language."""
    return [
        _child("step", step_value(step, text, identify), identify(f"step.{step['key']}")) for step in content
    ]


def step_value(step: dict, text: Callable[[str], str], identify: Identify) -> dict:
    key = step["key"]
    checks = [
        _child(
            "check",
            {
                "key": check["key"],
                "condition": check["condition"],
                "message": text(f"check.{check['key']}"),
            },
            identify(f"check.{check['key']}"),
        )
        for check in step.get("checks", [])
    ]
    return {
        "key": key,
        "title": text(f"step.{key}.title"),
        "intro": text(f"step.{key}.intro"),
        "condition": step.get("condition"),
        "checks": checks,
        "fields": fields_value(step.get("fields", []), text, identify),
    }


def fields_value(fields: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    return [
        _child(field["type"], field_value(field, text, identify), identify(f"field.{field['key']}"))
        for field in fields
    ]


def field_value(field: dict, text: Callable[[str], str], identify: Identify) -> dict:
    key = field["key"]
    options = [
        _child(
            "option",
            {
                "value": option["value"],
                "label": text(f"option.{key}.{option['value']}"),
                "help": text(f"option.{key}.{option['value']}.help"),
                "condition": option.get("condition"),
            },
            identify(f"option.{key}.{option['value']}"),
        )
        for option in field.get("options", [])
    ]
    settings = {
        name: _setting_value(setting, f"field.{key}.{name}", identify)
        for name, setting in field.get("settings", {}).items()
    }
    return {
        **settings,
        **{name: text(f"field.{key}.{name}") for name in FIELD_TEXTS},
        "key": key,
        "required": field.get("required", False),
        "condition": field.get("condition"),
        "options": options,
        "fields": fields_value(field.get("fields", []), text, identify),
        "autocomplete": field.get("autocomplete", ""),
        "personal": field.get("personal", False),
        "searchable": field.get("searchable", False),
        "secret": field.get("secret", False),
        "prefill": field.get("prefill", ""),
        "retention": field.get("retention"),
        "table": field.get("table", ""),
    }


def _setting_value(setting, path: str, identify: Identify):
    """Return a setting as its block stores it: the entries of a list have ids that do not depend on chance."""
    if isinstance(setting, list) and all(isinstance(one, dict) for one in setting):
        return [_child("item", one, identify(f"{path}.{number}")) for number, one in enumerate(setting)]
    return str(setting) if isinstance(setting, float) else setting


def fees_value(fees: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    return [
        _child(
            "fee",
            {
                "key": fee["key"],
                "label": text(f"fee.{fee['key']}"),
                "entry": fee.get("entry", ""),
                "amount": f"{fee['amount'] / 100:.2f}" if "amount" in fee else None,
                "quantity": fee.get("quantity", ""),
                "vat": fee.get("vat", ""),
                "condition": fee.get("condition"),
                "exempt": fee.get("exempt"),
            },
            identify(f"fee.{fee['key']}"),
        )
        for fee in fees
    ]


def _child(kind: str, value: dict, identity: str) -> dict:
    return {"type": kind, "value": value, "id": identity}


# -- Keys made from titles -----------------------------------------------------------------------------------
def fill_keys(streams: dict[str, blocks.StreamValue], earlier: dict[str, str] | None = None) -> None:
    """Set the key of every step, question, option, rule, fee and stage without one, made from its title.

    ``streams``: StreamFields of a page by the type of their blocks ("step", "fee", "stage"). ``earlier``: keys set
    before, by block id: a title that changes while the editor stays open does not change the key. A block that was
    duplicated in the editor gets its own key.
    """
    earlier = earlier or {}
    taken: dict[str, set[str]] = {"field": set(RESERVED_KEYS)}
    waiting = []
    for kind, stream in streams.items():
        for scope, child in _keyed(stream, kind):
            key = child.value.get(_key_of(child)[0])
            copied = key in taken.get(scope, set()) - RESERVED_KEYS and child.id not in earlier
            if key and not copied:
                taken.setdefault(scope, set()).add(key)
            else:
                waiting.append((scope, child))
    for scope, child in waiting:
        name, source = _key_of(child)
        key = earlier.get(child.id) or _free(
            key_from_title(child.value.get(source), child), taken.get(scope, ())
        )
        child.value[name] = key
        taken.setdefault(scope, set()).add(key)


def keys_by_id(*streams: list[dict]) -> dict[str, str]:
    """Return the keys of blocks by block id, of StreamFields as they are stored."""
    found: dict[str, str] = {}
    for block in chain(*streams):
        value = block["value"]
        key = value.get("value" if block["type"] == "option" else "key")
        if key and block.get("id"):
            found[block["id"]] = key
        found |= keys_by_id(*(value.get(inside) or [] for inside in ("fields", "checks", "options")))
        settings = (value.get("settings") or {}).values()
        found |= keys_by_id(*(setting for setting in settings if _holds_blocks(setting)))
    return found


def _holds_blocks(setting) -> bool:
    """Return whether a stored setting of a stage is a list of blocks."""
    blocks_only = isinstance(setting, list) and all(isinstance(one, dict) for one in setting)
    return blocks_only and all(isinstance(one.get("value"), dict) for one in setting)


def make_key(title: str) -> str:
    """Make a key of a title: “Date de naissance” becomes date_de_naissance."""
    return slugify_title(title).replace("-", "_").strip("_")[:40].strip("_")


def key_from_title(title, child) -> str:
    made = make_key(str(title or ""))
    if child.block_type == "option":
        return made or "option"
    return made if re.fullmatch(KEY_PATTERN, made) else f"{child.block_type}_{made}".strip("_")


def _keyed(stream, scope: str) -> Iterator[tuple[str, object]]:
    """Yield every block that has a key, with the scope in which the key is unique."""
    for child in stream:
        yield scope, child
        value = child.value
        if value.get("fields"):
            yield from _keyed(value["fields"], "field")
        if value.get("checks"):
            yield from _keyed(value["checks"], "check")
        if scope == "stage":
            for setting in value["settings"].values():
                if isinstance(setting, blocks.StreamValue):
                    yield from _keyed(setting, "field")
        if value.get("options"):
            yield from _keyed(value["options"], f"option {child.id or id(child)}")


def _key_of(child) -> tuple[str, str]:
    """Return the child that holds a block's key, and the child from which it is made."""
    if child.block_type == "option":
        return "value", "label"
    return "key", {"step": "title", "check": "message"}.get(child.block_type, "label")


def _free(key: str, taken) -> str:
    if key not in taken:
        return key
    return next(made for number in count(2) if (made := f"{key}_{number}") not in taken)
