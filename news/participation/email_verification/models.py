"""Pending actions.

They are stored nowhere else until the address is verified, and deleted when the link expires.
"""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from home.web.secret_links import new_secret

VALID = timedelta(days=3)  # of an e-mailed link


class PendingActionQuerySet(models.QuerySet["PendingAction"]):
    def valid(self, now: datetime) -> Self:
        return self.filter(expires_at__gt=now)

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)


class PendingAction(models.Model):
    """A pending action with its arguments. Its ``kind`` is a key of ``PENDING_ACTIONS``."""

    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
    email = EmailAddressField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    kind = models.CharField(max_length=20)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = PendingActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting for its address")
        verbose_name_plural = _("waiting for their addresses")

    def __str__(self) -> str:
        return f"{self.kind}, {self.email}"

    @property
    def subject(self) -> str:
        """The subject of its e-mail in the outbox."""
        return f"participation:{self.pk}"
