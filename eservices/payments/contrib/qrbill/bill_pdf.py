"""The QR-bill on paper: our letter above, the Swiss standard's payment part at the bottom."""

import io
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from home.localization.dates import date_format
from home.localization.number_format import format_amount
from home.models import CommuneSettings
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from ... import ledger
from ...models import Payment
from ...receipt_pdf import deposit_note, receipt_lines
from .payment_part import PART_LINE, RECEIPT_LINE, PaymentPart, wrap_text

TEMPLATE = Path(__file__).parent.parent.parent / "typst" / "bill.typ"
LANGUAGES = ("de", "fr", "it", "en")


def render_bill(payment: Payment) -> bytes:
    """Render the bill as PDF, in the language of the payment."""
    with override(payment.language):
        return printing_pdf.render_pdf(TEMPLATE, _content(payment), payment.opened_at, sans=True)


def _content(payment: Payment) -> dict:
    charges = list(payment.basket.charges.select_related("case__version", "case__team", "case__submission"))
    day = timezone.localdate(payment.opened_at)
    titles = ", ".join(charge.case.version.definition.title(payment.language) for charge in charges)
    references = ", ".join(charge.case.reference for charge in charges)
    until = date_format(timezone.localdate(min(charge.expires_at for charge in charges)), "DATE_FORMAT")
    return letterhead.letterhead_data() | {
        "language": payment.language,
        "office": charges[0].case.team.name_in(payment.language),
        "title": _("Bill"),
        "number": references,
        "date": date_format(day, "DATE_FORMAT"),
        "day": [day.year, day.month, day.day],
        "to": charges[0].case.applicant,
        "sentence": _("%(what)s. Please pay by %(day)s.") % {"what": titles, "day": until},
        "lines": receipt_lines(charges, payment.language),
        "detail": _("Intended purpose"),
        "total": [_("To pay"), format_amount(payment.amount)],
        "note": deposit_note(charges),
        "part": payment_part_svg(payment, references),
        "part_alt": payment_part_text(payment),
    }


def payment_part_svg(payment: Payment, references: str) -> str:
    """Draw receipt and payment part as SVG, 210 by 105 mm, under a strip of 1 mm for the scissors symbol."""
    own, commune = ledger.ledger_accounts(), CommuneSettings.current()
    bill = PaymentPart(
        account=own.creditor_iban,
        creditor={
            "name": wrap_text(own.creditor[:70], RECEIPT_LINE),
            "street": wrap_text(commune.street[:70], RECEIPT_LINE),
            "pcode": commune.postcode,
            "city": (commune.town or commune.name)[:35],
            "country": settings.COUNTRY,
        },
        amount=f"{payment.amount / 100:.2f}",
        currency=payment.currency,
        reference_number=payment.external_id,
        additional_information=wrap_text(references[:140], PART_LINE),
        language=payment.language if payment.language in LANGUAGES else "en",
    )
    drawn = io.StringIO()
    bill.as_svg(drawn)
    return drawn.getvalue()


def payment_part_text(payment: Payment) -> str:
    """Return the text alternative of the payment part, for screen readers."""
    return _("Payment part of the QR-bill: %(amount)s to %(creditor)s, reference %(reference)s.") % {
        "amount": format_amount(payment.amount),
        "creditor": ledger.ledger_accounts().creditor,
        "reference": payment.external_id,
    }
