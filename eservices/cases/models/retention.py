"""Legal holds, disposals, and earlier erasure of answers."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.models import Form

from ..logic.retention_rules import Disposition
from .case import Case


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def in_force(self) -> Self:
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """An order to keep a case beyond its retention, such as for an appeal or an inquiry, until it is lifted."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(_("reason"), max_length=255)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty if the process set it."),
    )
    since = models.DateTimeField(_("since"), default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["since"]
        indexes = [models.Index(fields=["case"], name="hold_in_force", condition=Q(lifted_at=None))]

    def __str__(self) -> str:
        return self.reason


class Disposal(models.Model):
    """The approval by an authority to dispose of listed cases of one service. A record that never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="disposals")
    disposition = models.CharField(_("action after retention"), max_length=10, choices=Disposition)
    months = models.PositiveSmallIntegerField(_("retention in months"))
    authority = models.CharField(_("authority"), max_length=120)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)

    class Meta:
        verbose_name = _("disposal")
        verbose_name_plural = _("disposals")
        ordering = ["-approved_at"]
        permissions = [("approve_disposal", _("Can approve what is archived or erased"))]

    def __str__(self) -> str:
        return f"{self.form} {self.approved_at:%Y-%m-%d}"


class DisposalItemQuerySet(models.QuerySet["DisposalItem"]):
    def pending(self) -> Self:
        """Filter approved items that are neither done nor spared."""
        return self.filter(due_at__isnull=False)

    def due(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now)


class DisposalItem(models.Model):
    """A case on an approved list: pending (``due_at``), done (``done_at``), or spared for a reason."""

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disposals")
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    reason = models.TextField(blank=True, help_text=_("The last error, or why the case was left out."))
    location = models.CharField(_("archived under"), max_length=255, blank=True)
    digest = models.CharField(_("SHA-256 of the archive"), max_length=64, blank=True)

    objects = DisposalItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("case to dispose of")
        verbose_name_plural = _("cases to dispose of")
        ordering = ["case__reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="one_pending_disposal", condition=Q(due_at__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="disposal_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def is_exempted(self) -> bool:
        return self.due_at is None and self.done_at is None


class AnswerErasureQuerySet(models.QuerySet["AnswerErasure"]):
    def due(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now)


class AnswerErasure(models.Model):
    """The next erasure of answers with a shorter retention than their case.

    Deleted after the last one.
    """

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="answer_erasure"
    )
    due_at = models.DateTimeField(db_index=True)

    objects = AnswerErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure of answers")
        verbose_name_plural = _("erasures of answers")

    def __str__(self) -> str:
        return str(self.case_id)
