"""Structure of definitions: the allowed elements of each place. Total: takes any JSON, never raises.

One description serves both the reading of definitions and the published JSON Schema
(``docs/service-definition.schema.json``). The settings of a question type are derived from its blocks.
"""

from collections.abc import Mapping
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from ..blocks import (
    COMMON,
    FIELD_TEXTS,
    TOKENS,
    FeeBlock,
    KeysBlock,
    OptionBlock,
    ValidationRuleBlock,
    step_block,
)
from ..definition import FORMAT, KEY_PATTERN
from ..field_types import field_types
from ..logic.conditions import MAX_DEPTH, OPERATORS
from ..request_limits import request_limits
from .shapes import (
    WRONG,
    AnyShape,
    BooleanShape,
    IntegerShape,
    ListShape,
    MapShape,
    NamedShape,
    NullShape,
    NumberShape,
    ObjectShape,
    Shape,
    ShapeReading,
    TextShape,
    TypedObjectShape,
    UnionShape,
    join_path,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_TEXT_LENGTH = 20_000
MAX_RETENTION_MONTHS = 1_200  # months
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)"
ANYTHING_WRITABLE = r"[^\x00\ud800-\udfff]"


def read_definition(content, shape: Shape | None = None) -> tuple[object, ShapeReading]:
    """Return the part of a definition that has the right shape, and what is wrong with the rest."""
    reading = ShapeReading()
    found = (shape or definition_shape()).read(content, "", reading)
    if not reading.faults and content["language"] not in content["texts"]:
        reading.refuse("texts", _("The texts in the form’s own language are missing."))
    return found, reading


def json_schema(shape: Shape | None = None, **head) -> dict:
    """Return the shape as JSON Schema, draft 2020-12."""
    defs: dict = {}
    found = (shape or definition_shape()).schema(defs)
    return {"$schema": DIALECT, **head, **found, "$defs": dict(sorted(defs.items()))}


# -- Elements ------------------------------------------------------------------------------------------------
def key_shape(says: str = "") -> TextShape:
    reason = gettext_lazy("A key begins with a small letter and has small letters, digits and _, at most 60.")
    return TextShape(pattern=KEY_PATTERN, reason=reason, says=says)


class ConditionShape(Shape):
    """``null``, a comparison, or ``all``/``any`` of conditions."""

    def __init__(self):
        super().__init__()
        scalar = UnionShape(TextShape(), NumberShape(), BooleanShape(), NullShape(), reason="")
        value = UnionShape(
            *(
                TextShape(),
                NumberShape(),
                BooleanShape(),
                NullShape(),
                ListShape(scalar),
                ObjectShape({"field": TextShape()}),
            ),
            reason=gettext_lazy("Enter a constant, a list of constants, or another question here."),
            says="A constant, a day counted from today (+30d, -18y), a list, or another question’s answer",
        )
        unknown = gettext_lazy("“%(value)s” is not a comparison.")
        self.row = ObjectShape(
            {
                "field": TextShape(says="Key of a question"),
                "operator": TextShape(among=list(OPERATORS), reason=unknown),
            },
            {"value": value},
        )

    def read(self, value, path, reading):
        return None if value is None else self._read(value, path, reading, 0)

    def _read(self, value, path: str, reading: ShapeReading, depth: int):
        if not isinstance(value, dict):
            return reading.refuse(path, _("This is not a condition."))
        if depth > MAX_DEPTH:
            return reading.refuse(path, _("The condition is nested too deeply."))
        word = next((word for word in ("all", "any") if word in value), None)
        if word is None:
            return self.row.read(value, path, reading)
        for name in value:
            if name != word:
                reading.refuse(join_path(path, name), _("This is not known."))
        parts, path = value[word], f"{path}.{word}"
        if not isinstance(parts, list):
            return reading.refuse(path, _("Enter a list here."))
        found = [self._read(one, f"{path}[{n}]", reading, depth + 1) for n, one in enumerate(parts)]
        return WRONG if WRONG in found else {word: found}

    def _schema(self, defs):
        if "condition" not in defs:
            joined = {"type": "array", "items": {"$ref": "#/$defs/condition"}}
            defs["condition"] = {
                "anyOf": [
                    *(
                        {
                            "type": "object",
                            "properties": {word: joined},
                            "required": [word],
                            "additionalProperties": False,
                        }
                        for word in ("all", "any")
                    ),
                    self.row.schema(defs),
                ]
            }
        return {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/condition"}]}


@cache
def definition_shape() -> ObjectShape:
    """Return the shape of a definition for the form builder; settings of stages and the page are not checked."""
    return service_shape({}, AnyShape())


def service_shape(stages: Mapping[str, Shape], page: Shape) -> ObjectShape:
    """Return the shape of a definition with these settings of stages by type, and this shape of the page."""
    check = ObjectShape(
        {"key": key_shape(), "condition": ConditionShape()}, says="What must hold over several answers"
    )
    step = ObjectShape(
        {"key": key_shape()},
        {
            "condition": ConditionShape(),
            "fields": ListShape(question_shape(), called="field"),
            "checks": ListShape(check, called="check"),
        },
        says="One page about one topic",
    )
    fee = ObjectShape(
        {"key": key_shape()},
        {
            "amount": IntegerShape(least=0, most=999_999_999, says="In minor units: cents, Rappen"),
            "entry": TextShape(
                pattern=r"[-\w]*", most=60, says="Key in the fee schedule, instead of an amount"
            ),
            "exempt": ConditionShape(),
            "quantity": TextShape(most=60, says="Key of the question that says how many"),
            "vat": TextShape(
                pattern=r"(\d{1,2}(\.\d{1,2})?)?", says="Value-added tax included, in per cent: 8.1"
            ),
            "condition": ConditionShape(),
        },
    )
    return ObjectShape(
        {
            "format": IntegerShape(
                least=FORMAT, most=FORMAT, reason=gettext_lazy("This format is not known here.")
            ),
            "language": TextShape(
                pattern=LANGUAGE, says="The form’s own language, which others fall back to"
            ),
            "steps": ListShape(step, called="step"),
            "texts": MapShape({LANGUAGE: texts_shape()}, says="Texts by language and path"),
        },
        {
            "$schema": TextShape(says="Where this schema is published"),
            "slug": TextShape(pattern=r"[-\w]*", most=100, says="The page’s name in addresses"),
            "settings": settings_shape(),
            "fees": ListShape(fee, called="fee", says="What is due; free where no line applies"),
            "stages": ListShape(
                stage_shape(stages), called="stage", says="What happens after sending, in order"
            ),
            "page": page,
        },
        forgiving=True,
    )


def settings_shape() -> ObjectShape:
    applicant = {
        "name": ListShape(TextShape(most=60), most=3, says="Keys of the questions that make the name"),
        "email": TextShape(most=60, says="Key of a question"),
        "phone": TextShape(most=60, says="Key of a question"),
        "address": TextShape(most=60, says="Key of a question"),
        "consent": TextShape(most=60, says="Key of the question that consents to decisions by e-mail"),
    }
    letters = {
        moment: TextShape(pattern=r"[-\w]*", most=60, says="Key of a letter")
        for moment in ("receipt", "accepted", "refused")
    }
    return ObjectShape(
        optional={
            "team": TextShape(most=50, says="Key of the team that treats the requests"),
            "days": IntegerShape(least=0, most=1000, says="Working days until the answer"),
            "decide_together": BooleanShape(says="Whether agents may decide several of its cases in one go"),
            "applicant": ObjectShape(optional=applicant, says="Which answers are the applicant’s"),
            "limits": ObjectShape(
                optional={key: shape_of_block(one.block()) for key, one in request_limits.items()},
                says="How many requests are taken, when and of whom",
            ),
            "letters": ObjectShape(
                optional=letters, says="What is sent in place of the letters there are anyway"
            ),
            "remedies": TextShape(
                pattern=r"[-\w]*", most=60, says="Key of the remedies against its decisions"
            ),
            "retention": ObjectShape(
                {"months": IntegerShape(least=1, most=MAX_RETENTION_MONTHS, says="From the end of the case")},
                {
                    "disposition": TextShape(among=["eliminate", "archive"], says="What becomes of it then"),
                    "on_request": BooleanShape(says="Erased earlier if the applicant asks"),
                },
                says="How long closed cases are kept; for ever where it is missing",
            ),
        }
    )


def stage_shape(stages: Mapping[str, Shape]) -> Shape:
    needed, optional = {"key": key_shape()}, {"condition": ConditionShape()}
    if not stages:
        return ObjectShape(needed | {"type": TextShape()}, optional | {"settings": AnyShape()})
    unknown = gettext_lazy("“%(value)s” is not a stage.")
    return TypedObjectShape(needed, optional, settings=stages, unknown=unknown)


@cache
def field_type_blocks() -> dict[str, blocks.StructBlock]:
    """Return the editor's block of every question type."""
    return {kind.key: kind.block() for kind in field_types}


# -- Questions -----------------------------------------------------------------------------------------------
def question_shape() -> Shape:
    """Return the shape of a question of any installed type."""
    kinds = field_type_blocks()
    inside = kinds["group"].child_blocks["fields"]
    unknown = gettext_lazy("“%(value)s” is not a type of question.")
    not_here = gettext_lazy("You cannot use the type of question “%(value)s” in a group.")
    simple = {name: kinds[name] for name in inside.child_blocks}
    row = NamedShape("question_in_group", _question(simple, ListShape(ObjectShape(), most=0), not_here))
    rows = ListShape(row, called="field", says="The questions of a group")
    return NamedShape("question", _question(kinds, rows, unknown))


def _question(kinds: Mapping[str, blocks.StructBlock], fields: ListShape, unknown) -> TypedObjectShape:
    value = TextShape(pattern=ANYTHING_WRITABLE + "+", least=1, most=100)
    tokens = ["", *(token for token, _label in TOKENS)]
    reason = gettext_lazy("“%(value)s” is not known to browsers.")
    return TypedObjectShape(
        {"key": key_shape("Unique among all questions, those in groups included")},
        {
            "required": BooleanShape(),
            "condition": ConditionShape(),
            "options": ListShape(ObjectShape({"value": value}, {"condition": ConditionShape()})),
            "table": TextShape(most=60, says="Key of the reference table that the options stand in"),
            "autocomplete": TextShape(among=tokens, reason=reason, says="Token of the HTML standard"),
            "prefill": TextShape(most=60, says="Key of the source that the answer is filled in from"),
            "personal": BooleanShape(says="Personal data"),
            "searchable": BooleanShape(says="Found by the agents’ search"),
            "secret": BooleanShape(says="Never in lists, mails and exports"),
            "retention": IntegerShape(
                least=0, most=36_500, says="Days from the end of the case to its erasure"
            ),
            "fields": fields,
        },
        settings={name: type_settings_shape(block) for name, block in kinds.items()},
        unknown=unknown,
    )


def type_settings_shape(block: blocks.StructBlock) -> ObjectShape:
    """Return the shape of the settings that only this question type has."""
    own = {name: one for name, one in block.child_blocks.items() if name not in COMMON}
    return ObjectShape(optional={name: shape_of_block(one) for name, one in own.items()})


def shape_of_block(block: blocks.Block) -> Shape:
    """Return the shape of the value that an editor's block has in a definition."""
    field = getattr(block, "field", None)
    match block:
        case blocks.StructBlock():
            return ObjectShape(
                optional={name: shape_of_block(one) for name, one in block.child_blocks.items()}
            )
        case blocks.StreamBlock():
            return ListShape(_typed(block))
        case blocks.ListBlock():
            return ListShape(shape_of_block(block.child_block))
        case KeysBlock():
            return ListShape(TextShape(most=121))
        case blocks.BooleanBlock():
            return BooleanShape()
        case blocks.DateTimeBlock():
            return TextShape(pattern=MOMENT, says="A moment with its offset: 2027-03-01T08:00:00+01:00")
        case blocks.IntegerBlock():
            return IntegerShape(least=field.min_value, most=field.max_value)
        case blocks.DecimalBlock() | blocks.FloatBlock():
            return NumberShape(least=field.min_value, most=field.max_value)
        case blocks.MultipleChoiceBlock():
            return ListShape(_choice(block, required=True))
        case blocks.ChoiceBlock():
            return _choice(block, required=block.required)
        case blocks.CharBlock() | blocks.TextBlock() | blocks.RegexBlock():
            return TextShape(most=getattr(field, "max_length", None))
    return AnyShape()


def _typed(block: blocks.StreamBlock) -> ObjectShape:
    """Return the shape of the blocks of a stream: the ``type``, and the contents of all types."""
    inside = {}
    for one in block.child_blocks.values():
        inside |= shape_of_block(one).known
    return ObjectShape({"type": TextShape(among=list(block.child_blocks))}, inside)


def _choice(block, *, required: bool) -> TextShape:
    """Return the shape of a choice; any text if the choices are computed when they are needed."""
    choices = block._constructor_kwargs.get("choices")
    if callable(choices) or choices is None:
        return TextShape(most=200)
    return TextShape(among=[*([] if required else [""]), *(value for value, _label in choices)])


# -- Texts ---------------------------------------------------------------------------------------------------
def texts_shape() -> Shape:
    """Return the shape of the texts of one language: the allowed paths, and the maximum lengths."""
    step, field = step_block().child_blocks, {}
    for block in field_type_blocks().values():
        field |= {name: one for name, one in block.child_blocks.items() if name in FIELD_TEXTS}
    rows = {
        "title": TextShape(most=255),
        **{rf"step\.{KEY_PATTERN}\.{name}": _text(step[name]) for name in ("title", "intro")},
        **{rf"field\.{KEY_PATTERN}\.{name}": _text(one) for name, one in field.items()},
        rf"option\.{KEY_PATTERN}\.{ANYTHING_WRITABLE}{{1,105}}": _text(OptionBlock().child_blocks["label"]),
        rf"check\.{KEY_PATTERN}": _text(ValidationRuleBlock().child_blocks["message"]),
        rf"fee\.{KEY_PATTERN}": _text(FeeBlock().child_blocks["label"]),
        rf"stage\.{KEY_PATTERN}(\.\w{{1,60}})?": TextShape(most=MAX_TEXT_LENGTH),
    }
    return NamedShape("texts", MapShape(rows, wrong_name=gettext_lazy("A form has no text with this name.")))


def _text(block: blocks.Block) -> TextShape:
    return TextShape(most=block.field.max_length or MAX_TEXT_LENGTH)
