"""A form as an editor builds it: blocks of a StreamField, one per step, field, option and check.

The blocks of the questions come from the registry of field types. ``step_content`` and ``step_value`` go from
blocks to a definition and back without loss.
"""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count

from django import forms
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from .logic.conditions import OPERATORS, WITHOUT_VALUE

KEY_PATTERN = r"[a-z][a-z0-9_]{0,59}"


# -- Blocks whose value is the machine's, not the reader's ---------------------------------------------------
class Fixed:
    """Never offered for translation, and the same in every language."""

    def get_translatable_segments(self, value):
        return []

    def restore_translated_segments(self, value, segments):
        return value


class FixedCharBlock(Fixed, blocks.CharBlock):
    pass


class KeyBlock(FixedCharBlock):
    """What the machine calls a thing. Made once from its title, then never changed by itself."""

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


class ValueBlock(FixedCharBlock):
    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=100, label=_("Value"), **kwargs)


# -- Conditions ----------------------------------------------------------------------------------------------
class ConditionWidget(forms.Textarea):
    """Rows of *question, operator, value*, joined by all or any, drawn by condition.js over JSON."""

    def __init__(self, attrs=None):
        super().__init__({"data-controller": "condition", "rows": 2, "hidden": True, **(attrs or {})})

    def build_attrs(self, base_attrs, extra_attrs=None):
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {**attrs, "data-condition-words-value": json.dumps(self.words)}

    @property
    def words(self) -> dict:
        """The words of the rows in the editor's language, and the operators that there are."""
        return {name: str(text) for name, text in CONDITION_WORDS.items()} | {
            "operators": [[name, str(OPERATOR_LABELS[name]), name not in WITHOUT_VALUE] for name in OPERATORS]
        }

    @cached_property
    def media(self):
        return forms.Media(js=["js/condition.js"], css={"all": ["css/condition.css"]})


CONDITION_WORDS = {
    "always": _("Always shown"),
    "add": _("Add a condition"),
    "all": _("Shown when all of these are true"),
    "any": _("Shown when one of these is true"),
    "question": _("Question"),
    "operator": _("Comparison"),
    "value": _("Value"),
    "remove": _("Remove this line"),
    "nested": _("This condition has conditions inside. It is kept as it is."),
    "clear": _("Remove the condition"),
    "yes": _("Yes"),
    "no": _("No"),
}
OPERATOR_LABELS = {
    "equals": _("is"),
    "not_equals": _("is not"),
    "in": _("is one of (commas between)"),
    "contains": _("contains"),
    "not_contains": _("does not contain"),
    "filled": _("is answered"),
    "empty": _("is not answered"),
    "gt": _("is more than"),
    "gte": _("is at least"),
    "lt": _("is less than"),
    "lte": _("is at most"),
    "before": _("is before (date)"),
    "after": _("is after (date)"),
    "age_gte": _("born, aged at least (years)"),
    "age_lt": _("born, aged under (years)"),
}


class ConditionField(forms.JSONField):
    widget = ConditionWidget

    def clean(self, value):
        return super().clean(value) or None


class ConditionBlock(blocks.FieldBlock):
    """A condition; its value is the definition's JSON, None for always."""

    def __init__(self, required=False, help_text=None, **kwargs):
        self.field = ConditionField(required=required, help_text=help_text)
        super().__init__(**kwargs)

    def get_default(self):
        return None

    class Meta:
        icon = "crosshairs"
        label = _("Condition")


# -- Steps, fields, options, checks --------------------------------------------------------------------------
def field_block(kind) -> blocks.StructBlock:
    """The editor's block of a field type: what every question has, and what only this type has."""
    children: list[tuple[str, blocks.Block]] = [
        ("label", blocks.CharBlock(required=kind.asks, max_length=200, label=_("Question"))),
    ]
    if kind.asks:
        children += [
            ("help", blocks.TextBlock(required=False, rows=2, label=_("Help"))),
            ("required", blocks.BooleanBlock(required=False, default=True, label=_("Must be answered"))),
        ]
    else:
        children += [("text", blocks.TextBlock(required=False, label=_("Text"), help_text=PROSE_HELP))]
    if kind.has_options:
        listed = blocks.StreamBlock([("option", OptionBlock())], collapsed=True, label=_("Options"))
        children += [("options", listed)]
    if kind.key == "group":
        children += [
            ("row", blocks.CharBlock(required=False, max_length=60, label=_("What one of them is called"))),
            ("fields", fields_block(inside_group=True)),
        ]
    children += [(name, block) for name, block in kind.settings_blocks()]
    children += [("condition", ConditionBlock(required=False)), ("key", KeyBlock())]
    if kind.asks:
        children += [
            ("note_title", blocks.CharBlock(required=False, max_length=100, label=_("Title of the note"))),
            ("note", blocks.TextBlock(required=False, rows=3, label=_("Note"), help_text=NOTE_HELP)),
            (
                "autocomplete",
                blocks.ChoiceBlock(required=False, choices=TOKENS, label=_("Filled in by browser")),
            ),
            ("personal", blocks.BooleanBlock(required=False, label=_("Personal data"))),
            ("searchable", blocks.BooleanBlock(required=False, label=_("Found by agents’ search"))),
        ]
    return blocks.StructBlock(
        children,
        label=kind.label,
        icon=kind.icon,
        label_format="{label}" if kind.asks else "{label} {text}",
        form_layout=_layout(children),
    )


def _layout(children: list[tuple[str, blocks.Block]]) -> BlockGroup:
    """What every question needs in front; the rest behind the block's button for settings."""
    front = ("label", "help", "text", "required", "options", "row", "fields", "condition")
    names = [name for name, _block in children]
    return BlockGroup(
        children=[name for name in names if name in front],
        settings=[name for name in names if name not in front],
    )


def fields_block(inside_group: bool = False) -> blocks.StreamBlock:
    """The questions of a step, of any type an installed app offers; inside a group, simple ones only."""
    from .field_types import field_types

    kinds = [kind for kind in field_types if not (inside_group and kind.key in ("group", "files"))]
    children = [(kind.key, kind.block()) for kind in kinds]
    return blocks.StreamBlock(children, required=False, collapsed=True, label=_("Questions"))


class OptionBlock(blocks.StructBlock):
    """One possible answer."""

    label = blocks.CharBlock(max_length=200, label=_("Answer"))
    help = blocks.CharBlock(required=False, max_length=200, label=_("Explanation"))
    value = ValueBlock(help_text=_("Made from the answer when it is saved. Conditions refer to it."))
    condition = ConditionBlock(required=False)

    class Meta:
        icon = "radio-empty"
        label = _("Option")
        label_format = "{label}"
        form_layout = BlockGroup(children=["label", "help"], settings=["value", "condition"])


class CheckBlock(blocks.StructBlock):
    """What must hold over several answers."""

    message = blocks.CharBlock(max_length=300, label=_("Message where it does not hold"))
    condition = ConditionBlock(required=True, label=_("Must hold"))
    key = KeyBlock()

    class Meta:
        icon = "warning"
        label = _("Check")
        label_format = "{message}"
        form_layout = BlockGroup(children=["message", "condition"], settings=["key"])


def step_block() -> blocks.StructBlock:
    """One topic on one page."""
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
                    [("check", CheckBlock())], required=False, label=_("Checks over several answers")
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
    """A line of what is due."""

    label = blocks.CharBlock(max_length=100, label=_("Label"))
    amount = blocks.DecimalBlock(min_value=0, max_digits=9, decimal_places=2, label=_("Amount"))
    quantity = FixedCharBlock(
        required=False, max_length=60, label=_("Times the answer to"), help_text=_("Key of a question.")
    )
    condition = ConditionBlock(required=False)
    key = KeyBlock()

    class Meta:
        icon = "tag"
        label = _("Fee")
        label_format = "{label} {amount}"
        form_layout = BlockGroup(children=["label", "amount", "condition"], settings=["quantity", "key"])


PROSE_HELP = _("Blank lines make paragraphs, lines with “- ” a list, [words](https://…) a link.")
NOTE_HELP = _("Stands beside the question, and opens by itself where there is an error.")
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
}


def steps_content(stream, texts: dict[str, str]) -> list[dict]:
    """The steps of a StreamField as a definition holds them. Adds their texts to ``texts``."""
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
    """A field's JSON; nothing stands in it that is empty or the default."""
    options = [
        _trimmed({"value": option.value["value"], "condition": option.value["condition"]})
        for option in value.get("options") or []
    ]
    settings = {
        name: block.get_prep_value(value[name])
        for name, block in value.block.child_blocks.items()
        if name not in COMMON and value[name] not in (None, "", [])
    }
    settings = {name: _plain(one) for name, one in settings.items()}
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
            "settings": settings,
        }
    )


def fees_content(stream, texts: dict[str, str]) -> list[dict]:
    fees = []
    for child in stream:
        value = child.value
        _put(texts, f"fee.{value['key']}", value["label"])
        fees.append(
            _trimmed(
                {
                    "key": value["key"],
                    "amount": round((value["amount"] or 0) * 100),
                    "quantity": value["quantity"] or "",
                    "condition": value["condition"],
                }
            )
        )
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
    """A setting as JSON: numbers where they are numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return list(value) if isinstance(value, tuple | set) else value


def _trimmed(content: dict) -> dict:
    """Without what is empty, except the amount of a fee."""
    return {
        name: value
        for name, value in content.items()
        if name in ("key", "amount", "fields") or value not in (None, "", [], {}, False)
    }


# -- From a definition to blocks -----------------------------------------------------------------------------
type Identify = Callable[[str], str]  # path of a block → its id


def steps_value(content: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    """Steps of a definition as the raw value of a StreamField; ``text(path)`` in the language wanted."""
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
    settings = {name: str(v) if isinstance(v, float) else v for name, v in field.get("settings", {}).items()}
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
    }


def fees_value(fees: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    return [
        _child(
            "fee",
            {
                "key": fee["key"],
                "label": text(f"fee.{fee['key']}"),
                "amount": f"{fee['amount'] / 100:.2f}",
                "quantity": fee.get("quantity", ""),
                "condition": fee.get("condition"),
            },
            identify(f"fee.{fee['key']}"),
        )
        for fee in fees
    ]


def _child(kind: str, value: dict, identity: str) -> dict:
    return {"type": kind, "value": value, "id": identity}


# -- Keys made from titles -----------------------------------------------------------------------------------
def fill_keys(streams: dict[str, blocks.StreamValue], earlier: dict[str, str] | None = None) -> None:
    """Gives every step, question, option, check, fee and stage without a key the one that its title makes.

    ``streams``: StreamFields of one page by what their blocks are ("step", "fee", "stage"). ``earlier``: keys
    given before, by block id: a title that changes while the editor stays open does not change the key.
    A block that was duplicated in the editor gets a key of its own.
    """
    earlier = earlier or {}
    taken: dict[str, set[str]] = {}
    waiting = []
    for kind, stream in streams.items():
        for scope, child in _keyed(stream, kind):
            key = child.value.get(_key_of(child)[0])
            copied = key in taken.get(scope, ()) and child.id not in earlier
            if key and not copied:
                taken.setdefault(scope, set()).add(key)
            else:
                waiting.append((scope, child))
    for scope, child in waiting:
        name, source = _key_of(child)
        key = earlier.get(child.id) or _free(slug_key(child.value.get(source), child), taken.get(scope, ()))
        child.value[name] = key
        taken.setdefault(scope, set()).add(key)


def keys_by_id(streams: dict[str, blocks.StreamValue]) -> dict[str, str]:
    """The keys that a page's blocks have, by block id."""
    return {
        child.id: child.value[_key_of(child)[0]]
        for kind, stream in streams.items()
        for _scope, child in _keyed(stream, kind)
        if child.id and child.value.get(_key_of(child)[0])
    }


def slug_key(title, child) -> str:
    """ "Date de naissance" is date_de_naissance."""
    made = slugify(str(title or "")).replace("-", "_").strip("_")[:40].strip("_")
    if child.block_type == "option":
        return made or "option"
    return made if re.fullmatch(KEY_PATTERN, made) else f"{child.block_type}_{made}".strip("_")


def _keyed(stream, scope: str) -> Iterator[tuple[str, object]]:
    """Every block that has a key, with the scope in which the key is the only one of its name."""
    for child in stream:
        yield scope, child
        value = child.value
        if value.get("fields"):
            yield from _keyed(value["fields"], "field")
        if value.get("checks"):
            yield from _keyed(value["checks"], "check")
        if value.get("options"):
            yield from _keyed(value["options"], f"option {child.id or id(child)}")


def _key_of(child) -> tuple[str, str]:
    """The child that holds a block's key, and the child that it is made from."""
    if child.block_type == "option":
        return "value", "label"
    return "key", {"step": "title", "check": "message"}.get(child.block_type, "label")


def _free(key: str, taken) -> str:
    if key not in taken:
        return key
    return next(made for number in count(2) if (made := f"{key}_{number}") not in taken)
