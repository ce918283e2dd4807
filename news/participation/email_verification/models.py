"""Pending actions.

They are stored nowhere else until the address is verified, and deleted when the link expires.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from home.web.opt_ins import OptIn

VALID = timedelta(days=3)  # of an e-mailed link


class PendingAction(OptIn):
    """A pending action with its arguments. Its ``kind`` is a key of ``PENDING_ACTIONS``."""

    LINK_LIFETIME = VALID

    kind = models.CharField(max_length=20)
    payload = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("waiting for its address")
        verbose_name_plural = _("waiting for their addresses")

    def __str__(self) -> str:
        return f"{self.kind}, {self.email}"

    @property
    def subject(self) -> str:
        """The subject of its e-mail in the outbox."""
        return f"participation:{self.pk}"
