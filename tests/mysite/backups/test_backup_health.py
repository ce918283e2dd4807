"""The nightly backup, and where its result is shown."""

from datetime import timedelta
from subprocess import PIPE, Popen

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from home.models.heartbeat import Heartbeat
from mysite.backups import jobs
from mysite.backups.checks import check_backups
from mysite.backups.creation import exclusive_backup
from mysite.backups.models import Backup
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings, tmp_path):
    settings.BACKUP_URL = f"file://{tmp_path}"
    Heartbeat.record(Heartbeat.SCHEDULER)
    Heartbeat.record(Heartbeat.WORKER)


def make(hours: float = 0, **fields) -> Backup:
    at = timezone.now() - timedelta(hours=hours)
    done = {"completed_at": at, "proven_at": at} | fields
    return Backup.objects.create(name=f"{hours}", started_at=at, **done)


def state(client) -> tuple[str, dict]:
    answer = client.get("/health/").json()
    return answer["status"], answer["backup"]


def test_proven_backup_is_healthy(client, place):
    row = make()
    at = row.started_at.isoformat()
    assert state(client) == ("ok", {"alive": True, "newest": at, "proven": at})


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"hours": 40}],
        [{"hours": 1, "proven_at": None}],
        [{"hours": 1, "proof_error": "table x is missing"}],
        [{"hours": 20}, {"hours": 1, "completed_at": None, "proven_at": None, "error": "full"}],
    ],
    ids=["none", "too old", "not proven", "not equal", "latest failed"],
)
def test_missing_or_faulty_backup_degrades_the_health(client, place, rows):
    for row in rows:
        make(**row)
    status, backup = state(client)
    assert status == "degraded"
    assert not backup["alive"]


def test_backup_without_proof_counts_if_none_is_wanted(client, place, settings):
    settings.BACKUP_PROOF = False
    make(proven_at=None)
    assert state(client)[0] == "ok"


def test_health_names_no_backup_if_none_is_configured(client):
    assert "backup" not in client.get("/health/").json()


def test_administrators_see_the_result_on_the_first_page(client, home, place):
    client.force_login(SuperuserFactory())
    make()
    assert "restaurée à l’essai" in client.get(reverse("wagtailadmin_home")).text
    Backup.objects.update(proof_error="table <x> is missing")
    assert "table &lt;x&gt; is missing" in client.get(reverse("wagtailadmin_home")).text
    client.force_login(UserFactory(is_staff=True, roles=("editors",)))
    assert "table" not in client.get(reverse("wagtailadmin_home")).text.partition("<main")[2]


def test_nightly_backup_is_due_once_a_day(place, settings):
    now = timezone.now()  # 9:00
    assert jobs.is_backup_due(now)
    row = make(hours=5)  # 4:00, after BACKUP_TIME
    assert not jobs.is_backup_due(now)
    assert jobs.is_backup_due(now + timedelta(hours=18))
    Backup.objects.filter(pk=row.pk).update(proof_error="not equal")
    assert jobs.is_backup_due(now)


def test_nightly_backup_runs_in_one_process(place, settings, monkeypatch):
    class Process:
        ended = None

        def poll(self):
            return self.ended

    started = []
    monkeypatch.setattr(jobs, "running", [])
    monkeypatch.setattr(jobs, "start_process", lambda slot: started.append(Process()) or started[-1])
    for _sweep in range(3):
        jobs.start_due_backup(timezone.now())
        cache.clear()
    assert len(started) == 1
    started[0].ended = 1
    jobs.start_due_backup(timezone.now())
    started[1].ended = 1
    jobs.start_due_backup(timezone.now())
    assert len(started) == 2  # the second failed within the hour
    settings.BACKUP_URL = ""
    cache.clear()
    jobs.start_due_backup(timezone.now())
    assert len(started) == 2


def test_backup_that_still_runs_is_not_started_again(place, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(jobs, "running", [])
    monkeypatch.setattr(jobs, "start_process", lambda slot: pytest.fail("a second one began"))
    with exclusive_backup():
        jobs.start_due_backup(timezone.now())
    assert cache.add(jobs.STARTED, True), "it may begin when that one has ended"


def test_communes_of_a_host_back_up_in_turn(place, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = settings.BASE_DIR = tmp_path
    (tmp_path / "manage.py").write_text("import sys; sys.stdin.read()")
    began = []

    def popen(command, **options):
        began.append(Popen(command, stdin=PIPE, **options))
        return began[-1]

    monkeypatch.setattr(jobs.subprocess, "Popen", popen)
    monkeypatch.setattr(jobs, "slot_files", [])
    jobs.share_slots(tmp_path, 1)
    for _visit in range(2):
        monkeypatch.setattr(jobs, "running", [])  # each visit is a process of its own
        cache.delete(jobs.STARTED)  # each commune has a cache of its own
        jobs.start_due_backup(timezone.now())
    assert len(began) == 1
    began[0].communicate()
    jobs.start_due_backup(timezone.now())  # within the hour, because it found no slot
    assert len(began) == 2
    began[1].communicate()


def test_check_warns_without_a_usable_place(settings, tmp_path):
    assert [one.id for one in check_backups(None)] == ["mysite_backups.W001"]
    settings.BACKUP_URL = f"file://{tmp_path}/gone"
    assert [one.id for one in check_backups(None)] == ["mysite_backups.W002"]


@pytest.mark.parametrize(("hours", "above"), [(1, False), (40, True)], ids=["good", "too old"])
def test_only_a_faulty_backup_stands_above_the_work_of_the_day(client, place, hours, above):
    make(hours=hours)
    client.force_login(SuperuserFactory(language="fr"))
    panels = [panel.name for panel in client.get(reverse("wagtailadmin_home")).context["panels"]]
    assert (panels.index("backup") < len(panels) - 1) == above
