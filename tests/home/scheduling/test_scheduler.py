import time
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command
from django.db import InternalError, OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus
from wagtail.models import Page, Revision

from eservices.cases.tasks import advance_case
from eservices.deliveries.tasks import attempt_delivery
from home import jobs as home_sweeps
from home.management.commands import scheduler, worker
from home.models.heartbeat import Heartbeat
from home.runtime.database_lock import SWEEP, database_lock
from home.scheduling import periodic
from home.scheduling.periodic import once_a_minute, periodic_jobs, run_isolated
from home.scheduling.task_queues import DEFAULT, SLOW
from home.task_recovery import put_back, put_back_abandoned
from home.tasks import prune_task_results, record_worker_heartbeat
from news.editorial.tasks import run_due_link_checks
from newsletter.tasks import run_mailing

pytestmark = pytest.mark.django_db
READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING
ALONE = {
    "queue_names": ["*"],
    "excluded_queue_names": [],
    "interval": 0,
    "batch": True,
    "backend_name": "default",
    "startup_delay": False,
    "max_tasks": None,
    "worker_id": "worker-1",
}


@pytest.fixture
def stored(settings):
    """Store tasks in the database, as outside of the tests."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


@pytest.fixture
def quiet(monkeypatch):
    """Keep connections open, because the transaction of the test uses them."""
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: None)
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


def page(title: str, **fields) -> Page:
    return Page.objects.get(depth=1).add_child(instance=Page(title=title, slug=title.lower(), **fields))


def dated(title: str, now) -> Page:
    """Create a draft page that is due to be published by ``now``."""
    draft = page(title, live=False)
    draft.go_live_at = now - timedelta(minutes=1)
    revision = draft.save_revision()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=draft.go_live_at)
    return draft


# -- Scheduler ----------------------------------------------------------------------------------------------
def test_failing_job_does_not_stop_other_jobs(monkeypatch, quiet):
    ran = []

    def fail(now):
        raise RuntimeError

    monkeypatch.setattr(periodic_jobs, "items", lambda: [("bad", fail), ("good", ran.append)])
    scheduler.run_due_jobs()
    assert len(ran) == 1


def test_unavailable_database_is_logged_once(monkeypatch, quiet, caplog, settings, tmp_path):
    def away():
        raise OperationalError("refused")

    caplog.set_level("WARNING")
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(scheduler.connection, "ensure_connection", away)
    monkeypatch.setattr(periodic_jobs, "items", lambda: [("never", lambda now: pytest.fail("swept"))])
    for _round in range(3):
        scheduler.run_due_jobs()
    [line] = [line.getMessage() for line in caplog.records]
    assert line.startswith("Outage of the database began: refused. ")


def test_round_ends_when_the_database_becomes_unavailable(monkeypatch, quiet, caplog, settings, tmp_path):
    def away(now):
        raise OperationalError("refused")

    caplog.set_level("WARNING")
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(
        periodic_jobs, "items", lambda: [("first", away), ("never", lambda now: pytest.fail("swept"))]
    )
    scheduler.run_due_jobs()
    assert len(caplog.records) == 1


def test_round_goes_on_while_the_disk_is_full(monkeypatch, quiet):
    ran = []

    def full(now):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(periodic_jobs, "items", lambda: [("full", full), ("good", ran.append)])
    scheduler.run_due_jobs()
    assert len(ran) == 1


def test_part_is_tried_again_after_an_outage(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    tries = []

    def away():
        tries.append(1)
        raise OperationalError("refused")

    for _round in range(2):
        with pytest.raises(OperationalError):
            run_isolated("part", away)
    assert len(tries) == 2


def test_scheduler_round_records_heartbeats(quiet):
    call_command("scheduler", once=True)
    assert all(Heartbeat.last_signs().values())


def test_job_that_may_wait_runs_once_a_minute(monkeypatch, quiet):
    ran, last = [], {}

    @once_a_minute
    def patient(now):
        ran.append("patient")

    times = iter([1000.0, 1015.0, 1059.0, 1060.0])
    monkeypatch.setattr(periodic, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(
        periodic_jobs, "items", lambda: [("patient", patient), ("prompt", lambda now: ran.append("prompt"))]
    )
    for _round in range(4):
        scheduler.run_due_jobs(last)
    assert ran == ["patient", "prompt", "prompt", "prompt", "patient", "prompt"]


def test_every_app_with_due_rows_has_a_job():
    assert {"deliveries", "cases", "documents", "heartbeat", "publish_scheduled"} <= {
        k for k, _ in periodic_jobs.items()
    }


def test_heartbeat_is_queued_once_while_worker_is_down(stored):
    for _ in range(3):
        home_sweeps.send_heartbeats(timezone.now())
    assert DBTaskResult.objects.filter(task_path=record_worker_heartbeat.module_path).count() == 1


# -- Publication --------------------------------------------------------------------------------------------
def test_page_is_published_at_its_time():
    now = timezone.now()
    due = dated("Due", now)
    home_sweeps.publish_scheduled(now)
    assert Page.objects.get(pk=due.pk).live


def test_page_with_future_time_stays_draft():
    now = timezone.now()
    later = dated("Later", now + timedelta(hours=2))
    home_sweeps.publish_scheduled(now)
    assert not Page.objects.get(pk=later.pk).live


def test_failing_page_does_not_delay_others_nor_repeat(monkeypatch):
    now = timezone.now()
    bad, good, tries = dated("Bad", now), dated("Good", now), []
    publish = Revision.publish

    def faulty(self, **arguments):
        if self.object_id == str(bad.pk):
            tries.append(self)
            raise RuntimeError
        return publish(self, **arguments)

    monkeypatch.setattr(Revision, "publish", faulty)
    home_sweeps.publish_scheduled(now)
    home_sweeps.publish_scheduled(now)
    assert Page.objects.get(pk=good.pk).live
    assert len(tries) == 1


def test_page_expires_at_its_time():
    now = timezone.now()
    over = page("Over", live=True, expire_at=now - timedelta(minutes=1))
    home_sweeps.publish_scheduled(now)
    assert not Page.objects.get(pk=over.pk).live


# -- Worker -------------------------------------------------------------------------------------------------
def result(**fields) -> DBTaskResult:
    return DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path=record_worker_heartbeat.module_path,
        backend_name="default",
        run_after=timezone.now() - timedelta(seconds=1),
        **fields,
    )


def test_worker_requeues_task_it_was_running_when_it_died():
    left = result(status=RUNNING, worker_ids=["worker-1"])
    of_another = result(status=RUNNING, worker_ids=["worker-1", "worker-2"])
    assert put_back("worker-1") == 1
    left.refresh_from_db()
    of_another.refresh_from_db()
    assert (left.status, of_another.status) == (READY, RUNNING)


def test_task_that_repeatedly_kills_worker_fails():
    deadly = result(status=RUNNING, worker_ids=["worker-1"] * 5)
    assert put_back("worker-1") == 0
    deadly.refresh_from_db()
    assert deadly.status == TaskResultStatus.FAILED
    assert deadly.finished_at, "its row is removed one day"


def test_task_of_a_silent_worker_is_requeued():
    """Whatever its name: its machine may never come back."""
    now = timezone.now()
    started = {"status": RUNNING, "started_at": now - timedelta(minutes=10)}
    left, unsigned, busy = (
        result(**started, worker_ids=["worker-1", one]) for one in ("gone", "old", "busy")
    )
    fresh = result(status=RUNNING, started_at=now, worker_ids=["old"])
    Heartbeat.objects.create(name="worker:gone", at=now - timedelta(minutes=4))
    Heartbeat.record_worker("busy")
    assert put_back_abandoned(now) == 2
    states = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert [states[one.pk] for one in (left, unsigned, busy, fresh)] == [READY, READY, RUNNING, RUNNING]


def test_task_that_killed_workers_of_all_names_fails():
    names = [f"worker-{number}" for number in range(5)]
    deadly = result(status=RUNNING, started_at=timezone.now() - timedelta(minutes=10), worker_ids=names)
    assert put_back_abandoned(timezone.now()) == 0
    deadly.refresh_from_db()
    assert deadly.status == TaskResultStatus.FAILED


def test_signs_of_workers_are_deleted_after_a_day():
    now = timezone.now()
    Heartbeat.objects.create(name="worker:long-gone", at=now - timedelta(days=2))
    Heartbeat.record_worker("worker-1")
    Heartbeat.objects.create(name=Heartbeat.WORKER, at=now - timedelta(days=2))
    put_back_abandoned(now)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker:worker-1", "worker"}


def test_worker_gives_signs_of_life_until_it_ends(monkeypatch):
    given = []
    monkeypatch.setattr(worker, "SIGN_EVERY", 0.01)
    monkeypatch.setattr(worker.Heartbeat, "record_worker", given.append)
    monkeypatch.setattr(worker, "connection", SimpleNamespace(close=lambda: None))
    with worker.signs_of_life("worker-1"):
        time.sleep(0.2)
    number = len(given)
    time.sleep(0.1)
    assert number > 2
    assert len(given) <= number + 1


def test_second_scheduler_runs_no_job_meanwhile(monkeypatch, quiet):
    ran = []
    monkeypatch.setattr(periodic_jobs, "items", lambda: [("only", ran.append)])
    with database_lock(SWEEP):
        scheduler.run_due_jobs()
    assert ran == []
    scheduler.run_due_jobs()
    assert len(ran) == 1


def test_scheduler_waits_for_a_database_without_writes(monkeypatch, quiet, caplog, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    caplog.set_level("WARNING")
    monkeypatch.setattr(scheduler, "is_database_read_only", lambda: True)
    monkeypatch.setattr(scheduler, "expire_connection", lambda: None)
    monkeypatch.setattr(periodic_jobs, "items", lambda: [("never", lambda now: pytest.fail("swept"))])
    scheduler.run_due_jobs()
    [line] = caplog.records
    assert "Outage of the database for writing began: it accepts no writes. " in line.getMessage()


def test_worker_waits_for_a_database_without_writes(stored, quiet, monkeypatch):
    record_worker_heartbeat.enqueue()
    run = worker.Worker.run

    def refused(self):
        monkeypatch.setattr(worker.Worker, "run", run)
        raise InternalError from psycopg.errors.ReadOnlySqlTransaction()

    monkeypatch.setattr(worker.Worker, "run", refused)
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "expire_connection", lambda: None)
    call_command("worker", batch=True, interval=0)
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_other_internal_errors_of_the_database_end_a_worker(stored, quiet, monkeypatch):
    def fail(self):
        raise InternalError("invalid page in block 0")

    monkeypatch.setattr(worker.Worker, "run", fail)
    with pytest.raises(InternalError, match="invalid page"):
        call_command("worker", batch=True, interval=0)


def test_worker_runs_waiting_and_requeued_tasks(stored, quiet):
    result(status=RUNNING, worker_ids=["worker-1"])
    record_worker_heartbeat.enqueue()
    call_command("worker", name="worker-1", batch=True, interval=0)
    assert DBTaskResult.objects.successful().count() == 2
    assert Heartbeat.last_signs()["worker"]


@pytest.mark.parametrize(("lane", "queue"), worker.LANES.items())
def test_lane_of_a_worker_runs_the_tasks_of_its_queue(stored, quiet, lane, queue):
    for each in worker.LANES.values():
        record_worker_heartbeat.using(queue_name=each).enqueue()
    call_command("worker", lane=lane, batch=True)
    assert [one.queue_name for one in DBTaskResult.objects.successful()] == [queue]


def test_tasks_that_wait_for_servers_of_others_have_a_lane():
    """The others, such as the next step of a case, do not wait for a mail server that hangs."""
    assert {attempt_delivery.queue_name, run_mailing.queue_name, run_due_link_checks.queue_name} == {SLOW}
    assert advance_case.queue_name == DEFAULT


def test_worker_runs_tasks_until_stopped(stored, quiet):
    waits = []

    class Watch:
        def wait(self):
            waits.append(DBTaskResult.objects.successful().count())
            one.running = len(waits) < 2
            record_worker_heartbeat.enqueue()

    one = worker.Worker(**ALONE)
    record_worker_heartbeat.enqueue()
    worker.Command().run(one, "worker-1", Watch())
    assert waits == [1, 2]


def test_worker_runs_the_scheduler_in_a_thread(monkeypatch):
    ran = []
    monkeypatch.setattr(worker, "run_until", lambda ended: ran.append(ended.wait(5)))
    monkeypatch.setattr(worker, "connection", SimpleNamespace(close=lambda: None))
    with worker.scheduler_thread(False):
        pass
    assert ran == []
    with worker.scheduler_thread(True):
        pass
    assert ran == [True], "it was asked to end, and finished before"


def test_worker_ends_if_its_scheduler_fails(monkeypatch, caplog):
    sent = []
    monkeypatch.setattr(worker, "run_until", lambda ended: 1 / 0)
    monkeypatch.setattr(worker, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(worker.os, "kill", lambda pid, number: sent.append(number))
    with worker.scheduler_thread(True):
        pass
    assert sent == [worker.signal.SIGTERM]
    assert "The scheduler failed" in caplog.text


def test_task_interrupted_by_database_failure_is_run_again(stored, quiet, monkeypatch):
    record_worker_heartbeat.enqueue()
    run = worker.Worker.run

    def interrupted(self):
        monkeypatch.setattr(worker.Worker, "run", run)
        DBTaskResult.objects.update(status=RUNNING, worker_ids=[self.worker_id])
        raise OperationalError

    monkeypatch.setattr(worker.Worker, "run", interrupted)
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    call_command("worker", batch=True, interval=0)
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_old_task_results_are_pruned():
    now = timezone.now()
    result(status=TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(days=1))
    result(status=TaskResultStatus.FAILED, finished_at=now - timedelta(days=31))
    kept = {
        result(status=TaskResultStatus.SUCCESSFUL, finished_at=now).pk,
        result(status=TaskResultStatus.FAILED, finished_at=now - timedelta(days=1)).pk,
        result(status=READY).pk,
    }
    prune_task_results()
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == kept


def test_scheduler_runs_several_times_a_minute(monkeypatch):
    """Scheduled work runs within a minute of its time."""
    waits = []

    class Stop:
        def is_set(self):
            return len(waits) == 3

        def wait(self, seconds):
            waits.append(seconds)

    monkeypatch.setattr(scheduler.threading, "Event", Stop)
    monkeypatch.setattr(scheduler.signal, "signal", lambda *_: None)
    monkeypatch.setattr(scheduler, "freeze_loaded_objects", lambda: None)
    monkeypatch.setattr(scheduler, "run_due_jobs", lambda last: None)
    scheduler.Command().handle(once=False)
    assert max(waits) <= 30
