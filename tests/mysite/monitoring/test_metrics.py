"""Metrics: only with the token, right numbers from the database, counters of all processes, alerts that exist."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus, get_date_max

from eservices.cases.models import CaseStage
from eservices.deliveries.actions import queue_delivery
from eservices.deliveries.models import Circuit, Delivery
from home.models.heartbeat import Heartbeat
from home.runtime import read_replica
from home.runtime.outages import CACHE
from home.tasks import record_worker_heartbeat
from mysite.backups.models import Backup
from tests.factories.cases import CaseFactory

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "t0ken-of-the-metrics-7"
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on(settings, tmp_path, monkeypatch):
    settings.METRICS_TOKEN, settings.VAR_DIR = TOKEN, tmp_path
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)


def read_metrics() -> dict[str, float]:
    """Return the value of each series."""
    answer = Client().get("/metrics/", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    return {
        name + (f"{{{labels}}}" if labels else ""): float(value)
        for name, labels, value in SAMPLE.findall(answer.text)
    }


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer é"])
def test_metrics_without_token_look_like_an_unknown_page(home, given):
    headers = {} if given is None else {"authorization": given}
    client = Client()
    refused, unknown = client.get("/metrics/", headers=headers), client.get("/metrice/", headers=headers)
    assert refused.status_code == unknown.status_code == 404
    assert "commune_" not in refused.text
    assert refused.text.replace("metrics", "") == unknown.text.replace("metrice", "")


def test_metrics_are_off_without_a_setting(home, settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics/", headers={"authorization": "Bearer "}).status_code == 404


def test_metrics_tell_the_state_of_the_database(settings):
    now, case = timezone.now(), CaseFactory(taken=True)
    Delivery.objects.all().delete()
    Heartbeat.objects.create(name=Heartbeat.WORKER, at=now - timedelta(seconds=50))
    for minutes, state in ((5, "pending"), (9, "stuck"), (7, "pending"), (90, "done")):
        delivery = queue_delivery(carrier="email", recipient="x", title="x", payload={})
        at = now - timedelta(minutes=minutes)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, due_at=at, waits_since=at)
    queue_delivery(carrier="email", recipient="x", title="x", payload={}, rehearsal=True)
    Circuit.objects.create(carrier="sms", opened_at=now - timedelta(minutes=3))
    for status, minutes in ((TaskResultStatus.READY, 4), (TaskResultStatus.FAILED, 9)):
        task = DBTaskResult.objects.create(
            args_kwargs={},
            task_path=record_worker_heartbeat.module_path,
            status=status,
            run_after=get_date_max(),
        )
        DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=now - timedelta(minutes=minutes))
    type(case).objects.filter(pk=case.pk).update(due_at=now - timedelta(minutes=8))
    CaseStage.objects.create(case=case, position=90, key="x", type="document", waiting_for="lead")
    settings.BACKUP_URL = "file:///srv/backup"
    Backup.objects.create(name="a", started_at=now - timedelta(hours=5), completed_at=now, proven_at=now)
    found = read_metrics()

    def about(name: str) -> int:
        return round(found[f"commune_{name}"] / 60)

    assert (
        found["commune_database_up"] == found["commune_cache_up"] == found["commune_migrations_complete"] == 1
    )
    assert 50 <= found['commune_heartbeat_age_seconds{process="worker"}'] < 60
    assert found['commune_heartbeat_age_seconds{process="scheduler"}'] == float("inf")
    assert found['commune_deliveries{carrier="email",state="pending"}'] == 2
    assert found['commune_deliveries{carrier="email",state="stuck"}'] == 1
    assert not [name for name in found if "done" in name]
    assert about('delivery_oldest_age_seconds{carrier="email"}') == 7
    assert about('carrier_failing_seconds{carrier="sms"}') == 3
    assert found['commune_tasks{state="ready"}'] >= 1
    assert found['commune_tasks{state="failed"}'] == 1
    assert about("task_oldest_age_seconds") == 4
    assert about("case_oldest_due_seconds") == 8
    assert found["commune_cases_open"] == 1
    assert found['commune_stages_stuck{type="document"}'] == 1
    assert about("backup_age_seconds") == 5 * 60
    assert found["commune_backup_good"] == 1
    assert found['commune_outage_seconds{part="cache"}'] == 0


def test_metrics_answer_without_the_database(monkeypatch):
    def away(*args):
        raise OperationalError("refused")

    CACHE.record_failure("refused")
    monkeypatch.setattr(connection, "cursor", away)
    found = read_metrics()
    assert found["commune_database_up"] == 0
    assert 'commune_outage_seconds{part="cache"}' in found


def test_metrics_take_few_queries_whatever_there_is(django_assert_max_num_queries):
    read_metrics()
    for _number in range(5):
        CaseFactory(taken=True)
        queue_delivery(carrier="email", recipient="x", title="x", payload={})
    with django_assert_max_num_queries(12):
        read_metrics()


COUNTING = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from pathlib import Path
get_wsgi_application()
print([name for name in ("prometheus_client", "sentry_sdk") if name in sys.modules], flush=True)
settings.VAR_DIR, settings.METRICS_TOKEN = Path(sys.argv[1]), "x" * 20
settings.ALLOWED_HOSTS = ["*"]
from django.test import Client
from django.http import HttpResponse
import django.core.handlers.base as base
base.BaseHandler._get_response = lambda self, request: HttpResponse(status=int(request.GET["status"]))
child = os.fork()  # a second process, as gunicorn starts it
client = Client()
for path in ("/static/a.css", "/admin/x/", "/x/"):
    for method in ("GET", "POST", "BREW"):
        client.generic(method, path + "?status=418")
if child:
    os._exit(os.waitpid(child, 0)[1])
"""


@pytest.fixture(scope="module")
def site_process(tmp_path_factory) -> tuple[Path, str]:
    """Return the folder of a site of two processes that have answered requests, and what it loaded before."""
    folder = tmp_path_factory.mktemp("counted")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mysite.settings.test"}
    run = subprocess.run(
        [sys.executable, "-c", COUNTING, folder], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return folder, run.stdout


@pytest.fixture
def counted(site_process) -> Path:
    return site_process[0]


def test_counters_are_those_of_all_processes(counted, settings):
    settings.VAR_DIR = counted
    found = read_metrics()
    requests = [name for name in found if name.startswith("commune_http_requests_total")]
    assert len(requests) == 9
    assert {found[name] for name in requests} == {2}
    assert 'commune_http_requests_total{method="OTHER",part="page",status="418"}' in requests
    assert found['commune_http_request_seconds_count{part="page"}'] == 6
    assert "BREW" not in str(requests)


def test_full_disk_fails_no_request(home, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    assert Client().get("/").status_code == 200


def test_nothing_of_the_metrics_is_loaded_without_a_token(site_process):
    assert site_process[1].strip() == "[]"


# -- Alerts --------------------------------------------------------------------------------------------------
def test_alerts_use_metrics_that_exist(counted, settings, monkeypatch):
    settings.DATABASE_REPLICA = {"NAME": "follower"}
    monkeypatch.setattr(read_replica, "replica_lag", lambda position: 3.5)
    settings.BACKUP_URL, settings.VAR_DIR = "file:///srv/backup", counted
    delivery = queue_delivery(carrier="email", recipient="x", title="x", payload={})
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    Circuit.objects.create(carrier="sms", opened_at=timezone.now())
    CaseStage.objects.create(case=CaseFactory(taken=True), position=90, key="x", type="x", waiting_for="lead")
    known = {name.split("{")[0] for name in read_metrics()}
    used = {name for alert in ALERTS for name in re.findall(r"\bcommune_\w+", alert["expr"])}
    assert len(used) > 12
    assert used - known == set()


@pytest.mark.parametrize("alert", ALERTS, ids=[alert["alert"] for alert in ALERTS])
def test_alert_says_what_to_do_and_is_in_the_manual(alert):
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"].endswith(".")
    assert len(alert["annotations"]["action"]) > 30
    assert f"`{alert['alert']}`" in (ROOT / "docs/monitoring.md").read_text()


def test_units_used_in_alerts_exist():
    units = {
        path.name.removesuffix(".service").rstrip("@") for path in (ROOT / "deploy/systemd").glob("*.service")
    }
    named = set(re.findall(r"commune-(?:site|worker|scheduler)", str(ALERTS)))
    assert named <= units


def test_manual_lists_every_metric(counted, settings):
    settings.BACKUP_URL, settings.VAR_DIR = "file:///srv/backup", counted
    manual = (ROOT / "docs/monitoring.md").read_text()
    names = {name.split("{")[0] for name in read_metrics() if name.startswith("commune_")}
    names = {re.sub("_(bucket|sum|count|created|total)$", "", name) for name in names}
    assert [name for name in sorted(names) if f"`{name}`" not in manual] == []


def test_metrics_name_the_lag_of_a_replica(settings, monkeypatch):
    assert "commune_replica_lag_seconds" not in read_metrics()
    settings.DATABASE_REPLICA = {"NAME": "follower"}
    monkeypatch.setattr(read_replica, "replica_lag", lambda position: 3.5)
    assert read_metrics()["commune_replica_lag_seconds"] == 3.5
    monkeypatch.setattr(read_replica, "replica_lag", _refuse)
    assert read_metrics()["commune_replica_lag_seconds"] == float("inf")


def _refuse(_position):
    raise read_replica.ReplicaUnusable("it is no replica of the primary")
