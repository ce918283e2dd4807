"""Heartbeats of the scheduler and the workers."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENT_AFTER = timedelta(minutes=3)  # a worker may be busy with one long task


class Heartbeat(models.Model):
    """Time of the scheduler's last run, of the last heartbeat task that a worker ran, and of each worker process."""

    SCHEDULER, WORKER = "scheduler", "worker"
    WORKER_PREFIX = "worker:"

    name = models.CharField(max_length=80, primary_key=True)
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
    def record_worker(cls, name: str) -> None:
        """Record that the process of the worker ``name`` lives, also while it runs a long task."""
        cls.record(f"{cls.WORKER_PREFIX}{name}")

    @classmethod
    def living_workers(cls, now: datetime) -> set[str]:
        """Return the names of the workers whose process gave a recent sign."""
        found = cls.objects.filter(name__startswith=cls.WORKER_PREFIX, at__gt=now - SILENT_AFTER)
        return {name.removeprefix(cls.WORKER_PREFIX) for name in found.values_list("name", flat=True)}

    @classmethod
    def last_signs(cls) -> dict[str, datetime | None]:
        """Return the last heartbeat of scheduler and worker; None if there never was one."""
        last = dict(cls.objects.filter(name__in=(cls.SCHEDULER, cls.WORKER)).values_list("name", "at"))
        return {name: last.get(name) for name in (cls.SCHEDULER, cls.WORKER)}

    @classmethod
    def silent(cls, now) -> list[str]:
        """Return which of scheduler and worker have no recent heartbeat."""
        return [name for name, at in cls.last_signs().items() if not cls.alive(at, now)]

    @staticmethod
    def alive(seen, now) -> bool:
        return seen is not None and seen > now - SILENT_AFTER
