"""Stream blocks of the layout: columns, rules, accounts and codes of VAT."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from eservices.formbuilder.models import Form
from eservices.payments.models import JournalRow

from .logic.layout import FIXED

SOURCES = [
    ("number", _("Number of the entry")),
    ("day", _("Day")),
    ("debit", _("Account of the debit")),
    ("credit", _("Account of the credit")),
    ("account", _("Account of the line")),
    ("counter_account", _("Contra account of the line")),
    ("side", _("Side of the line: D or C")),
    ("amount", _("Amount")),
    ("net", _("Amount without VAT")),
    ("vat_amount", _("VAT amount")),
    ("currency", _("Currency")),
    ("vat", _("VAT rate")),
    ("vat_code", _("VAT code")),
    ("cost_centre", _("Cost centre")),
    ("kind_label", _("Kind of entry")),
    ("text", _("Text")),
    ("receipt", _("Receipt")),
    ("reference", _("Case")),
    ("service", _("Service")),
    (FIXED, _("Fixed text")),
]
ALIGNMENTS = [("left", _("left")), ("right", _("right")), ("zeros", _("right, filled with zeros"))]
MAX_WIDTH = 255


def _text(label, length: int, **options) -> blocks.CharBlock:
    return blocks.CharBlock(**{"label": label, "max_length": length, "required": False} | options)


def _services() -> list[tuple[str, str]]:
    return [(slug, slug) for slug in Form.objects.order_by("slug").values_list("slug", flat=True)]


class ColumnBlock(blocks.StructBlock):
    """A column of the file."""

    source = blocks.ChoiceBlock(choices=SOURCES, label=_("Content"))
    title = _text(_("Title"), 60)
    fixed = _text(_("Fixed text"), 60)
    width = blocks.IntegerBlock(
        label=_("Width"),
        required=False,
        min_value=1,
        max_value=MAX_WIDTH,
        help_text=_("In characters. Needed for fixed width; in CSV, the most that the accounting takes."),
    )
    align = blocks.ChoiceBlock(choices=ALIGNMENTS, default="left", label=_("Alignment"))
    shorten = blocks.BooleanBlock(
        label=_("Cut a longer text"),
        required=False,
        help_text=_("Otherwise an entry that does not fit refuses the export. An amount is never cut."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Column")


class RuleBlock(blocks.StructBlock):
    """Account, codes and text for some entries. The first rule that fits is the one that counts."""

    kind = blocks.ChoiceBlock(choices=JournalRow.Kind.choices, required=False, label=_("Kind of entry"))
    service = blocks.ChoiceBlock(choices=_services, required=False, label=_("Service"))
    account = _text(_("Our account"), 20)
    cost_centre = _text(_("Cost centre"), 20)
    vat_code = _text(_("VAT code"), 10)
    text = _text(
        _("Text"),
        120,
        help_text=_("With {text}, {receipt}, {reference}, {service} and {kind} for what the entry says."),
    )

    class Meta:
        icon = "order"
        label = _("Rule")


class AccountBlock(blocks.StructBlock):
    """The number that an account has in the accounting."""

    ours = _text(_("Our account"), 20, required=True)
    theirs = _text(_("Account in the accounting"), 20, required=True)

    class Meta:
        icon = "tag"
        label = pgettext_lazy("bookkeeping", "Account")


class VatCodeBlock(blocks.StructBlock):
    """The code of a VAT rate."""

    rate = _text(_("VAT rate"), 5, required=True, help_text=_("As in the fee schedule, such as 8.1."))
    code = _text(_("VAT code"), 10, required=True)

    class Meta:
        icon = "tag"
        label = _("VAT code")


def refuse_columns_without_width(columns) -> None:
    """Raise ValidationError if a column of a file of fixed width has no width."""
    if any(not column.value["width"] for column in columns):
        raise ValidationError({"columns": _("Each column of a file of fixed width needs a width.")})
