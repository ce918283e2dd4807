"""The receipt of a payment as PDF, from the data stored when the money arrived."""

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.formbuilder.fee_breakdown import deposit
from home.localization.dates import date_format
from home.localization.number_format import format_amount, format_decimal
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from .models import Payment
from .providers import provider_label

TEMPLATE = Path(__file__).parent / "typst" / "receipt.typ"


def render_receipt(payment: Payment) -> bytes:
    """Render the receipt as PDF, in the language of the payment."""
    with override(payment.language):
        return printing_pdf.render_pdf(TEMPLATE, _content(payment), payment.settled_at)


def receipt_lines(charges, language: str) -> list[list[str]]:
    """Return label, VAT and amount of each line, with the form's label in ``language``."""
    return [
        [
            _label(line, charge.case.version.definition.text(f"fee.{line['key']}", language)),
            _tax(line),
            format_amount(line["total"]),
        ]
        for charge in charges
        for line in charge.lines
    ]


def deposit_note(charges) -> str:
    """Return how much of some charges is a deposit and when it is refunded, in the active language; "" if none."""
    amount = deposit(line for charge in charges for line in charge.lines)
    if not amount:
        return ""
    note = _(
        "The deposit of %(amount)s is included. We refund it after the return, less the cost of "
        "missing or damaged items."
    )
    return note % {"amount": format_amount(amount)}


def _content(payment: Payment) -> dict:
    day = timezone.localdate(payment.settled_at)
    charges = list(payment.basket.charges.select_related("case__version", "case__team"))
    references = ", ".join(charge.case.reference for charge in charges)
    facts = [
        (_("For"), ", ".join(charge.case.version.definition.title(payment.language) for charge in charges)),
        (_("Reference"), references),
        (_("Means of payment"), provider_label(payment.provider)),
        (_("Payment"), payment.external_id or str(payment.pk)),
    ]
    return letterhead.letterhead_data() | {
        "language": payment.language,
        "office": charges[0].case.team.name_in(payment.language),
        "title": _("Receipt"),
        "number": payment.receipt,
        "date": date_format(day, "DATE_FORMAT"),
        "day": [day.year, day.month, day.day],
        "sentence": _("We received %(amount)s. Thank you.") % {"amount": _money(payment)},
        "facts": facts,
        "about": _("The payment"),
        "detail": _("Reason for the payment"),
        "lines": receipt_lines(charges, payment.language),
        "total": [_("Received"), _money(payment)],
        "note": deposit_note(charges),
    }


def _money(payment: Payment) -> str:
    return format_amount(payment.received, payment.received_currency)


def _label(line: dict, label: str) -> str:
    times = f" × {format_decimal(line['quantity'])}" if line["quantity"] != "1" else ""
    return (label or line["label"]) + times


def _tax(line: dict) -> str:
    if not line["vat"]:
        return _("outside VAT")
    values = {"rate": format_decimal(line["vat"]), "amount": format_amount(line["vat_amount"])}
    return _("VAT %(rate)s %% included: %(amount)s") % values
