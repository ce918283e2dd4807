"""State of the demo provider, which a real provider would have on its own servers."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DemoPayment(models.Model):
    """A payment intent at the demo provider. Its key is the idempotency key, the id of our payment."""

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        DECLINED = "declined"
        CANCELLED = "cancelled"

    key = models.UUIDField(primary_key=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    return_url = models.CharField(max_length=500)
    pays_at = models.DateTimeField(null=True, help_text="Somebody confirmed on the phone: it takes a moment.")
    paid_at = models.DateTimeField(null=True)
    refunds = models.JSONField(default=dict, help_text="Amount by idempotency key.")
    payout = models.DateField(null=True, help_text="The day on which it was transferred to the bank.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("payment at the demo provider")
        verbose_name_plural = _("payments at the demo provider")

    def __str__(self) -> str:
        return f"{self.currency} {self.amount / 100:.2f} {self.state}"
