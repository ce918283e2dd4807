"""What a document is made of, as editors lay it: statements, parts and facts, each where its condition holds."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.formbuilder.blocks import ConditionBlock, KeysBlock


class PassageBlock(blocks.RichTextBlock):
    """Text with placeholders. What typst is given of it: paragraphs, lists, bold and italic."""

    def __init__(self, features=("bold", "italic", "ol", "ul"), **kwargs):
        super().__init__(features=list(features), **kwargs)


def _condition() -> ConditionBlock:
    return ConditionBlock(purpose="shown", required=False)


class StatementBlock(blocks.StructBlock):
    """What is attested, in large letters."""

    text = PassageBlock(features=("bold", "italic"), label=_("Statement"))
    condition = _condition()

    class Meta:
        icon = "openquote"
        label = _("Statement")


class PartBlock(blocks.StructBlock):
    """A few paragraphs, their heading beside them."""

    heading = blocks.CharBlock(required=False, max_length=60, label=_("Heading"))
    text = PassageBlock(label=_("Text"))
    condition = _condition()

    class Meta:
        icon = "pilcrow"
        label = _("Part")


class FactsBlock(blocks.StructBlock):
    """Answers in a table, question beside answer; what was not answered is left out."""

    heading = blocks.CharBlock(required=False, max_length=60, label=_("Heading"))
    keys = KeysBlock(label=_("Questions"))
    condition = _condition()

    class Meta:
        icon = "table"
        label = _("Facts")


class BodyBlock(blocks.StreamBlock):
    statement = StatementBlock()
    part = PartBlock()
    facts = FactsBlock()
