"""Blocks of document templates: statements, parts, answers and people, each with an optional condition."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.formbuilder.blocks import ConditionBlock, KeysBlock, NotTranslatedMixin, PlainChoiceBlock

APPLICANT, NAMED, EVERYBODY = "applicant", "named", "everybody"
ABOUT = [
    (APPLICANT, _("the applicant")),
    (NAMED, _("people named by the applicant")),
    (EVERYBODY, _("the applicant and the people they name")),
]
ROWS = {
    "family_name": _("last name"),
    "given_names": _("first names"),
    "birth": _("date of birth"),
    "origin": _("place of origin"),
    "civil_status": _("civil status"),
    "address": _("address"),
    "since": _("resident since"),
}


class PassageBlock(blocks.RichTextBlock):
    """Text with placeholders, limited to what the Typst template supports: paragraphs, lists, bold and italic."""

    def __init__(self, features=("bold", "italic", "ol", "ul"), **kwargs):
        super().__init__(features=list(features), **kwargs)


def _condition() -> ConditionBlock:
    return ConditionBlock(purpose="shown", required=False)


def _about() -> PlainChoiceBlock:
    return PlainChoiceBlock(
        choices=ABOUT,
        default=APPLICANT,
        required=False,
        label=_("About"),
        help_text=_("People described by the placeholders of the register."),
    )


class RowsBlock(NotTranslatedMixin, blocks.MultipleChoiceBlock):
    """Choice of the register data that a document shows of a person."""


class StatementBlock(blocks.StructBlock):
    """The attested statement of a document, in large letters."""

    text = PassageBlock(features=("bold", "italic"), label=_("Statement"))
    about = _about()
    condition = _condition()

    class Meta:
        icon = "openquote"
        label = _("Statement")


class DocumentPartBlock(blocks.StructBlock):
    """Paragraphs with a heading beside them."""

    heading = blocks.CharBlock(required=False, max_length=60, label=_("Heading"))
    text = PassageBlock(label=_("Text"))
    about = _about()
    condition = _condition()

    class Meta:
        icon = "pilcrow"
        label = _("Part")


class AnswerTableBlock(blocks.StructBlock):
    """A table of questions and answers; questions without an answer are left out.

    In a document from the population register the table is marked as declared.
    """

    heading = blocks.CharBlock(required=False, max_length=60, label=_("Heading"))
    keys = KeysBlock(label=_("Questions"))
    condition = _condition()

    class Meta:
        icon = "table"
        label = _("Facts")


class PeopleBlock(blocks.StructBlock):
    """People as recorded in the population register, one table each."""

    heading = blocks.CharBlock(required=False, max_length=60, label=_("Heading"))
    about = _about()
    rows = RowsBlock(
        choices=list(ROWS.items()),
        default=["family_name", "given_names", "birth", "address", "since"],
        label=_("Displayed data"),
        help_text=_("Choose only data that the recipient of the document needs."),
    )
    condition = _condition()

    class Meta:
        icon = "group"
        label = _("People of the register")


class DocumentBodyBlock(blocks.StreamBlock):
    statement = StatementBlock()
    part = DocumentPartBlock()
    facts = AnswerTableBlock()
    people = PeopleBlock()
