"""Payment at the counter. Choosing it moves no money: an agent takes it, see ``actions``."""

from django.utils.translation import gettext_lazy as _

from ...models.payments import Payment, Refund
from ...providers import CANCELLED, PENDING, REFUND_PENDING, PaymentProvider, PaymentStatus, RefundStatus


class CounterProvider(PaymentProvider):
    """Payment in cash or by card, at the commune's counter."""

    key = "counter"
    label = _("At the counter")
    hint = _("Pay in cash or by card during opening hours. Give us your reference.")
    icon = "hall"
    account = "cash"
    lifetime = None
    asks = False
    waiting_template = "payments/counter/waiting.html"

    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        return PaymentStatus(PENDING)

    def fetch_status(self, payment: Payment) -> PaymentStatus:
        return PaymentStatus(payment.state)

    def cancel(self, payment: Payment) -> PaymentStatus:
        return PaymentStatus(CANCELLED)

    def refund(self, refund: Refund) -> RefundStatus:
        """Return a pending refund: an agent pays it out from the till."""
        return RefundStatus(REFUND_PENDING)
