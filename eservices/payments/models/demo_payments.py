"""What the demo provider remembers, as a real one would on its own machines."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DemoPayment(models.Model):
    """An intent to pay at the demo provider. Found again by its idempotency key, which is our payment's id."""

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
