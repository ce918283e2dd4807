"""Blocks with text, tables and callouts."""

from html import unescape

from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from .base import BREAK, CELL, LOREM, PROSE_FEATURES, TEXT_FEATURES, raise_block_errors


class HeadingBlock(blocks.CharBlock):
    def __init__(self, **options):
        super().__init__(**({"max_length": 120} | options))

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "home/blocks/heading.html"
        preview_value = _("Description of the change")
        description = _("The title of a part of the page.")


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **options):
        super().__init__(**({"features": PROSE_FEATURES} | options))

    def get_searchable_content(self, value):
        """Return one text per paragraph and list item. Wagtail joins them without a space."""
        return unescape(strip_tags(BREAK.sub("\n", value.source))).splitlines()

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "home/blocks/text.html"
        preview_value = LOREM
        description = _("Paragraphs, lists and links.")


class KeyFigureBlock(blocks.StructBlock):
    number = blocks.CharBlock(
        label=_("Number"), max_length=12, help_text=_("Short, with its unit: “90 m”, “45 %”.")
    )
    label = blocks.CharBlock(label=_("Label of the figure"), max_length=60)


class KeyFiguresBlock(blocks.ListBlock):
    def __init__(self, **options):
        super().__init__(KeyFigureBlock(), **({"min_num": 2, "max_num": 4} | options))

    class Meta:
        icon = "order"
        label = _("Key figures")
        template = "home/blocks/figures.html"
        preview_value = [{"number": "90 m", "label": _("of beach")}, {"number": "25", "label": _("weeks")}]
        description = _("Two to four key figures.")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quoted text"), max_length=400)
    who = blocks.CharBlock(required=False, default="", max_length=120, label=_("Author of the quotation"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "home/blocks/quote.html"
        preview_value = {"text": LOREM, "who": _("A resident")}
        description = _("A quotation from a person.")


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=160)
    answer = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question that unfolds")
        template = "home/blocks/question.html"
        preview_value = {"question": _("What do I need?"), "answer": LOREM}
        description = _("A question whose answer unfolds; several in a row make a list.")


class TableValue(blocks.StructValue):
    """Rows of cells, pasted from a spreadsheet or written with ``|`` between cells."""

    @cached_property
    def lines(self) -> list[list[str]]:
        lines = [line for line in (self.get("cells") or "").splitlines() if line.strip()]
        rows = [[cell.strip() for cell in line.replace("\t", "|").split("|")] for line in lines]
        width = max(map(len, rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]

    @property
    def head(self) -> list[str]:
        return self.lines[0] if self.lines else []

    @property
    def rows(self) -> list[list[str]]:
        return self.lines[1:]


class TableBlock(blocks.StructBlock):
    MOST_COLUMNS, MOST_ROWS, MOST_SIGNS = 10, 100, 200

    caption = blocks.CharBlock(label=_("What the table shows"), max_length=120)
    cells = blocks.TextBlock(
        label=_("Cells"),
        help_text=_("Paste from a spreadsheet, or write a line per row and | between cells. First the head."),
    )

    def clean(self, value):
        value = super().clean(value)
        if fault := self.fault(value):
            raise_block_errors(cells=fault)
        return value

    def fault(self, value) -> str:
        """Return why this table cannot be read on a phone; "" if it can, and for a draft without cells."""
        columns, rows = len(value.head), len(value.rows)
        if not columns:
            return ""
        if columns == 1 or not rows:
            return _("A table has a head, rows below it and | between cells. A list is written in a text.")
        if columns > self.MOST_COLUMNS:
            text = _("{number} columns are too many for a telephone: at most {most}. Split the table in two.")
            return text.format(number=columns, most=self.MOST_COLUMNS)
        if rows > self.MOST_ROWS:
            text = _("{number} rows are too many to be read: at most {most}. Offer the whole as a download.")
            return text.format(number=rows, most=self.MOST_ROWS)
        longest = max((cell for line in value.lines for cell in line), key=len)
        if len(longest) > self.MOST_SIGNS:
            text = _("A cell has a few words, at most {most} signs: “{cell}” has {number}.")
            cell = Truncator(longest).chars(40)
            return text.format(number=len(longest), most=self.MOST_SIGNS, cell=cell)
        return ""

    def get_searchable_content(self, value):
        return [value["caption"], CELL.sub(", ", value["cells"])]

    class Meta:
        icon = "table"
        label = _("Table")
        template = "home/blocks/table.html"
        value_class = TableValue
        preview_value = {"caption": _("Fees"), "cells": "Document | CHF\nCertificate | 15.–"}
        description = _("Rows and columns with a head.")


class SharedCalloutBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.SharedCallout", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "warning"
        label = _("Notice used again")
        template = "home/blocks/shared_notice.html"
        description = _("A callout that appears on several pages and is edited in one place.")

    def get_preview_value(self):
        return self.model_class(title=_("Closed on 1 August"), text=str(LOREM))


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(required=False, default="", max_length=600, label=_("Text"))


class StepsBlock(blocks.ListBlock):
    def __init__(self, **options):
        super().__init__(StepBlock(), **({"min_num": 2, "max_num": 12} | options))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "home/blocks/steps.html"
        preview_value = [
            {"title": _("You ask"), "text": LOREM},
            {"title": _("We check"), "text": LOREM},
            {"title": _("You receive"), "text": LOREM},
        ]
        description = _("Steps, in order.")


class CalloutBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Notice")
        template = "home/blocks/notice.html"
        preview_value = {"title": _("Closed on 1 August"), "text": LOREM}
        description = _("Important information.")


class BarrierBlock(blocks.StructBlock):
    """An obstacle that stops some people, and how they can get past it."""

    what = blocks.CharBlock(label=_("Type of barrier"), max_length=200)
    way = blocks.CharBlock(required=False, default="", label=_("The way past it"), max_length=200)
    until = blocks.CharBlock(required=False, default="", label=_("Mended by"), max_length=60)

    class Meta:
        icon = "warning"
        label = _("Barrier")
