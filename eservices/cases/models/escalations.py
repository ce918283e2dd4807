"""Escalations to leads: deadlines and blocked cases."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .case import Case


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def due(self, now: datetime) -> Self:
        """Filter escalations due by ``now``, without those of paused deadlines."""
        return self.filter(due_at__lte=now, done_at=None, case__paused_at=None)


class Escalation(models.Model):
    """A planned alert to the leads: the deadline is near or over, or the case is blocked until a lead acts."""

    class Kind(models.TextChoices):
        NEAR = "near", _("deadline near")
        OVER = "over", _("deadline over")
        STOP = "stop", _("blocked")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="escalations")
    kind = models.CharField(max_length=4, choices=Kind)
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("notified"), null=True, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="one_escalation_per_kind")]
        indexes = [models.Index(fields=["due_at"], name="escalation_due", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.case} {self.kind}"
