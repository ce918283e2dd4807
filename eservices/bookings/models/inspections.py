"""Inspections at handover and return."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.payments.amounts import AmountField
from eservices.submissions.models import StoredFile

from .bookings import Booking


class Inspection(models.Model):
    """An inspection at the handover or the return, with photos. ``kept``: of the deposit, in minor units."""

    class Kind(models.TextChoices):
        HANDOVER = "handover", _("handover")
        RETURN = "return", _("return")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="inspections")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField(_("condition"), blank=True, max_length=4000)
    photos = models.ManyToManyField(StoredFile, related_name="inspections", blank=True)
    kept = AmountField(_("retained from the deposit"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("condition report")
        verbose_name_plural = _("condition reports")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "kind"], name="one_report_of_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.get_kind_display()}"
