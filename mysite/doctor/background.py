"""Background work: scheduler, workers, tasks, the outbox and backups."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from eservices.deliveries.models import Circuit, Delivery
from home.models.heartbeat import Heartbeat
from mysite.backups.backup_health import backup_health

from .findings import ERROR, OK, WARNING, Finding

LATE_AFTER = timedelta(minutes=15)


def check_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        what = f"{len(missing)} migrations are missing."
        yield Finding(ERROR, "database", what, "Run commune prepare, then systemctl restart 'commune-*'.")
    else:
        yield Finding(OK, "database", "It has the tables of this version.")


def check_processes() -> Iterator[Finding]:
    now = timezone.now()
    for name, seen in Heartbeat.last_signs().items():
        if Heartbeat.alive(seen, now):
            yield Finding(OK, name, f"Seen at {seen:%H:%M:%S} UTC.")
        else:
            last = f"since {seen:%Y-%m-%d %H:%M} UTC" if seen else "and never ran"
            todo = "systemctl restart 'commune-*'; commune logs says why it ended."
            yield Finding(ERROR, name, f"It is silent {last}: nothing leaves and nothing advances.", todo)


def check_tasks() -> Iterator[Finding]:
    now = timezone.now()
    before = now - LATE_AFTER
    late = DBTaskResult.objects.ready().filter(enqueued_at__lt=before)
    late = late.exclude(run_after__gt=before, run_after__lte=now)  # those for a later time were due only now
    late = late.aggregate(count=Count("pk"), oldest=Min("enqueued_at"))
    if late["count"]:
        what = f"{late['count']} have waited since {late['oldest']:%Y-%m-%d %H:%M} UTC or later."
        todo = (
            "Does the worker run? If it is only busy, start another: systemctl enable --now commune-worker@2"
        )
        yield Finding(WARNING, "tasks", what, todo)
    else:
        yield Finding(OK, "tasks", "None waits for long.")


def check_outbox() -> Iterator[Finding]:
    now = timezone.now()
    late = Delivery.objects.due(now - LATE_AFTER).aggregate(count=Count("pk"), oldest=Min("due_at"))
    if late["count"]:
        what = f"{late['count']} deliveries have been due since {late['oldest']:%Y-%m-%d %H:%M} UTC or later."
        yield Finding(
            WARNING, "outbox", what, "Does the worker run? Deliveries in the admin shows each error."
        )
    if stuck := Delivery.objects.stuck().count():
        what = f"{stuck} deliveries are stuck and are not tried again."
        yield Finding(WARNING, "outbox", what, "Deliveries in the admin: try again, or skip with a reason.")
    for circuit in Circuit.objects.failing():
        what = f"“{circuit.carrier}” has failed since {circuit.since:%Y-%m-%d %H:%M} UTC; what it transports waits."
        yield Finding(WARNING, "outbox", what, "Deliveries in the admin shows the last error.")
    if not late["count"] and not stuck:
        yield Finding(OK, "outbox", "Nothing is late and nothing is stuck.")


def check_backup_age() -> Iterator[Finding]:
    """Look at the newest backup that counts. That nothing is backed up, ``check --deploy`` says."""
    health = backup_health(timezone.now())
    if health is None:
        return
    last = (
        f"The newest good one is of {health.newest.started_at:%Y-%m-%d %H:%M} UTC."
        if health.newest
        else "There is none."
    )
    if health.alive:
        yield Finding(OK, "backup", last)
    else:
        what = f"{last} The latest attempt: {health.error}" if health.error else last
        yield Finding(ERROR, "backup", what, "commune backup --prove shows what is wrong.")
