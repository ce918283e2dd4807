"""Two communes, served by one real parent."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from mysite.hosting import host_processes
from mysite.hosting.communes import CommuneFile
from mysite.hosting.host_processes import HostProcesses

ROOT = Path(__file__).resolve().parents[3]
PARENT = """
import sys, django
from pathlib import Path
django.setup()
from tests.mysite.hosting.parent import main
main(Path(sys.argv[1]))
"""
PATIENCE = 240  # seconds; the parent loads all of the code
SETTINGS = """SECRET_KEY=key-of-{name}
ALLOWED_HOSTS={name}.example
COMMUNE_BASE_URL=http://{name}.example
COMMUNE_VAR={folder}/var/{name}
"""
OF_ORVENAY = (
    "DJANGO_SETTINGS_MODULE=mysite.settings.dev\nCOMMUNE_NAME='Orvenay l’Est'\nCOMMUNE_LANGUAGE=fr\n"
    "COMMUNE_CURRENCY=CHF\n"
)
OF_VERNES = (
    "COMMUNE_NAME=Vernes\nCOMMUNE_LANGUAGE=de\nCOMMUNE_COUNTRY=DE\nCOMMUNE_CURRENCY=EUR\n"
    "COMMUNE_TIME_ZONE=Europe/Berlin\nMAIL_URL=smtp://127.0.0.1:9\nCOMMUNE_FROM_EMAIL=a@vernes.example\n"
    "TRUSTED_PROXIES=1\n"
)


def copy_code(folder: Path) -> Path:
    """Return a folder with the code, of which ``mysite`` can be changed."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name != "mysite" and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "mysite", folder / "mysite")
    return folder


class Host:
    """The running parent and what it found out."""

    def __init__(self, folder: Path, migrated: str):
        self.folder, self.migrated, self.code = folder, migrated, copy_code(folder / "code")
        for place in ("communes", "sockets"):
            (folder / place).mkdir()
        for name, own in (("orvenay", OF_ORVENAY), ("vernes", OF_VERNES)):
            self.add(name, own)
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(folder)],
            cwd=self.code,
            env=inherited
            | {"COMMUNE_STATIC": str(folder / "static"), "DJANGO_SETTINGS_MODULE": "mysite.settings.host"},
            stderr=self.log,
        )

    def add(self, name: str, own: str) -> None:
        """Add a commune with a database of its own."""
        var = self.folder / "var" / name
        var.mkdir(parents=True)
        with (
            closing(sqlite3.connect(self.migrated)) as source,
            closing(sqlite3.connect(var / "commune.sqlite3")) as copy,
        ):
            source.backup(copy)
        self.write(name, SETTINGS.format(name=name, folder=self.folder) + own)

    def write(self, name: str, text: str) -> None:
        (self.folder / "communes" / f"{name}.env").write_text(text)

    def read_log(self) -> str:
        return (self.folder / "log").read_text()

    def wait_for(self, condition, what: str):
        ends = time.monotonic() + PATIENCE
        while not (found := condition()):
            if self.process.poll() is not None or time.monotonic() > ends:
                pytest.fail(f"{what}: {self.read_log()}")
            time.sleep(0.05)
        return found

    def socket(self, name: str) -> Path:
        return self.folder / "sockets" / f"{name}.sock"

    def found(self, name: str) -> dict:
        return json.loads((self.folder / f"{name}.json").read_text())

    def ask(self, name: str, path: str, host: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection(host or f"{name}.example", timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(PATIENCE)
        with closing(connection):
            connection.sock.connect(str(self.socket(name)))
            connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def rows(self, name: str, query: str) -> list:
        with closing(sqlite3.connect(self.folder / "var" / name / "commune.sqlite3", timeout=30)) as database:
            return database.execute(query).fetchall()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(90)
        self.log.close()


@pytest.fixture(scope="module")
def host(django_db_setup, django_db_blocker, tmp_path_factory):
    if connection.vendor != "sqlite":
        pytest.skip("the communes have databases of SQLite, copied from that of the tests")
    with django_db_blocker.unblock():
        migrated = str(connection.settings_dict["NAME"])
        running = Host(tmp_path_factory.mktemp("host"), migrated)
    try:
        running.wait_for(
            lambda: running.socket("orvenay").exists() and running.socket("vernes").exists(), "start"
        )
        yield running
    finally:
        running.stop()


def test_process_has_the_settings_of_its_commune_alone(host):
    orvenay, vernes = host.found("orvenay")["facts"], host.found("vernes")["facts"]
    assert (orvenay["name"], vernes["name"]) == ("Orvenay l’Est", "Vernes")
    assert (orvenay["country"], vernes["country"]) == ("CH", "DE")
    assert (orvenay["currency"], vernes["currency"]) == ("CHF", "EUR")
    assert (orvenay["zone"], vernes["zone"]) == ("Europe/Zurich", "Europe/Berlin")
    assert (orvenay["key"], vernes["key"]) == ("key-of-orvenay", "key-of-vernes")
    assert orvenay["environment"] == vernes["environment"] == []
    for name, facts in (("orvenay", orvenay), ("vernes", vernes)):
        assert facts["database"] == str(host.folder / "var" / name / "commune.sqlite3")
        assert facts["file_field"] == str(host.folder / "var" / name / "private")
        assert f"http://{name}.example" in facts["policy"]


def test_process_speaks_the_language_of_its_commune(host):
    orvenay, vernes = host.found("orvenay")["facts"], host.found("vernes")["facts"]
    assert (orvenay["address"], vernes["address"]) == ("/espace/", "/mein-konto/")
    assert orvenay["french"] != "answer", "no redirect"
    assert (orvenay["text"], vernes["text"]) == ("Rechercher", "Suchen")
    assert (orvenay["fallback"], vernes["fallback"]) == ("fr", "de")
    assert (orvenay["user_language"], vernes["user_language"]) == ("fr", "de")
    assert orvenay["team_languages"] == ["de", "it", "en"]
    assert vernes["team_languages"] == ["fr", "it", "en"]


def test_process_retains_no_setting_of_the_parent(host):
    assert host.found("orvenay")["remains"] == host.found("vernes")["remains"] == []


def test_commune_accepts_nothing_of_another(host):
    assert host.found("vernes")["accepted"] == []


def test_site_answers_for_its_own_host_name_only(host):
    status, page = host.ask("orvenay", "/espace/cle/perdue/")
    assert "Orvenay l’Est" in page, (status, page, host.read_log())
    status, page = host.ask("vernes", "/mein-konto/schluessel/verloren/")
    assert "Vernes" in page
    assert "Orvenay" not in page
    assert host.ask("vernes", "/", host="orvenay.example") == (421, "This name leads to no site here.\n")


def test_each_commune_is_visited(host):
    for name in ("orvenay", "vernes"):
        query = "SELECT count(*) FROM home_heartbeat WHERE name IN ('scheduler', 'worker')"
        host.wait_for(lambda name=name, query=query: host.rows(name, query) == [(2,)], f"visit of {name}")


def test_unusable_commune_is_named_once_and_disturbs_no_other(host):
    text = SETTINGS.format(name="broken", folder=host.folder) + "COMMUNE_NAME=x\nCOMMUNE_COUNTRY=nowhere\n"
    host.write("broken", text)
    host.wait_for(lambda: host.socket("broken").exists(), "the third commune")
    for _again in range(3):
        assert host.ask("broken", "/")[0] == 503
    # The site or the visit of the scheduler says it: whichever was forked first, which need not be the first to answer.
    host.wait_for(lambda: "COMMUNE_COUNTRY is 'nowhere'" in host.read_log(), "its reason")
    assert host.read_log().count("COMMUNE_COUNTRY is 'nowhere'") == 1
    assert host.ask("orvenay", "/health/live")[0] == 200


def test_commune_with_the_key_of_another_is_refused(host):
    text = SETTINGS.format(name="twin", folder=host.folder).replace("key-of-twin", "key-of-orvenay")
    host.write("twin", text + "COMMUNE_NAME=Twin\n")
    host.wait_for(
        lambda: "twin is not served: it shares SECRET_KEY with orvenay" in host.read_log(), "refusal"
    )
    assert not host.socket("twin").exists()
    assert host.ask("orvenay", "/health/live")[0] == 200


def test_commune_that_is_removed_is_served_no_longer(host):
    text = SETTINGS.format(name="former", folder=host.folder) + "COMMUNE_NAME=Former\n"
    host.write("former", text)
    host.wait_for(lambda: host.socket("former").exists(), "the commune")
    (host.folder / "communes" / "former.env").unlink()
    host.wait_for(lambda: not host.socket("former").exists(), "the removal")
    assert "The commune former is not served any more" in host.read_log()


@pytest.fixture
def installed(host):
    """Install files of the next version, whose settings need a reader that the loaded code does not have."""
    migration = host.code / "mysite/backups/migrations/9999_next.py"
    settings = host.code / "mysite/settings/base.py"
    before = settings.read_text()
    settings.write_text(f"{before}\nNEXT = env.read_next('NEXT')\n")
    migration.write_text("Migration = None\n")
    yield
    migration.unlink()
    settings.write_text(before)


def test_installed_files_change_nothing_before_the_reload(host, installed):
    host.add("waking", OF_ORVENAY)
    host.wait_for(lambda: host.socket("waking").exists(), "the commune")
    assert host.ask("waking", "/health/live")[0] == 200, host.read_log()
    query = "SELECT count(*) FROM home_heartbeat WHERE name IN ('scheduler', 'worker')"
    host.wait_for(lambda: host.rows("waking", query) == [(2,)], "visit")
    assert "The commune waking is not available" not in host.read_log()


def test_reload_refuses_no_request(host):
    def children() -> set[str]:
        pid = host.process.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())

    assert host.ask("orvenay", "/health/live")[0] == 200
    before = children()
    host.process.send_signal(signal.SIGHUP)
    answers = []

    def is_replaced() -> bool:
        answers.append(host.ask("orvenay", "/health/live")[0])
        return not before & children()

    host.wait_for(is_replaced, "new processes")
    assert {*answers, host.ask("vernes", "/health/live")[0]} == {200}
    assert "does not load" not in host.read_log()


# -- Order of visits, without processes ------------------------------------------------------------------------------
@pytest.fixture
def planned(tmp_path, monkeypatch):
    """A host of three communes that forks nothing."""
    folder = tmp_path / "communes"
    folder.mkdir()
    processes = HostProcesses(folder, tmp_path, every=100, idle=10, visits=2)
    monkeypatch.setattr(processes, "read_changed_settings", lambda: None)
    for name in ("a", "b", "c"):
        processes.begin_commune(CommuneFile(name, (f"{name}.example",)))
        processes.next_visit[name] = 0.0
    yield processes
    close(processes)


def close(processes: HostProcesses) -> None:
    for listener in processes.listeners.values():
        listener.close()
    os.close(processes._signals)
    processes.wake_ups.receiver.close()
    processes.wake_ups.sender.close()


def test_visits_at_the_same_time_are_limited(planned):
    planned.plan_visits()
    assert list(planned.due) == ["worker a", "worker b"]
    planned.due.pop("worker a")
    planned.plan_visits()
    assert list(planned.due) == ["worker b", "worker c"]


def test_commune_with_tasks_is_visited_first(planned):
    planned.wake_ups.send("c", "worker")
    planned.wake_ups.send("c", "worker-slow")
    planned.wake_ups.send("nobody", "worker")
    planned.next_signal(0)
    planned.plan_visits()
    assert list(planned.due) == ["worker c", "worker-slow c", "worker a"]
    assert planned.woken == {}


def test_commune_is_not_visited_twice_at_the_same_time(planned):
    planned.running[1] = "worker a"
    planned.woken["a", "worker"] = None
    planned.plan_visits()
    assert list(planned.due) == ["worker b"]
    assert ("a", "worker") in planned.woken


def test_long_visit_is_asked_to_end_and_then_killed(planned, monkeypatch):
    asked, killed = [], []
    monkeypatch.setattr(planned, "terminate", asked.append)
    monkeypatch.setattr(host_processes.os, "kill", lambda pid, number: killed.append(pid))
    planned.running |= {1: "worker a", 2: "site b"}
    planned.end_long_visits()
    assert (asked, killed) == ([], [])
    planned._ends[1] = time.monotonic() - 1
    planned.end_long_visits()
    assert (asked, killed) == ([1], [])
    planned._ends[1] -= host_processes.LONGEST
    planned.end_long_visits()
    assert (asked, killed) == ([1], [1])


def test_connection_wakes_the_site_of_its_commune(planned):
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(planned.sockets / "b.sock"))
        planned.next_signal(5)
    assert list(planned.due) == ["site b"]
    planned.due.clear()
    planned.schedule("site b", 1, 0.1)
    assert not planned.waits_for_visitor("b"), "not again at once"
    assert planned.waits_for_visitor("a")


def test_removed_commune_leaves_no_planned_process(planned):
    planned.plan_visits()
    planned.end_commune("a", gone=True)
    assert list(planned.due) == list(planned.mains) == ["worker b"]


def test_reload_serves_on_beside_a_commune_that_shares(tmp_path, monkeypatch):
    for name in ("newer", "older"):
        text = SETTINGS.format(name=name, folder=tmp_path).replace(f"key-of-{name}", "same-key")
        (tmp_path / f"{name}.env").write_text(f"{text}COMMUNE_NAME={name}\n")
    inherited = host_processes.open_socket(tmp_path / "older.sock")
    monkeypatch.setenv(host_processes.LISTENERS, json.dumps({"older": inherited.detach()}))
    monkeypatch.setenv(host_processes.WAKE_UPS, "")
    processes = HostProcesses(tmp_path, tmp_path, every=100, idle=10, visits=2)
    processes.read_changed_settings()
    assert (list(processes.communes), list(processes.refused)) == (["older"], ["newer"])
    close(processes)
