"""Backups that this installation made, and how each was proven."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OVERDUE_AFTER = timedelta(hours=36)


class Backup(models.Model):
    """An attempt to back up. The files at the place of the backups are the truth; this is the report."""

    name = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    files = models.PositiveIntegerField(default=0)
    written_bytes = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    proven_at = models.DateTimeField(null=True)
    proof_error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def newest_good(cls) -> "Backup | None":
        """Return the newest backup that was restored completely into a fresh place."""
        return cls.objects.filter(proven_at__isnull=False, proof_error="").first()

    @classmethod
    def newest_complete(cls) -> "Backup | None":
        return cls.objects.filter(completed_at__isnull=False).first()

    @classmethod
    def last_error(cls) -> str:
        """Return what was wrong with the latest attempt; "" if nothing was."""
        last = cls.objects.first()
        return (last.error or last.proof_error) if last else ""

    def is_recent(self, now: datetime) -> bool:
        return self.started_at > now - OVERDUE_AFTER
