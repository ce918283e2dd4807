"""The letters about payments."""

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
    """There is something to pay: how much, by when, where."""
    said = {"charge": charge, "pay_url": pay_url(charge, basket)} | ({} if charge.paid else _lines([charge]))
    return queue_letter_to_applicant(charge.case, "payments/emails/due", **said, **acceptance)


def send_payment_reminder(charge: Charge, basket: Basket) -> Delivery | None:
    """It is not paid yet, and until when there is time."""
    said = {"charge": charge, "pay_url": pay_url(charge, basket)}
    billed = basket.payments.open().filter(provider="qrbill").exists()
    return queue_letter_to_applicant(charge.case, "payments/emails/reminder", **said, billed=billed)


def send_receipt(payment: Payment, charges: list[Charge]) -> Delivery | None:
    """We have your money: the receipt, with the way to its PDF. Of an erased case nobody is left to be told."""
    case = charges[0].case
    if case.submission.erased_at:
        return None
    with translation.override(case.language):
        url = absolute_url(reverse("payments:receipt", args=[payment.basket.secret, payment.pk]))
    return queue_letter_to_applicant(
        case, "payments/emails/receipt", payment=payment, receipt_url=url, **_lines(charges)
    )


def send_refund_notice(charge: Charge, refund: Refund) -> Delivery | None:
    """We paid back: how much and why. Of an erased case nobody is left to be told."""
    if charge.case.submission.erased_at:
        return None
    return queue_letter_to_applicant(
        charge.case, "payments/emails/refunded", charge=charge, refund=refund, way=_way(refund)
    )


def _lines(charges: list[Charge]) -> dict:
    """Return what was asked for, line by line, and how much of it is a deposit that comes back."""
    lines = [line for charge in charges for line in charge.lines]
    return {
        "lines": [(line["label"], format_amount(line["total"])) for line in lines],
        "deposit": fee_breakdown.deposit(lines),
    }


def _way(refund: Refund):
    """How the money comes back: a person may have paid it out by another way than it came."""
    own = ledger.ledger_accounts()
    if refund.account == own.cash:
        return _("It was given to you in cash, at the counter.")
    if refund.account == own.bank:
        return _("It comes to your bank account, within a few days.")
    return _("It comes the way you paid, within a few days.")


def pay_url(charge: Charge, basket: Basket) -> str:
    """The page where the basket is paid, in the language of the case."""
    with translation.override(charge.case.language):
        return absolute_url(reverse("payments:pay", args=[basket.secret]))
