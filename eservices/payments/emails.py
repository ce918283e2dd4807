"""E-mails about payments."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from eservices.cases.emails import queue_letter_to_applicant
from eservices.deliveries.models import Delivery
from eservices.formbuilder import fee_breakdown
from home.links.page_links import absolute_url
from home.localization.number_format import format_amount

from . import ledger
from .models import Basket, Charge, Payment, Refund


def send_payment_due(charge: Charge, basket: Basket, **acceptance) -> Delivery | None:
    """Tell the applicant what to pay: how much, by when, and where."""
    context = {"charge": charge, "pay_url": pay_url(charge, basket)} | (
        {} if charge.paid else _lines([charge])
    )
    return queue_letter_to_applicant(charge.case, "payments/emails/due", **context, **acceptance)


def send_payment_reminder(charge: Charge, basket: Basket) -> Delivery | None:
    """Remind the applicant of the payment and its deadline."""
    context = {"charge": charge, "pay_url": pay_url(charge, basket)}
    billed = basket.payments.open().filter(provider="qrbill").exists()
    return queue_letter_to_applicant(charge.case, "payments/emails/reminder", **context, billed=billed)


def send_receipt(payment: Payment, charges: list[Charge]) -> Delivery | None:
    """Send the receipt with a link to its PDF. None if the case is erased, as there is no address any more."""
    case = charges[0].case
    if case.submission.erased_at:
        return None
    with translation.override(case.language):
        url = absolute_url(reverse("payments:receipt", args=[payment.basket.secret, payment.pk]))
    return queue_letter_to_applicant(
        case, "payments/emails/receipt", payment=payment, receipt_url=url, **_lines(charges)
    )


def send_refund_notice(charge: Charge, refund: Refund) -> Delivery | None:
    """Tell the applicant how much was refunded and why. None if the case is erased, as there is no address any more."""
    if charge.case.submission.erased_at:
        return None
    return queue_letter_to_applicant(
        charge.case, "payments/emails/refunded", charge=charge, refund=refund, way=_refund_way_text(refund)
    )


def _lines(charges: list[Charge]) -> dict:
    """Return the lines of the charges, and how much of them is a deposit that is refunded later."""
    lines = [line for charge in charges for line in charge.lines]
    return {
        "lines": [(line["label"], format_amount(line["total"])) for line in lines],
        "deposit": fee_breakdown.deposit(lines),
    }


def _refund_way_text(refund: Refund):
    """Return how the refund is paid: an agent may have paid it in another way than the payment came."""
    own = ledger.ledger_accounts()
    if refund.account == own.cash:
        return _("The money was refunded to you in cash at the counter.")
    if refund.account == own.bank:
        return _("The money arrives on your bank account within a few days.")
    return _("The money is refunded by your means of payment within a few days.")


def pay_url(charge: Charge, basket: Basket) -> str:
    """Return the URL of the payment page of the basket, in the language of the case."""
    with translation.override(charge.case.language):
        return absolute_url(reverse("payments:pay", args=[basket.secret]))
