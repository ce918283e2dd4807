"""The command of the parent, and one visit, in this process."""

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from mysite.hosting import visits
from mysite.management.commands import host

HOST_SETTINGS = "mysite.settings.host"


@pytest.fixture
def begun(monkeypatch):
    """Return what the command does, none of which loads or forks anything."""
    done = []

    class Processes:
        def __init__(self, *places, **options):
            done.append((places, options))

        def run(self):
            done.append("run")

    monkeypatch.setattr(host, "preload_site", lambda: done.append("preload"))
    monkeypatch.setattr(host, "build_addresses", lambda: done.append("addresses"))
    monkeypatch.setattr(host, "HostProcesses", Processes)
    monkeypatch.setattr(host, "settings", SimpleNamespace(SETTINGS_MODULE=HOST_SETTINGS, GIVEN={"LOG_LEVEL"}))
    return done


def test_host_serves_the_communes_of_its_folder(begun, tmp_path):
    call_command("host", communes=tmp_path, sockets=tmp_path, visits=2)
    assert begun == [
        "preload",
        "addresses",
        ((tmp_path, tmp_path), {"every": 120, "idle": 600, "visits": 2}),
        "run",
    ]


def test_trial_loads_the_code_and_serves_nothing(begun, tmp_path):
    call_command("host", communes=tmp_path, sockets=tmp_path, try_only=True)
    assert begun == ["preload", "addresses"]


def test_host_refuses_the_settings_of_a_commune(begun, tmp_path):
    host.settings.GIVEN = {"LOG_LEVEL", "COMMUNE_NAME", "SECRET_KEY"}
    with pytest.raises(CommandError, match="COMMUNE_NAME, SECRET_KEY: settings of a commune"):
        call_command("host", communes=tmp_path, sockets=tmp_path)
    host.settings.SETTINGS_MODULE = "mysite.settings.production"
    with pytest.raises(CommandError, match="this process is of no commune"):
        call_command("host", communes=tmp_path, sockets=tmp_path)
    assert begun == []


def test_host_without_its_folders_says_so(begun, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("host", communes=tmp_path, sockets=tmp_path / "none")


class Calls:
    """Wake-ups that are noted."""

    def __init__(self):
        self.announced, self.sent = [], []

    def announce_tasks(self, name, *, running):
        self.announced.append((name, running))

    def send(self, name, lane):
        self.sent.append((name, lane))


@pytest.mark.django_db
@pytest.mark.parametrize("with_jobs", [True, False])
def test_visit_runs_due_jobs_and_the_tasks_of_its_lane(monkeypatch, with_jobs):
    done, calls = [], Calls()
    monkeypatch.setattr(visits.signal, "signal", lambda *_: None)
    monkeypatch.setattr(visits, "run_due_jobs", lambda: done.append("jobs"))
    monkeypatch.setattr(
        visits, "call_command", lambda command, **options: done.append((command, options["lane"]))
    )

    visits.visit_commune("orvenay", visits.MAIN, calls, with_jobs=with_jobs)

    assert done == [*(["jobs"] if with_jobs else []), ("worker", visits.MAIN)]
    assert (calls.announced, calls.sent) == ([("orvenay", visits.MAIN)], [])


@pytest.mark.django_db
def test_visit_ends_when_the_database_is_away(monkeypatch):
    done, calls = [], Calls()

    def refuse():
        raise visits.OperationalError("away")

    monkeypatch.setattr(visits.signal, "signal", lambda *_: None)
    monkeypatch.setattr(visits, "run_due_jobs", lambda: None)
    monkeypatch.setattr(visits, "call_command", lambda command, **options: done.append(command))
    monkeypatch.setattr(visits.DATABASE, "record_failure", done.append)
    monkeypatch.setattr(visits, "connection", SimpleNamespace(ensure_connection=refuse))

    visits.visit_commune("orvenay", visits.MAIN, calls, with_jobs=True)

    assert [type(one) for one in done] == [visits.OperationalError]
