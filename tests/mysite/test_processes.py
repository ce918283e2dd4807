"""Replacement of code without a pause. The site is a small application, with the real parent and gunicorn."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.template import engines
from django.utils.translation import get_language

from eservices.deliveries.opaque_values import opaque_engine
from mysite import processes as of_commune
from mysite.management.commands import serve
from mysite.processes import FORMER, SITE, CommuneProcesses

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import logging, os, signal, sys, time
from functools import partial
from django.conf import settings
settings.configure(LOGGING_CONFIG=None)
logging.basicConfig()
import plain
if "--try" in sys.argv:
    sys.exit()
from mysite.processes import SITE, CommuneProcesses, open_listener, run_site

def work():
    signal.signal(signal.SIGTERM, lambda *_: (time.sleep(plain.FINISHING), sys.exit()))
    print("worker", plain.VERSION, os.getppid(), flush=True)
    signal.pause()

site = partial(run_site, open_listener(sys.argv[1]), 1, "plain:application")
CommuneProcesses({SITE: site, "worker": work}).run()
"""
PLAIN = """
VERSION = {version!r}
FINISHING = {finishing}  # seconds that its worker needs to finish what it began
def application(environ, start_response):
    start_response("200 OK", [])
    return [VERSION.encode()]
"""


class Site:
    """A running parent. ``notified`` is the socket on which systemd would hear from it."""

    def __init__(self, folder: Path, bind: str = "", finishing: float = 0):
        self.folder = folder
        self.install("first", finishing)
        (folder / "parent.py").write_text(PARENT)
        (folder / "gunicorn.conf.py").write_text((ROOT / "gunicorn.conf.py").read_text())
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.bind(str(folder / "notify"))
        self.notified.settimeout(30)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"http://{address}/"
        self.run = subprocess.Popen(
            [sys.executable, "parent.py", bind or address],
            cwd=folder,
            env=os.environ
            | {
                "PYTHONPATH": f"{folder}:{ROOT}",
                "NOTIFY_SOCKET": str(folder / "notify"),
                "COMMUNE_VAR": str(folder),
            }
            | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def install(self, version: str, finishing: float = 0) -> None:
        (self.folder / "plain.py").write_text(PLAIN.format(version=version, finishing=finishing))

    def ask(self) -> str:
        with urllib.request.urlopen(self.url, timeout=20) as answer:
            return answer.read().decode()

    def next_message(self) -> str:
        """Return the first line of the next message to systemd."""
        return self.notified.recv(1000).decode().splitlines()[0]

    def end(self) -> str:
        self.run.terminate()
        errors = self.run.communicate(timeout=30)[1]
        self.notified.close()
        return errors


@pytest.fixture
def site(tmp_path):
    one = Site(tmp_path)
    yield one
    if one.run.poll() is None:
        one.end()


def test_reload_serves_new_code_and_refuses_no_request(site):
    assert site.next_message() == "READY=1"
    assert site.run.stdout.readline().split()[:2] == ["worker", "first"]
    answers, ended = [site.ask()], threading.Event()

    def keep_asking():
        while not ended.is_set():
            answers.append(site.ask())
            time.sleep(0.01)

    visitor = threading.Thread(target=keep_asking)
    visitor.start()
    site.install("second")
    site.run.send_signal(signal.SIGHUP)
    assert [site.next_message(), site.next_message()] == ["RELOADING=1", "READY=1"]
    worker = site.run.stdout.readline().split()
    answers.append(site.ask())
    ended.set()
    visitor.join()
    assert worker == ["worker", "second", str(site.run.pid)]
    assert answers[-1] == site.ask() == "second"
    assert answers == sorted(answers), "one version after the other, and nothing else"
    assert "Traceback" not in site.end()
    assert site.run.returncode == 0


def test_socket_file_is_served_before_and_after_a_reload(tmp_path):
    path = tmp_path / "s"
    site = Site(tmp_path, f"unix:{path}")

    def ask() -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.makefile().read().rpartition("\n")[2]

    try:
        assert site.next_message() == "READY=1"
        assert ask() == "first"
        site.install("second")
        site.run.send_signal(signal.SIGHUP)
        assert [site.next_message(), site.next_message()] == ["RELOADING=1", "READY=1"]
        assert ask() == "second"
    finally:
        assert "Traceback" not in site.end()


def test_socket_file_of_a_killed_site_is_replaced(tmp_path):
    path = tmp_path / "s"
    of_commune.listen_at(path).close()
    with of_commune.listen_at(path), pytest.raises(OSError, match="in use"):
        of_commune.listen_at(path)


def test_code_that_does_not_load_replaces_nothing(site):
    assert site.next_message() == "READY=1"
    site.install("first")
    (site.folder / "plain.py").write_text("not Python")
    site.run.send_signal(signal.SIGHUP)
    assert [site.next_message(), site.next_message()] == ["RELOADING=1", "READY=1"]
    assert site.ask() == "first"
    assert "The new code does not load (1): the one before goes on" in site.end()


def test_reload_asked_for_during_a_reload_follows_it(tmp_path):
    """An upgrade and the way back may follow each other within the minute in which a worker finishes its task."""
    site = Site(tmp_path, finishing=3)
    assert site.next_message() == "READY=1"
    site.install("second")
    site.run.send_signal(signal.SIGHUP)
    assert site.next_message() == "RELOADING=1"  # a trial begins
    site.install("third")
    site.run.send_signal(signal.SIGHUP)
    assert site.next_message() == "RELOADING=1"
    while site.ask() == "first":
        time.sleep(0.01)
    assert site.ask() == "third"  # while the worker of the first version finishes
    site.install("fourth")
    site.run.send_signal(signal.SIGHUP)
    assert [site.next_message() for _time in range(3)] == ["READY=1", "RELOADING=1", "READY=1"]
    assert site.ask() == "fourth"
    assert "Traceback" not in site.end()


def test_former_process_that_does_not_end_is_killed(monkeypatch):
    deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; echo; exec sleep 60"], stdout=subprocess.PIPE)
    deaf.stdout.read(1)
    monkeypatch.setenv(FORMER, f'{{"{deaf.pid}": "worker"}}')
    processes = CommuneProcesses({})
    processes.start_due()
    assert deaf.poll() is None
    assert processes.deadlines() == [processes.former_end]
    processes.former_end = 0
    processes.start_due()
    assert deaf.wait(20) == -signal.SIGKILL
    deaf.stdout.close()


@pytest.fixture
def forked(monkeypatch):
    """Run ``serve`` without forking. Return a function that returns the names of what it would fork."""
    names = []
    monkeypatch.setattr(serve, "preload_site", lambda: None)
    monkeypatch.setattr(serve, "open_listener", lambda bind: 7)
    monkeypatch.setattr(CommuneProcesses, "run", lambda self: names.extend(self.mains))

    def run(**options):
        names.clear()
        call_command("serve", **options)
        return set(names)

    return run


def test_serve_runs_site_and_worker_or_one_of_them(forked):
    lanes = {"worker", "worker-slow"}
    assert forked() == {SITE} | lanes
    assert forked(only="site") == {SITE}
    assert forked(only="background") == lanes
    assert forked(try_only=True) == set()


def test_serve_names_an_address_that_is_not_free(forked, monkeypatch):
    def refuse(bind):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(serve, "open_listener", refuse)
    with pytest.raises(CommandError, match="is not free: Address already in use"):
        call_command("serve", bind="127.0.0.1:80")


def test_socket_of_systemd_is_used(monkeypatch):
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert of_commune.open_listener("127.0.0.1:1") == 3


def test_preloading_loads_all_templates_and_letters(monkeypatch, settings):
    """An upgrade replaces their files before the processes. The real ones, because letters know more tags."""
    monkeypatch.setattr(of_commune, "import_module", lambda name: None)
    monkeypatch.setattr(of_commune, "PACKAGES", ())
    settings.TEMPLATES = [*settings.TEMPLATES]  # engines of their own, which have loaded nothing
    before = get_language()
    of_commune.preload_site()
    assert get_language() == before
    own = engines["django"].engine
    [folder] = own.dirs
    monkeypatch.setattr(Path, "read_text", None)
    monkeypatch.setattr("builtins.open", None)
    for engine, ending in ((own, ".html"), (own, ".txt"), (opaque_engine(own), ".md")):
        names = [path.relative_to(folder).as_posix() for path in folder.rglob(f"*{ending}")]
        assert names
        for name in names:
            engine.get_template(name)


def test_processes_load_all_modules_but_those_of_commands():
    names = {name for package in of_commune.PACKAGES for name in of_commune.modules_of_processes(package)}
    assert {"eservices.bookings.case_extension", "mysite.backups.creation", "newsletter.jobs"} <= names
    assert not [name for name in names if ".migrations" in name or ".management" in name]
    for name in names:
        import_module(name)
