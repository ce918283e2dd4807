"""Heartbeats of the scheduler and the worker."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENT_AFTER = timedelta(minutes=3)  # a worker may be busy with one long task


class Heartbeat(models.Model):
    """Time of the scheduler's last run, and of the last heartbeat task that a worker ran."""

    SCHEDULER, WORKER = "scheduler", "worker"

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def record(cls, name: str) -> None:
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})

    @classmethod
    def last_signs(cls) -> dict[str, datetime | None]:
        """Return the last heartbeat of scheduler and worker; None if there never was one."""
        last = dict(cls.objects.values_list("name", "at"))
        return {name: last.get(name) for name in (cls.SCHEDULER, cls.WORKER)}

    @classmethod
    def silent(cls, now) -> list[str]:
        """Return which of scheduler and worker have no recent heartbeat."""
        return [name for name, at in cls.last_signs().items() if not cls.alive(at, now)]

    @staticmethod
    def alive(seen, now) -> bool:
        return seen is not None and seen > now - SILENT_AFTER
