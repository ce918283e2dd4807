"""The Swiss QR-bill, paid by bank transfer. Each payment has its own reference."""

from django.utils.translation import gettext_lazy as _

from home.models import CommuneSettings

from ... import ledger
from ...models.payments import Payment, Refund
from ...models.settings import is_qr_iban
from ...providers import CANCELLED, PENDING, REFUND_PENDING, PaymentProvider, PaymentStatus, RefundStatus
from . import postal_delivery

TABLE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


class QRBillProvider(PaymentProvider):
    """Payment by e-banking or at the post office; the bank reports it in a file."""

    key = "qrbill"
    label = _("QR-bill")
    hint = _("Pay by e-banking or at the post office. Your payment arrives in two or three days.")
    icon = "qr"
    account = "bank"
    lifetime = None
    asks = False
    waiting_template = "payments/qrbill/waiting.html"

    def available(self) -> bool:
        own, commune = ledger.ledger_accounts(), CommuneSettings.current()
        return bool(own.creditor and is_qr_iban(own.creditor_iban) and commune.postcode)

    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        return PaymentStatus(PENDING, qr_reference(payment))

    def fetch_status(self, payment: Payment) -> PaymentStatus:
        return PaymentStatus(payment.state)

    def cancel(self, payment: Payment) -> PaymentStatus:
        """Cancel the paper letter if it is not posted yet.

        A posted bill cannot be recalled; money that arrives for it becomes an unallocated payment.
        """
        postal_delivery.cancel_bill_letter(payment)
        return PaymentStatus(CANCELLED)

    def refund(self, refund: Refund) -> RefundStatus:
        """Return a pending refund: a bookkeeper transfers it from the bank."""
        return RefundStatus(REFUND_PENDING)


def qr_reference(payment: Payment) -> str:
    """Return the QR reference: 26 digits of the payment's id and a check digit."""
    digits = f"{payment.pk.int % 10**26:026}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Compute the check digit, modulo 10, recursive (Swiss Implementation Guidelines for the QR-bill, annex B)."""
    carry = 0
    for digit in digits:
        carry = TABLE[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)
