"""Callback requests, and codes that join a case to an account."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Case

JOIN_DAYS = 30


class CallbackRequestQuerySet(models.QuerySet["CallbackRequest"]):
    def open(self) -> Self:
        """Filter open callback requests, the oldest first."""
        return self.filter(done_at=None).order_by("asked_at", "pk")


class CallbackRequest(models.Model):
    """The wish of an applicant to be called."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="calls")
    phone = models.CharField(_("telephone"), max_length=32)
    wish = models.CharField(_("when"), max_length=200, blank=True)
    about = models.TextField(_("subject of the call"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The agent who recorded the wish. Empty if the applicant asked for it."),
    )
    asked_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    result = models.TextField(_("result"), blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    objects = CallbackRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["asked_at"], name="call_open", condition=models.Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.case} {self.phone}"

    @property
    def is_open(self) -> bool:
        """True until the call is done."""
        return self.done_at is None


def join_code_expiry():
    return timezone.now() + timedelta(days=JOIN_DAYS)


class JoinCode(models.Model):
    """A code for a person whom an agent has identified. It joins the case to the person's account.

    Only its hash is stored, and it works once.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="join_codes")
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=join_code_expiry)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("joining code")
        verbose_name_plural = _("joining codes")

    def __str__(self) -> str:
        return f"{self.case} {self.made_at:%Y-%m-%d}"
