"""Field types for structure: texts between questions, groups, computed answers."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ..blocks import KeysBlock, PlainCharBlock, PlainChoiceBlock, QuestionKeyBlock
from ..definition import FieldDefinition, FormDefinition
from ..logic.computed import OPERATIONS
from .base import LAYOUT, MASK, FieldType, answer_text, field_types, register_field_type, whole_number
from .numeric import format_money, format_number

SIGN_IN = "sign_in"  # look of a text with a button to sign in, for applicants whose identity is not proven


@register_field_type
class StaticText(FieldType):
    """A heading (just a label), an explanation or a callout between the questions."""

    key, label, icon = "static_text", _("Heading or text"), "info-circle"
    says = _("Explains, or gives a group of questions a title. It has no answer.")
    group, form_class = LAYOUT, None
    template = "formbuilder/fields/static.html"
    asks = False
    LOOKS = [("note", _("Note")), ("warning", _("Warning")), (SIGN_IN, _("Offer to sign in"))]

    def settings_blocks(self):
        return [("look", PlainChoiceBlock(required=False, choices=self.LOOKS, label=_("Set off as")))]

    def settings_faults(self, field):
        if (look := field.settings.get("look") or "") not in ["", *(key for key, _label in self.LOOKS)]:
            yield gettext("“%(look)s” is not a look of a text") % {"look": look}


@register_field_type
class Group(FieldType):
    """The same questions several times: children, vehicles. An answer is a list of ``{key: answer}``."""

    key, label, icon, compares = "group", _("Repeating group"), "copy", "list"
    says = _("The same questions for each child, vehicle, room.")
    group, form_class = LAYOUT, None  # its rows are separate forms: forms.RepeatingRows
    template = "formbuilder/fields/group.html"
    in_groups = False
    example = {"fields": [{"key": "r", "type": "short_text"}]}

    def settings_blocks(self):
        return [
            ("min", blocks.IntegerBlock(required=False, min_value=0, label=_("At least"))),
            ("max", blocks.IntegerBlock(required=False, min_value=1, max_value=50, label=_("At most"))),
            (
                "persons",
                blocks.BooleanBlock(
                    required=False,
                    label=_("These are people the request is about"),
                    help_text=_("Each gets an outcome of their own."),
                ),
            ),
            (
                "copies",
                blocks.ListBlock(
                    blocks.StructBlock(
                        [
                            (
                                "question",
                                PlainCharBlock(max_length=60, label=_("Key of the question of the group")),
                            ),
                            ("source", QuestionKeyBlock(label=_("Question before the group"))),
                        ]
                    ),
                    required=False,
                    default=[],
                    label=_("Copied answers"),
                    help_text=_(
                        "A new item begins with the answers of the item before it, the first one with those "
                        "of the form: last name, nationality. People can change them."
                    ),
                ),
            ),
        ]

    def settings_faults(self, field):
        least, most = whole_number(field.settings.get("min")), whole_number(field.settings.get("max"))
        if least and most and least > most:
            yield gettext("the least is above the most")
        inside = {one.key for one in field.fields}
        for inner, _source in _copies(field):
            if inner not in inside:
                yield gettext("“%(key)s”, which is copied, is no question of the group") % {"key": inner}

    def lint_advice(self, field, definition):
        copied = copied_answers(field, definition)
        for inner, source in _copies(field):
            if (inner, source) not in copied:
                yield gettext("“%(key)s” is not copied: “%(source)s” is not asked, or is of another type") % {
                    "key": inner,
                    "source": source,
                }

    def limits(self, field: FieldDefinition) -> tuple[int, int]:
        """Return the minimum and maximum number of rows."""
        least = whole_number(field.settings.get("min")) or (1 if field.required else 0)
        return least, max(least, min(whole_number(field.settings.get("max")) or 10, 50))

    def answer_text(self, answer, field, definition, language):
        """Return question and answer of each row, a line each, below the name of the row and its number.

        A group with one question lists its answers.
        """
        asked = [one for one in field.fields if field_types[one.type].asks]
        name = definition.text(f"field.{field.key}.row", language) or gettext("No.")
        lines = []
        for number, row in enumerate(answer, 1):
            said = [(one, _words(one, row.get(one.key), definition, language)) for one in asked]
            if len(asked) > 1:
                answers = [_said(one, words, definition, language) for one, words in said if words]
                lines += [f"{name} {number}", *answers]
            else:
                lines += [words for _one, words in said if words]
        return "\n".join(lines)


def copied_answers(group: FieldDefinition, definition: FormDefinition) -> list[tuple[str, str]]:
    """Return the questions whose answers a new row copies, each with the one of the same type for the first row."""
    inside = {one.key: one.type for one in group.fields}
    return [
        (inner, source)
        for inner, source in _copies(group)
        if source in definition.fields and definition.fields[source].type == inside.get(inner)
    ]


def _copies(group: FieldDefinition) -> list[tuple[str, str]]:
    listed = group.settings.get("copies")
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [(str(one.get("question", "")), str(one.get("source", ""))) for one in rows]


def _words(field: FieldDefinition, answer, definition: FormDefinition, language: str) -> str:
    """Return the text of an answer in a row; a masked one stays masked, because no type can read the mask."""
    return MASK if answer == MASK else answer_text(field, answer, definition, language)


def _said(field: FieldDefinition, words: str, definition: FormDefinition, language: str) -> str:
    """Return “question: answer” on one line."""
    label = definition.text(f"field.{field.key}.label", language) or field.key
    answer = words.replace("\n", ", ")
    if label[-1] in "?:!":
        return f"{label} {answer}"
    return gettext("%(question)s: %(answer)s") % {"question": label, "answer": answer}


@register_field_type
class Computed(FieldType):
    """An answer computed from others by a formula (``logic/computed.py``). Shown, never entered."""

    key, label, icon, compares = "computed", _("Computed"), "cog", "number"
    says = _("A sum, a number of days, a full name: calculated and shown, not entered.")
    group, form_class = LAYOUT, None
    template = "formbuilder/fields/computed.html"
    typed = False
    example = {"settings": {"formula": {"operation": "count", "fields": []}}}
    WORDS = {
        "sum": _("Sum"),
        "product": _("Product"),
        "difference": _("Difference"),
        "count": _("How many"),
        "concat": _("Texts, one after the other"),
    }

    def settings_blocks(self):
        formula = blocks.StructBlock(
            [
                ("operation", PlainChoiceBlock(choices=list(self.WORDS.items()), label=_("Operation"))),
                (
                    "fields",
                    KeysBlock(label=_("Questions"), help_text=_("Questions above this one, in order.")),
                ),
                ("separator", PlainCharBlock(required=False, max_length=10, label=_("Between the texts"))),
            ],
            label=_("Formula"),
            collapsed=False,
        )
        return [
            ("formula", formula),
            ("money", blocks.BooleanBlock(required=False, label=_("An amount of money"))),
        ]

    def comparison_of(self, field):
        return "text" if _joins_texts(field) else self.compares

    def settings_faults(self, field):
        formula = field.settings.get("formula")
        if not isinstance(formula, dict) or formula.get("operation") not in OPERATIONS:
            yield gettext("the formula has no operation")
        elif not isinstance(formula.get("fields"), list) or not formula["fields"]:
            yield gettext("the formula names no question")

    def answer_text(self, answer, field, definition, language):
        if _joins_texts(field):
            return str(answer)
        return format_money(answer) if field.settings.get("money") else format_number(answer)


def _joins_texts(field: FieldDefinition) -> bool:
    """Return whether a computed answer is a text, not a number."""
    formula = field.settings.get("formula")
    return isinstance(formula, dict) and formula.get("operation") == "concat"
