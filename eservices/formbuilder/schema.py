"""The shape of a definition: what may stand where. Total: takes any JSON, never raises.

One description serves the reading of definitions and the JSON Schema that is published
(``docs/service-definition.schema.json``). What a type of question lets the editor set is read off its blocks.
"""

from collections.abc import Mapping
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from .blocks import COMMON, FIELD_TEXTS, TOKENS, CheckBlock, FeeBlock, KeysBlock, OptionBlock, step_block
from .definition import FORMAT, KEY_PATTERN
from .field_types import field_types
from .limits import limits
from .logic.conditions import DEEPEST, OPERATORS
from .shapes import (
    WRONG,
    Anything,
    Either,
    Items,
    Named,
    Nothing,
    Number,
    Reading,
    Record,
    Shape,
    Table,
    Text,
    Typed,
    Whole,
    YesNo,
    join,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LONGEST_TEXT = 20_000
LONGEST_KEPT = 1_200  # months
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)"
ANYTHING_WRITABLE = r"[^\x00\ud800-\udfff]"


def read(content, shape: Shape | None = None) -> tuple[object, Reading]:
    """A definition as far as its shape is right, and what is wrong with it."""
    reading = Reading()
    found = (shape or definition_shape()).read(content, "", reading)
    if not reading.faults and content["language"] not in content["texts"]:
        reading.refuse("texts", _("The texts in the form’s own language are missing."))
    return found, reading


def json_schema(shape: Shape | None = None, **head) -> dict:
    """The shape as JSON Schema, draft 2020-12."""
    defs: dict = {}
    found = (shape or definition_shape()).schema(defs)
    return {"$schema": DIALECT, **head, **found, "$defs": dict(sorted(defs.items()))}


# -- What stands where ---------------------------------------------------------------------------------------
def key(says: str = "") -> Text:
    reason = gettext_lazy("A key begins with a small letter and has small letters, digits and _, at most 60.")
    return Text(pattern=KEY_PATTERN, reason=reason, says=says)


class Condition(Shape):
    """``null``, a comparison, or ``all``/``any`` of conditions."""

    def __init__(self):
        super().__init__()
        scalar = Either(Text(), Number(), YesNo(), Nothing(), reason="")
        value = Either(
            *(Text(), Number(), YesNo(), Nothing(), Items(scalar), Record({"field": Text()})),
            reason=gettext_lazy("A constant, a list of them, or another question must stand here."),
            says="A constant, a day counted from today (+30d, -18y), a list, or another question’s answer",
        )
        unknown = gettext_lazy("“%(value)s” is not a comparison.")
        self.row = Record(
            {
                "field": Text(says="Key of a question"),
                "operator": Text(among=list(OPERATORS), reason=unknown),
            },
            {"value": value},
        )

    def read(self, value, path, reading):
        return None if value is None else self._read(value, path, reading, 0)

    def _read(self, value, path: str, reading: Reading, depth: int):
        if not isinstance(value, dict):
            return reading.refuse(path, _("This is not a condition."))
        if depth > DEEPEST:
            return reading.refuse(path, _("The condition is nested too deeply."))
        word = next((word for word in ("all", "any") if word in value), None)
        if word is None:
            return self.row.read(value, path, reading)
        for name in value:
            if name != word:
                reading.refuse(join(path, name), _("This is not known."))
        parts, path = value[word], f"{path}.{word}"
        if not isinstance(parts, list):
            return reading.refuse(path, _("A list must stand here."))
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
def definition_shape() -> Record:
    """A definition as the form builder knows it; what stages and pages hold is not looked into."""
    return whole_shape({}, Anything())


def whole_shape(stages: Mapping[str, Shape], page: Shape) -> Record:
    """A definition whose stages have these settings by type, and whose page this shape."""
    check = Record({"key": key(), "condition": Condition()}, says="What must hold over several answers")
    step = Record(
        {"key": key()},
        {
            "condition": Condition(),
            "fields": Items(question_shape(), called="field"),
            "checks": Items(check, called="check"),
        },
        says="One page about one topic",
    )
    fee = Record(
        {"key": key()},
        {
            "amount": Whole(least=0, most=999_999_999, says="In minor units: cents, Rappen"),
            "entry": Text(pattern=r"[-\w]*", most=60, says="Key in the fee schedule, instead of an amount"),
            "exempt": Condition(),
            "quantity": Text(most=60, says="Key of the question that says how many"),
            "vat": Text(pattern=r"(\d{1,2}(\.\d{1,2})?)?", says="Value-added tax included, in per cent: 8.1"),
            "condition": Condition(),
        },
    )
    return Record(
        {
            "format": Whole(least=FORMAT, most=FORMAT, reason=gettext_lazy("This format is not known here.")),
            "language": Text(pattern=LANGUAGE, says="The form’s own language, which others fall back to"),
            "steps": Items(step, called="step"),
            "texts": Table({LANGUAGE: texts_shape()}, says="Texts by language and path"),
        },
        {
            "$schema": Text(says="Where this schema is published"),
            "slug": Text(pattern=r"[-\w]*", most=100, says="The page’s name in addresses"),
            "settings": settings_shape(),
            "fees": Items(fee, called="fee", says="What is due; free where no line applies"),
            "stages": Items(stage_shape(stages), called="stage", says="What happens after sending, in order"),
            "page": page,
        },
        forgiving=True,
    )


def settings_shape() -> Record:
    applicant = {
        "name": Items(Text(most=60), most=3, says="Keys of the questions that make the name"),
        "email": Text(most=60, says="Key of a question"),
        "phone": Text(most=60, says="Key of a question"),
        "address": Text(most=60, says="Key of a question"),
        "consent": Text(most=60, says="Key of the question that consents to decisions by e-mail"),
    }
    letters = {
        moment: Text(pattern=r"[-\w]*", most=60, says="Key of a letter")
        for moment in ("receipt", "accepted", "refused")
    }
    return Record(
        optional={
            "team": Text(most=50, says="Key of the team that treats the requests"),
            "days": Whole(least=0, most=1000, says="Working days until the answer"),
            "decide_together": YesNo(says="Whether agents may decide several of its cases in one go"),
            "applicant": Record(optional=applicant, says="Which answers are the applicant’s"),
            "limits": Record(
                optional={key: shape_of(one.block()) for key, one in limits.items()},
                says="How many requests are taken, when and of whom",
            ),
            "letters": Record(optional=letters, says="What is sent in place of the letters there are anyway"),
            "remedies": Text(pattern=r"[-\w]*", most=60, says="Key of the remedies against its decisions"),
            "retention": Record(
                {"months": Whole(least=1, most=LONGEST_KEPT, says="From the end of the case")},
                {
                    "disposition": Text(among=["eliminate", "archive"], says="What becomes of it then"),
                    "on_request": YesNo(says="Erased earlier if the applicant asks"),
                },
                says="How long closed cases are kept; for ever where it is missing",
            ),
        }
    )


def stage_shape(stages: Mapping[str, Shape]) -> Shape:
    needed, optional = {"key": key()}, {"condition": Condition()}
    if not stages:
        return Record(needed | {"type": Text()}, optional | {"settings": Anything()})
    unknown = gettext_lazy("“%(value)s” is not a stage.")
    return Typed(needed, optional, settings=stages, unknown=unknown)


@cache
def type_blocks() -> dict[str, blocks.StructBlock]:
    """The editor's block of every type of question."""
    return {kind.key: kind.block() for kind in field_types}


# -- Questions -----------------------------------------------------------------------------------------------
def question_shape() -> Shape:
    """A question of any type that an installed app offers."""
    kinds = type_blocks()
    inside = kinds["group"].child_blocks["fields"]
    unknown = gettext_lazy("“%(value)s” is not a type of question.")
    not_here = gettext_lazy("“%(value)s” is not a type of question that can stand in a group.")
    simple = {name: kinds[name] for name in inside.child_blocks}
    row = Named("question_in_group", _question(simple, Items(Record(), most=0), not_here))
    rows = Items(row, called="field", says="The questions of a group")
    return Named("question", _question(kinds, rows, unknown))


def _question(kinds: Mapping[str, blocks.StructBlock], fields: Items, unknown) -> Typed:
    value = Text(pattern=ANYTHING_WRITABLE + "+", least=1, most=100)
    tokens = ["", *(token for token, _label in TOKENS)]
    reason = gettext_lazy("“%(value)s” is not known to browsers.")
    return Typed(
        {"key": key("Unique among all questions, those in groups included")},
        {
            "required": YesNo(),
            "condition": Condition(),
            "options": Items(Record({"value": value}, {"condition": Condition()})),
            "table": Text(most=60, says="Key of the reference table that the options stand in"),
            "autocomplete": Text(among=tokens, reason=reason, says="Token of the HTML standard"),
            "prefill": Text(most=60, says="Key of the source that the answer is filled in from"),
            "personal": YesNo(says="Personal data"),
            "searchable": YesNo(says="Found by the agents’ search"),
            "secret": YesNo(says="Never in lists, mails and exports"),
            "retention": Whole(least=0, most=36_500, says="Days from the end of the case to its erasure"),
            "fields": fields,
        },
        settings={name: settings_of(block) for name, block in kinds.items()},
        unknown=unknown,
    )


def settings_of(block: blocks.StructBlock) -> Record:
    """What only this type of question lets the editor set."""
    own = {name: one for name, one in block.child_blocks.items() if name not in COMMON}
    return Record(optional={name: shape_of(one) for name, one in own.items()})


def shape_of(block: blocks.Block) -> Shape:
    """What the value of an editor's block is in a definition."""
    field = getattr(block, "field", None)
    match block:
        case blocks.StructBlock():
            return Record(optional={name: shape_of(one) for name, one in block.child_blocks.items()})
        case blocks.StreamBlock():
            return Items(_typed(block))
        case blocks.ListBlock():
            return Items(shape_of(block.child_block))
        case KeysBlock():
            return Items(Text(most=121))
        case blocks.BooleanBlock():
            return YesNo()
        case blocks.DateTimeBlock():
            return Text(pattern=MOMENT, says="A moment with its offset: 2027-03-01T08:00:00+01:00")
        case blocks.IntegerBlock():
            return Whole(least=field.min_value, most=field.max_value)
        case blocks.DecimalBlock() | blocks.FloatBlock():
            return Number(least=field.min_value, most=field.max_value)
        case blocks.MultipleChoiceBlock():
            return Items(_choice(block, required=True))
        case blocks.ChoiceBlock():
            return _choice(block, required=block.required)
        case blocks.CharBlock() | blocks.TextBlock() | blocks.RegexBlock():
            return Text(most=getattr(field, "max_length", None))
    return Anything()


def _typed(block: blocks.StreamBlock) -> Record:
    """One of the blocks of a stream: its ``type``, and what blocks of that type hold."""
    inside = {}
    for one in block.child_blocks.values():
        inside |= shape_of(one).known
    return Record({"type": Text(among=list(block.child_blocks))}, inside)


def _choice(block, *, required: bool) -> Text:
    """One of the choices; any text where they are only known when they are asked for."""
    choices = block._constructor_kwargs.get("choices")
    if callable(choices) or choices is None:
        return Text(most=200)
    return Text(among=[*([] if required else [""]), *(value for value, _label in choices)])


# -- Texts ---------------------------------------------------------------------------------------------------
def texts_shape() -> Shape:
    """The texts of one language: which paths there are, and how long each may be."""
    step, field = step_block().child_blocks, {}
    for block in type_blocks().values():
        field |= {name: one for name, one in block.child_blocks.items() if name in FIELD_TEXTS}
    rows = {
        "title": Text(most=255),
        **{rf"step\.{KEY_PATTERN}\.{name}": _text(step[name]) for name in ("title", "intro")},
        **{rf"field\.{KEY_PATTERN}\.{name}": _text(one) for name, one in field.items()},
        rf"option\.{KEY_PATTERN}\.{ANYTHING_WRITABLE}{{1,105}}": _text(OptionBlock().child_blocks["label"]),
        rf"check\.{KEY_PATTERN}": _text(CheckBlock().child_blocks["message"]),
        rf"fee\.{KEY_PATTERN}": _text(FeeBlock().child_blocks["label"]),
        rf"stage\.{KEY_PATTERN}(\.\w{{1,60}})?": Text(most=LONGEST_TEXT),
    }
    return Named("texts", Table(rows, wrong_name=gettext_lazy("Nothing in a form has a text of this name.")))


def _text(block: blocks.Block) -> Text:
    return Text(most=block.field.max_length or LONGEST_TEXT)
