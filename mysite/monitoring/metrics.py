"""Metrics for Prometheus: states of the database as they are when it asks, and counters of all processes."""

import shutil
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError
from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from eservices.cases.models import Case, CaseStage
from eservices.deliveries.models import Circuit, Delivery
from home.models.heartbeat import Heartbeat
from home.runtime import read_replica
from home.runtime.outages import OUTAGES

from .. import __version__
from ..backups.backup_health import backup_health
from ..health import is_cache_working
from .probes import read_database_state
from .request_counters import counter_folder

NEVER = float("inf")


def is_allowed(request) -> bool:
    """Return whether the request has the token of the metrics."""
    given = request.headers.get("Authorization", "")
    return constant_time_compare(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


@require_safe
@never_cache
def metrics_view(request):
    registry = CollectorRegistry()
    registry.register(StateCollector())
    if counter_folder().is_dir():
        MultiProcessCollector(registry, path=str(counter_folder()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class StateCollector(Collector):
    """Collector of everything that is a state. No label is about a person."""

    def describe(self) -> list[Metric]:
        return []  # nothing is asked when it is registered

    def collect(self) -> Iterator[Metric]:
        now, state = timezone.now(), read_database_state()
        yield _gauge("info", "Version of the site.", {(__version__,): 1}, ["version"])
        yield _gauge("database_up", "Whether the database answers.", {(): state["database"]})
        yield _gauge("migrations_complete", "Whether it has all tables.", {(): state["migrations"]})
        yield from _machine(now)
        if state["database"] and state["migrations"]:
            try:
                yield from [*_replica(), *_background(now), *_deliveries(now), *_cases(now), *_backups(now)]
            except (DatabaseError, InterfaceError):
                return  # it became unavailable a moment ago


def _gauge(name: str, about: str, values: dict[tuple, float], labels: list[str] | None = None) -> Metric:
    family = GaugeMetricFamily(f"commune_{name}", about, labels=labels or [])
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family


def _age(moment: datetime | None, now: datetime, *, otherwise: float) -> float:
    return max(0, (now - moment).total_seconds()) if moment else otherwise


def _machine(now: datetime) -> Iterator[Metric]:
    yield _gauge("cache_up", "Whether the cache can be written and read.", {(): is_cache_working()})
    free = shutil.disk_usage(settings.VAR_DIR).free if settings.VAR_DIR.is_dir() else 0
    yield _gauge("disk_free_bytes", "Free disk in COMMUNE_VAR.", {(): free})
    yield _gauge("disk_reserve_bytes", "Below this no file is accepted.", {(): settings.DISK_RESERVE})
    counts = {outage.name: outage.read_count() for outage in OUTAGES}
    seconds = {
        (name,): max(0, now.timestamp() - found["since"]) if found else 0 for name, found in counts.items()
    }
    yield _gauge("outage_seconds", "How long an outage has lasted; 0 without one.", seconds, ["part"])


def _replica() -> Iterator[Metric]:
    if settings.DATABASE_REPLICA:
        try:
            lag = read_replica.replica_lag(read_replica.primary_position())
        except (Error, read_replica.ReplicaUnusable):
            lag = NEVER
        yield _gauge("replica_lag_seconds", "How far the replica is behind.", {(): lag})


def _background(now: datetime) -> Iterator[Metric]:
    ages = {(name,): _age(at, now, otherwise=NEVER) for name, at in Heartbeat.last_signs().items()}
    yield _gauge("heartbeat_age_seconds", "Since scheduler and worker were seen.", ages, ["process"])
    states = dict(DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")))
    tasks = {(name,): states.get(name.upper(), 0) for name in ("ready", "running", "failed")}
    yield _gauge("tasks", "Background tasks by state.", tasks, ["state"])
    ready, at_once = DBTaskResult.objects.ready(), Q(run_after=get_date_max())
    oldest = ready.aggregate(
        at_once=Min("enqueued_at", filter=at_once), later=Min("run_after", filter=~at_once)
    )
    waits = max(_age(at, now, otherwise=0) for at in oldest.values())
    yield _gauge("task_oldest_age_seconds", "How long the oldest task has waited.", {(): waits})


def _deliveries(now: datetime) -> Iterator[Metric]:
    waiting = Delivery.objects.filter(rehearsal=False).exclude(state__in=Delivery.ENDED).order_by()
    counts = {row[:2]: row[2] for row in waiting.values_list("carrier", "state").annotate(Count("pk"))}
    about = "Deliveries that are not finished, by transport and state."
    yield _gauge("deliveries", about, counts, ["carrier", "state"])
    due = waiting.due(now).values_list("carrier").annotate(Min("waits_since"))
    ages = {(carrier,): _age(since, now, otherwise=0) for carrier, since in due}
    yield _gauge("delivery_oldest_age_seconds", "How long the oldest due one waits.", ages, ["carrier"])
    failing = {
        (circuit.carrier,): _age(circuit.since, now, otherwise=0) for circuit in Circuit.objects.failing()
    }
    yield _gauge("carrier_failing_seconds", "How long a transport has failed.", failing, ["carrier"])


def _cases(now: datetime) -> Iterator[Metric]:
    cases = Case.objects.real()
    yield _gauge("cases_open", "Cases that are not closed.", {(): cases.open().count()})
    blocked = CaseStage.objects.filter(waiting_for="lead", case__rehearsal=False).exclude(
        case__state="closed"
    )
    stuck = {(kind,): count for kind, count in blocked.order_by().values_list("type").annotate(Count("pk"))}
    yield _gauge("stages_stuck", "Stages that do not go on until somebody acts.", stuck, ["type"])
    oldest = cases.due(now).aggregate(oldest=Min("due_at"))["oldest"]
    about = "How long the oldest case has waited for a worker."
    yield _gauge("case_oldest_due_seconds", about, {(): _age(oldest, now, otherwise=0)})


def _backups(now: datetime) -> Iterator[Metric]:
    if health := backup_health(now):
        age = _age(health.newest.started_at if health.newest else None, now, otherwise=NEVER)
        yield _gauge("backup_age_seconds", "Age of the newest backup that counts.", {(): age})
        yield _gauge(
            "backup_good", "Whether it is recent and the latest attempt was good.", {(): health.alive}
        )
