"""The command ``upgrade``: its steps in order, and what it says and undoes where one fails."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from mysite import __version__
from mysite.management.commands import upgrade
from mysite.upgrades import migration_rollback, running_site

NEW = ("home_alerts", "0002_new")


@pytest.fixture
def steps(monkeypatch):
    """Replace all that an upgrade calls. ``steps.failing``: names that fail; ``steps.done``: what was called."""
    monkeypatch.setattr(running_site, "may_restart", lambda: True)
    found = Steps()
    monkeypatch.setattr(upgrade, "call_command", found.call)
    monkeypatch.setattr(running_site, "restart_processes", lambda words: found.call(" ".join(words)) or "")
    monkeypatch.setattr(running_site, "wait_for_version", lambda version, address: found.health)
    monkeypatch.setattr(migration_rollback, "applied_migrations", lambda: set(found.applied))
    monkeypatch.setattr(migration_rollback, "irreversible_migrations", lambda keys: found.irreversible)
    monkeypatch.setattr(migration_rollback, "undo_migrations", lambda before, keys: found.call("undo"))
    return found


class Steps:
    def __init__(self):
        self.done, self.failing, self.applied, self.irreversible = [], {}, [], []
        self.health = ({"status": "ok", "version": __version__}, "")

    def call(self, name, *args, **options):
        self.done.append(name)
        if name == "prepare":
            self.applied.append(NEW)
        if name in self.failing:
            raise self.failing[name]

    def upgrade(self, *arguments) -> str:
        out = StringIO()
        call_command("upgrade", *arguments, stdout=out, stderr=out)
        return out.getvalue()

    def fail(self, *arguments) -> str:
        with pytest.raises(CommandError) as caught:
            self.upgrade(*arguments)
        return str(caught.value)


RESTART = "systemctl reload-or-restart commune-*.service"


def test_upgrade_runs_all_steps_in_their_order(steps):
    said = steps.upgrade()
    assert steps.done == ["check", "backup", "prepare", RESTART]
    assert "1 migrations applied, home_alerts.0002_new" in said
    assert f"Version {__version__} answers: ok" in said


def test_upgrade_without_backup_makes_none(steps):
    steps.upgrade("--no-backup")
    assert "backup" not in steps.done


def test_upgrade_stops_at_an_error_of_the_settings(steps):
    steps.failing["check"] = SystemCheckError("SECRET_KEY is short")
    assert "Nothing was changed" in steps.fail()
    assert steps.done == ["check"]


@pytest.mark.parametrize("fault", [CommandError("disk full"), OSError("disk full")])
def test_upgrade_stops_if_the_backup_fails(steps, fault):
    steps.failing["backup"] = fault
    said = steps.fail()
    assert "disk full" in said
    assert "Nothing was changed" in said
    assert "--no-backup" in said
    assert steps.done == ["check", "backup"]


def test_failed_migration_is_undone_if_possible(steps):
    steps.failing["prepare"] = CommandError("locked")
    said = steps.fail()
    assert said.startswith("locked\nUndone again: home_alerts.0002_new.")
    assert steps.done == ["check", "backup", "prepare", "undo"]


def test_failed_migration_that_stays_is_named(steps):
    steps.failing["prepare"] = CommandError("locked")
    steps.irreversible = [NEW]
    said = steps.fail()
    assert "not undone, because not all can be: home_alerts.0002_new" in said
    assert "restore the backup" in said
    assert "undo" not in steps.done


def test_fault_while_undoing_shows_both_faults(steps):
    steps.failing |= {"prepare": CommandError("locked"), "undo": CommandError("gone")}
    said = steps.fail()
    assert said.startswith("locked\nUndoing home_alerts.0002_new failed: gone")


def test_user_without_rights_is_told_how_to_restart(steps, monkeypatch):
    monkeypatch.setattr(running_site, "may_restart", lambda: False)
    monkeypatch.setattr(running_site, "has_systemd", lambda: True)
    said = steps.upgrade()
    assert "as root: systemctl reload-or-restart 'commune-*.service'" in said
    assert steps.done == ["check", "backup", "prepare"]
    steps.upgrade("--restart", "kill -HUP 7")
    assert steps.done[-1] == "kill -HUP 7"


def test_machine_without_systemd_is_told_how_to_restart(steps, monkeypatch):
    monkeypatch.setattr(running_site, "may_restart", lambda: False)
    monkeypatch.setattr(running_site, "has_systemd", lambda: False)
    said = steps.upgrade()
    assert "HUP to serve loads the code again" in said
    assert "systemctl" not in said


def test_preparation_alone_restarts_nothing(steps):
    assert "restart" not in steps.upgrade("--prepare-only")
    assert steps.done == ["check", "backup", "prepare"]


def test_failed_restart_shows_the_way_back(steps, monkeypatch):
    monkeypatch.setattr(running_site, "restart_processes", lambda words: "Unit commune-site not found")
    said = steps.fail()
    assert "Unit commune-site not found" in said
    assert "install the version before" in said


def test_old_version_that_answers_shows_the_way_back(steps):
    steps.health = ({"version": "0.0.1"}, "version 0.0.1 answers, not ours")
    said = steps.fail()
    assert "version 0.0.1 answers" in said
    assert "systemctl reload-or-restart" in said


def test_degraded_site_is_upgraded_and_names_what_is_not_well(steps):
    steps.health = ({"status": "degraded", "version": __version__, "mail": {"alive": False}}, "")
    assert "Not well: mail" in steps.upgrade()


def test_verification_alone_changes_nothing(steps):
    assert "answers: ok" in steps.upgrade("--verify")
    assert steps.done == []


# -- The running site ------------------------------------------------------------------------------------------


@contextmanager
def answering(*answers):
    """Serve ``/health/`` with each answer in turn, the last one for ever. Yield the address and the headers seen."""
    left, seen = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            answer = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(running_site.time, "sleep", lambda _seconds: None)


OK = {"status": "ok", "version": "2"}


def test_verification_waits_for_the_new_version(at_once, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://www.orvenay.ch"
    with answering({"status": "ok", "version": "1"}, b"<h1>502</h1>", OK) as (address, seen):
        assert running_site.wait_for_version("2", address) == (OK, "")
    assert seen == [("/health/", "www.orvenay.ch", "https")] * 3


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"status": "ok", "version": "1"}, "version 1 answers, not 2"),
        ({"status": "ok"}, "version unknown answers"),
        ({"status": "down", "version": "2"}, "database"),
        (b"<h1>Bad gateway</h1>", "answers 200"),
    ],
)
def test_verification_reports_what_answers_instead(answer, fault, settings):
    with answering(answer) as (address, _seen):
        assert fault in running_site.wait_for_version("2", address, patience=0)[1]


def test_verification_reports_a_site_that_does_not_answer():
    with answering(OK) as (address, _seen):
        pass
    assert (
        "does not answer (ConnectionRefusedError)"
        in running_site.wait_for_version("2", address, patience=0)[1]
    )


def test_restart_reports_why_it_failed():
    assert running_site.restart_processes(("true",)) == ""
    assert running_site.restart_processes(("sh", "-c", "echo no such unit >&2; exit 5")) == "no such unit"
    assert running_site.restart_processes(("false",)) == "status 1"
    assert "No such file" in running_site.restart_processes(("/nowhere/systemctl",))


# -- Migrations ------------------------------------------------------------------------------------------------


def test_migrations_go_back_to_what_was_applied_before(db):
    every = set(MigrationLoader(None).disk_migrations)
    new = {
        ("mfa", "0003_authenticator_type_uniq"),
        ("mfa", "0002_authenticator_timestamps"),
        ("home_alerts", "0001_initial"),
    }
    targets = {"home_alerts": "zero", "mfa": "0001_initial"}
    assert migration_rollback.targets_of(every - new, new) == targets


def test_irreversible_migrations_are_found(monkeypatch):
    def migration(*operations):
        return type("Migration", (migrations.Migration,), {"operations": list(operations)})("0009_x", "tried")

    found = {
        ("tried", "back"): migration(migrations.AddField("case", "tone", models.IntegerField(null=True))),
        ("tried", "stays"): migration(migrations.RunSQL("SELECT 1")),
    }
    loader = type("Loader", (), {"__init__": lambda *_: None, "disk_migrations": found})
    monkeypatch.setattr(migration_rollback, "MigrationLoader", loader)
    assert migration_rollback.irreversible_migrations(found) == [("tried", "stays")]
    assert migration_rollback.irreversible_migrations([("gone", "0002")]) == [("gone", "0002")]


def test_undone_migrations_are_those_of_the_upgrade(db, monkeypatch):
    called = []
    monkeypatch.setattr(migration_rollback, "call_command", lambda *args, **_options: called.append(args))
    every = set(MigrationLoader(None).disk_migrations)
    *_earlier, before, last = sorted(name for app, name in every if app == "eservices_cases")
    new = {("eservices_cases", last)}
    migration_rollback.undo_migrations(every - new, new)
    assert called == [("migrate", "eservices_cases", before)]
