"""Commands for set-up and start: bin/demo, bin/setup.sh, bin/serve.py and ``manage.py prepare``.

Nothing is installed and, except in one test, no process of the project is started: Python, the site, the worker and the
scheduler are replaced by stand-ins.
"""

import importlib.util
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection

from home.runtime.database_lock import PREPARATION
from mysite import __version__
from mysite.management.commands import prepare
from tests import conftest
from tests.support.browser import NO_BROWSER

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "bin" / "serve.py"


# -- bin/serve.py ----------------------------------------------------------------------------------------------

# A server that accepts all requests and prints a line when it is asked to stop.
SITE = """
import signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: (print("stopped", flush=True), sys.exit()))
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    with server.accept()[0] as asked:
        asked.recv(4096)
        asked.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
"""
HELPER = "trap 'echo stopped; exit 0' TERM; echo started; while :; do sleep 0.02; done"
# bin/serve.py with other commands to start.
DRIVER = """
import importlib.util, json, sys
path, commands, *arguments = sys.argv[1:]
found = importlib.util.spec_from_file_location("serve", path)
serve = importlib.util.module_from_spec(found)
found.loader.exec_module(serve)
serve.commands = lambda host, port: json.loads(commands)
sys.argv = ["serve.py", *arguments]
sys.exit(serve.main())
"""


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


@pytest.fixture
def serving(tmp_path, port):
    """Start ``bin/serve.py`` with the given command as the site, and two helpers."""
    running = []

    def begin(site):
        commands = {"site": site, "worker": ["sh", "-c", HELPER], "scheduler": ["sh", "-c", HELPER]}
        run = subprocess.Popen(
            [sys.executable, "-c", DRIVER, SERVE, json.dumps(commands), "--port", port],
            env=os.environ | {"COMMUNE_VAR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        running.append(run)
        return run

    yield begin
    for run in running:
        if run.poll() is None:
            run.terminate()
        run.communicate(timeout=20)


def press_ctrl_c(run):
    """Send SIGINT to the process group, as a terminal does."""
    os.killpg(run.pid, signal.SIGINT)


def term(run):
    run.terminate()


def written(tmp_path, name: str) -> list[str]:
    log = tmp_path / "log" / f"{name}.log"
    return log.read_text().split() if log.exists() else []


@pytest.mark.parametrize("told", [press_ctrl_c, term])
def test_serve_starts_and_stops_site_worker_and_scheduler(serving, tmp_path, port, told):
    (tmp_path / "demo-sign-ins.txt").write_text("julie.perret@orvenay.example  Éditrice\n")
    run = serving([sys.executable, "-S", "-c", SITE, port])
    shown = []
    while not shown or "Ctrl-C" not in shown[-1]:
        shown.append(run.stdout.readline())
        assert shown[-1], run.stderr.read()
    assert f"http://127.0.0.1:{port}/admin/" in "".join(shown)
    assert "julie.perret@orvenay.example  Éditrice\n" in shown
    until(lambda: written(tmp_path, "worker") and written(tmp_path, "scheduler"))

    told(run)
    said, complaints = run.communicate(timeout=20)
    assert run.returncode == 0, complaints
    assert "Stopping." in said
    assert not complaints
    assert written(tmp_path, "site") == ["stopped"]
    assert written(tmp_path, "worker") == written(tmp_path, "scheduler") == ["started", "stopped"]


def test_serve_runs_the_real_processes_until_ctrl_c(db, tmp_path, port):
    if not os.environ.get("COMMUNE_REQUIRE_ALL") or connection.vendor != "sqlite":
        pytest.skip("Django four times over takes too long for all but CI, and for more than once")
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as migrated,
        closing(sqlite3.connect(tmp_path / "commune.sqlite3")) as copy,
    ):
        migrated.backup(copy)
    run = subprocess.Popen(
        [sys.executable, SERVE, "--port", port],
        env=os.environ
        | {"COMMUNE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mysite.settings.dev", "DEBUG": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def health():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/") as answer:
                return json.load(answer)["status"]
        except OSError:
            return None

    try:
        until(lambda: health() == "ok", seconds=120)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        assert len(children) == 3
        press_ctrl_c(run)
        said, complaints = run.communicate(timeout=30)
    finally:
        run.terminate()  # if it still runs: it ends its child processes too
        run.communicate(timeout=30)
    assert (run.returncode, complaints) == (0, "")
    assert "Stopping." in said
    assert all(has_ended(int(pid)) for pid in children)
    assert health() is None
    for log in (tmp_path / "log").iterdir():
        assert "Traceback" not in log.read_text(), log.read_text()


def test_serve_starts_nothing_else_if_the_site_fails(serving, tmp_path):
    run = serving(["sh", "-c", "echo why; exit 3"])
    said, complaints = run.communicate(timeout=20)
    assert run.returncode == 1
    assert complaints == f"The site does not start: see {tmp_path}/log/site.log\n"
    assert written(tmp_path, "site") == ["why"]
    assert "Staff" not in said
    assert not written(tmp_path, "worker")


@pytest.mark.parametrize("wanted", ["taken", "0", "65536"])
def test_serve_reports_an_unusable_port_and_starts_nothing(tmp_path, wanted):
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = str(other.getsockname()[1]) if wanted == "taken" else wanted
        run = subprocess.run(
            [sys.executable, "-S", SERVE, "--port", number],
            env=os.environ | {"COMMUNE_VAR": str(tmp_path / "var")},
            capture_output=True,
            text=True,
        )
    assert run.returncode == 1
    assert run.stderr == f"Port {number} on 127.0.0.1 is taken: choose another with --port.\n"
    assert not (tmp_path / "var").exists()


@pytest.fixture
def serve(tmp_path, monkeypatch):
    found = importlib.util.spec_from_file_location("serve", SERVE)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    monkeypatch.setattr(module, "LOGS", tmp_path)
    return module


class Process:
    """A stand-in of a watched process: ``ended`` or not, with its calls recorded in ``asked``."""

    pid = -1

    def __init__(self, name="", ended=False, asked=None):
        self.name, self.ended, self.asked = name, ended, asked

    def poll(self):
        return 0 if self.ended else None

    def terminate(self):
        self.asked.append(self.name)
        self.ended = True

    def wait(self, timeout):
        assert self.ended


class Impatient(threading.Event):
    """An event that is set, as by Ctrl-C, after ``looks`` waits, none of which takes time."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks

    def wait(self, timeout=None):
        self.looks -= 1
        return self.looks < 0


def test_serve_stops_the_site_first_and_the_worker_last(serve):
    asked = []
    serve.stop({name: Process(name, asked=asked) for name in ("site", "worker", "scheduler")})
    assert asked == ["site", "scheduler", "worker"]

    asked.clear()
    serve.stop({"worker": Process("worker", ended=True, asked=asked), "site": Process("site", asked=asked)})
    assert asked == ["site"]


def test_serve_kills_a_process_group_that_does_not_stop(serve, monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "GRACE", 0)
    deaf = serve.start("worker", ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"])
    until(lambda: (tmp_path / "worker.log").read_text().endswith("\n"))
    serve.stop({"worker": deaf})
    assert deaf.returncode == -signal.SIGKILL
    child = int((tmp_path / "worker.log").read_text())
    until(lambda: has_ended(child))


@pytest.mark.parametrize("name", ["worker", "scheduler"])
def test_serve_restarts_a_worker_or_scheduler_that_ends(serve, monkeypatch, capsys, name):
    begun = []
    monkeypatch.setattr(serve, "start", lambda name, command: begun.append((name, command)) or Process())
    processes = {"site": Process(), "worker": Process(), "scheduler": Process(), name: Process(ended=True)}
    runs = {other: [f"run the {other}"] for other in processes}
    assert serve.keep_running(processes, runs, Impatient(looks=3)) == 0
    assert begun == [(name, [f"run the {name}"])]
    assert processes[name].poll() is None
    assert capsys.readouterr().err.startswith(f"The {name} ended: see ")


def test_serve_exits_if_the_site_ends(serve, monkeypatch, capsys):
    monkeypatch.setattr(serve, "start", lambda *_: pytest.fail("nothing is started again"))
    assert serve.keep_running({"site": Process(ended=True), "worker": Process()}, {}, Impatient(looks=3)) == 1
    assert capsys.readouterr().err.startswith("The site ended: see ")


PLAIN = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"answered"]
"""


@pytest.mark.skipif(
    not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="only Linux holds silent connections back"
)
def test_preopened_connections_of_browsers_block_no_request(serve, tmp_path, port):
    (tmp_path / "plain.py").write_text(PLAIN)
    command = ["plain" if one == "mysite.wsgi" else one for one in serve.commands("127.0.0.1", port)["site"]]
    command += [
        "--pythonpath",
        str(tmp_path),
    ]  # gunicorn reads its settings in the folder where it is started
    site = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)

    def answered(patience):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=patience) as answer:
                return answer.read() == b"answered"
        except OSError:
            return False

    silent = []
    try:
        until(lambda: answered(1))
        silent = [socket.create_connection(("127.0.0.1", port)) for _number in range(6)]
        assert answered(5)
    finally:
        for one in silent:
            one.close()
        site.terminate()
        site.wait(20)


def until(happened, seconds=10) -> None:
    """Wait until ``happened`` returns true; fail after ``seconds``."""
    patience = threading.Event()
    for _ in range(seconds * 100):
        if happened():
            return
        patience.wait(0.01)
    pytest.fail("it did not happen in time")


def has_ended(pid: int) -> bool:
    """Return whether a process is gone, or is a zombie that its parent has not reaped yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


# -- bin/demo and bin/setup.sh ---------------------------------------------------------------------------------

# A Python that records its calls: with or without ensurepip (venv), older than 3.12 or not (old).
PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    --version) echo "Python from $0" ;;
    *ensurepip*) [ {venv} = yes ] ;;
    *version_info*) [ {old} = no ] ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *hashlib*) read -r first <"$3"; echo "$3 $first" ;;
    "-m uv"*) [ -z "${{NO_UV:-}}" ] ;;
    "-m pip"*) [ -z "${{NO_NETWORK:-}}" ] ;;
    "-m pytest"*) [ -z "${{TESTS_FAIL:-}}" ] ;;
esac
"""


class Machine:
    """A folder with bin/ of the project, on a machine without any other programs than those added."""

    def __init__(self, folder: Path):
        self.project, self.usr, self.calls = folder / "project", folder / "usr", folder / "calls"
        (self.usr / "bin").mkdir(parents=True)
        (self.project / "bin").mkdir(parents=True)
        for tool in ("cat", "cp", "dirname", "grep", "mkdir", "sed"):
            (self.usr / "bin" / tool).symlink_to(shutil.which(tool))
        for command in ("demo", "test"):
            shutil.copy(ROOT / "bin" / command, self.project / "bin" / command)
        # Python is searched on this machine only.
        script = (ROOT / "bin/setup.sh").read_text().replace("/usr/", f"{self.usr}/")
        (self.project / "bin/setup.sh").write_text(script)
        (self.project / "tests").mkdir()
        self.lock("1")

    def lock(self, version: str) -> None:
        """Write both lock files, with libraries in ``version``."""
        pinned = "{}=={} \\\n    --hash=sha256:0a \\\n    --hash=sha256:0b\n"
        running = pinned.format("django", version)
        (self.project / "requirements.txt").write_text(running)
        tools = running + pinned.format("uv", version) + pinned.format("zope", version)
        (self.project / "tests/requirements.txt").write_text(tools)

    def add_python(self, name="python3", *, venv="yes", old="no", into: Path | None = None) -> None:
        path = (into or self.usr / "bin") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PYTHON.format(venv=venv, old=old))
        path.chmod(0o755)

    def demo(self, *arguments, **variables) -> subprocess.CompletedProcess:
        return self.run("demo", *arguments, **variables)

    def run(self, command, *arguments, **variables) -> subprocess.CompletedProcess:
        self.calls.write_text("")
        return subprocess.run(
            [shutil.which("sh"), f"bin/{command}", *arguments],
            cwd=self.project,
            env={"PATH": str(self.usr / "bin"), "CALLS": str(self.calls)} | variables,
            capture_output=True,
            text=True,
        )

    @property
    def asked(self) -> list[str]:
        """Return the calls of Python, without those that only probe it."""
        return [
            line for line in self.calls.read_text().splitlines() if not line.startswith(("-c", "--version"))
        ]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


NO_PORTS = ["http", "80a", "-1", "0", "65536", "99999999999999999999"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prot", "8001"], "Unknown: --prot\n\nbin/demo [--host H]"),
        (["8001"], "Unknown: 8001\n\nbin/demo [--host H]"),
        (["--reset", "--host"], "bin/demo [--host H]"),
        (["--port"], "bin/demo [--host H]"),
        *((["--port", bad], "--port takes a number from 1 to 65535.\n") for bad in NO_PORTS),
        (["--port="], "--port takes a number from 1 to 65535.\n"),
    ],
)
def test_demo_reports_unknown_arguments_before_any_set_up(machine, arguments, said):
    machine.add_python()
    run = machine.demo(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(said)
    assert machine.calls.read_text() == ""
    assert not (machine.project / ".venv").exists()


def test_demo_help_does_nothing_else(machine):
    run = machine.demo("--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert "--reset        build the demo commune anew" in run.stdout


def test_demo_installs_the_lock_once_and_starts(machine):
    machine.add_python()
    run = machine.demo("--port=8001", "--host", "::1", "--reset")
    assert run.returncode == 0, run.stderr
    venv, *installed, compiled, prepared, served = machine.asked
    assert venv == "-m venv --clear .venv"
    assert installed[0].endswith(" -r .venv/uv.txt")
    assert (machine.project / ".venv/uv.txt").read_text().split()[0::2] == [
        "uv==1",
        "--hash=sha256:0a",
        "--hash=sha256:0b",
    ]
    assert installed[1].startswith("-m uv pip install")
    assert installed[1].endswith("--require-hashes -r requirements.txt")
    assert len(installed) == 2
    assert compiled == "bin/compile_messages.py"
    assert prepared == "manage.py prepare --demo --reset"
    assert served == "bin/serve.py --host ::1 --port 8001"

    assert machine.demo("--setup-only").returncode == 0
    assert machine.asked == ["bin/compile_messages.py", "manage.py prepare --demo"]

    machine.lock("2")
    assert machine.demo("--setup-only", NO_UV="1").returncode == 0
    assert [line.rpartition("--no-deps ")[2] for line in machine.asked[:3:2]] == [
        "-r .venv/uv.txt",
        "--require-hashes -r requirements.txt",
    ]


def test_demo_after_the_tests_installs_nothing(machine):
    machine.add_python()
    assert machine.run("test").returncode == 0
    assert machine.asked[2].endswith("--require-hashes -r tests/requirements.txt")
    assert machine.demo("--setup-only").returncode == 0
    assert machine.asked == ["bin/compile_messages.py", "manage.py prepare --demo"]


def test_tests_after_the_demo_install_their_tools(machine):
    machine.add_python()
    assert machine.demo("--setup-only").returncode == 0
    assert machine.run("test").returncode == 0
    assert machine.asked[1].endswith("--require-hashes -r tests/requirements.txt")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_demo_prints_an_address_that_people_can_open(machine, host, address):
    machine.add_python("python", into=machine.project / ".venv/bin")
    python = machine.project / ".venv/bin/python"
    python.write_text(python.read_text() + 'case "$*" in manage.py*) echo "$COMMUNE_BASE_URL" ;; esac\n')
    assert address in machine.demo("--setup-only", "--host", host).stdout.splitlines()


def test_compiled_python_files_are_written_for_a_quick_restart(machine):
    machine.add_python("python", into=machine.project / ".venv/bin")
    python = machine.project / ".venv/bin/python"
    python.write_text(python.read_text() + 'echo "kept: ${PYTHONDONTWRITEBYTECODE-yes}"\n')
    said = machine.demo("--setup-only", PYTHONDONTWRITEBYTECODE="1").stdout.splitlines()
    assert said[-1] == "kept: yes"


def test_demo_without_a_network_reports_the_failed_installation(machine):
    machine.add_python()
    run = machine.demo(NO_NETWORK="1")
    assert run.returncode == 1
    assert run.stderr == "Could not install the libraries: is this machine on the network?\n"
    assert not (machine.project / ".venv/lock.sha256").exists()


def test_setup_takes_the_first_suitable_python(machine):
    machine.add_python("python3.14", venv="no")
    machine.add_python("python3.13")
    machine.add_python("python3")
    run = machine.demo("--setup-only")
    assert run.stdout.splitlines()[0] == "Making .venv with Python from " + str(
        machine.usr / "bin/python3.13"
    )


@pytest.mark.parametrize("newer", ["bin/python3.12", "bin/python3.14", "local/bin/python3"])
def test_setup_finds_a_newer_python_beside_an_old_one(machine, newer):
    machine.add_python("python3", old="yes")
    found = machine.usr / newer
    machine.add_python(found.name, into=found.parent)
    run = machine.demo("--setup-only")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0] == f"Making .venv with Python from {found}"


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ({"venv": "no"}, "Install python3-venv: apt install python3-venv\n"),
        ({"old": "yes"}, "Install Python 3.12 or newer: apt install python3 python3-venv\n"),
        (None, "Install Python 3.12 or newer: apt install python3 python3-venv\n"),
    ],
)
def test_setup_without_a_suitable_python_names_what_to_install(machine, python, said):
    if python:
        machine.add_python(**python)
    run = machine.demo()
    assert (run.returncode, run.stdout, run.stderr) == (1, "", said)


# -- manage.py prepare -----------------------------------------------------------------------------------------


@pytest.fixture
def prepared(monkeypatch, tmp_path):
    """Run ``prepare`` in its own folder and return its calls; its files are in ``tmp_path``."""
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path / "var")
    # Not by the fixture ``settings``: its signal would reset storages in memory, which other tests use.
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path / "var/static")
    (tmp_path / "source").mkdir()
    (tmp_path / "source/site.css").write_text("a {}")
    storage = FileSystemStorage(tmp_path / "source")
    finder = SimpleNamespace(
        list=lambda _ignored: [(name, storage) for name in sorted(storage.listdir("")[1])]
    )
    called = []
    database = SimpleNamespace(
        vendor="sqlite",
        close=lambda: None,
        settings_dict={"NAME": tmp_path / "var/commune.sqlite3"},
    )

    def call(name, **options):
        there = database.settings_dict["NAME"].exists()
        called.append((name, there, options.get("reset", False)))
        if name == "collectstatic":
            settings.STATIC_ROOT.mkdir(exist_ok=True)
        if name == "migrate" and not there:
            with closing(sqlite3.connect(database.settings_dict["NAME"])) as made:
                made.execute("CREATE TABLE made (anew)")

    monkeypatch.setattr(prepare, "database_lock", lambda _number: nullcontext(True))
    monkeypatch.setattr(prepare, "get_finders", lambda: [finder])
    monkeypatch.setattr(prepare, "connection", database)
    monkeypatch.setattr(prepare, "call_command", call)
    monkeypatch.setattr(prepare, "collect_release", lambda: call("collectstatic"))
    monkeypatch.setattr(prepare, "run_in_background", before)  # a forked process could not record its calls

    def run(*arguments, vendor="sqlite"):
        called.clear()
        database.vendor = vendor
        call_command("prepare", *arguments, stdout=StringIO())
        return list(called)

    return run


@contextmanager
def before(work):
    work()
    yield


def fill(var: Path) -> set[str]:
    """Create the files of a demo: the database with SQLite's files beside it, uploads, and logs."""
    names = ["commune.sqlite3", "commune.sqlite3-wal", "commune.sqlite3-shm", "log/site.log", "seal.p12"]
    names += [f"{folder}/x/1" for folder in prepare.WRITTEN]
    for name in names:
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_text("")
    return files(var)


def files(var: Path) -> set[str]:
    return {path.relative_to(var).as_posix() for path in var.rglob("*") if path.is_file()}


def test_reset_deletes_entered_data_before_the_build(prepared):
    fill(settings.VAR_DIR)
    called = prepared("--demo", "--reset")
    assert called == [("collectstatic", False, False), ("migrate", False, False), ("demo", True, False)]
    assert files(settings.VAR_DIR) == {"commune.sqlite3", "log/site.log", "seal.p12", "static.sha256"}


def test_prepare_without_reset_deletes_nothing(prepared):
    before = fill(settings.VAR_DIR)
    assert prepared("--demo")[-1] == ("demo", True, False)
    assert before <= files(settings.VAR_DIR)


def test_reset_of_a_server_database_is_left_to_the_demo_command(prepared):
    before = fill(settings.VAR_DIR)
    assert prepared("--demo", "--reset", vendor="postgresql")[-1] == ("demo", True, True)
    assert before <= files(settings.VAR_DIR)


def test_prepare_locks_migration_across_machines(prepared, monkeypatch):
    order = []

    @contextmanager
    def locked(number):
        order.append(("lock", number))
        yield True
        order.append("unlock")

    given = prepare.call_command
    monkeypatch.setattr(prepare, "database_lock", locked)
    monkeypatch.setattr(
        prepare, "call_command", lambda name, **more: (order.append(name), given(name, **more))
    )
    prepared()
    assert order == [("lock", PREPARATION), "migrate", "unlock", ("lock", PREPARATION), "begin", "unlock"]


def test_static_files_are_collected_only_after_a_change(prepared, tmp_path):
    source = tmp_path / "source"

    def names():
        return [name for name, *_ in prepared() if name != "begin"]

    assert names() == ["collectstatic", "migrate"]
    assert names() == ["migrate"]

    (source / "site.css").write_text("a { color: red }")
    assert "collectstatic" in names()
    (source / "site.js").write_text("")
    assert "collectstatic" in names()
    (source / "site.js").unlink()
    assert "collectstatic" in names()
    assert "collectstatic" not in names()

    settings.STATIC_ROOT.rmdir()
    assert "collectstatic" in names()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # tests have threads, set-up has none
def test_background_work_is_finished_when_the_block_ends(tmp_path):
    with prepare.run_in_background(lambda: (time.sleep(0.1), (tmp_path / "done").touch())):
        pass
    assert (tmp_path / "done").exists()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # tests have threads, set-up has none
def test_failed_background_work_fails_the_command_at_the_end(tmp_path, capfd):
    with pytest.raises(CommandError), prepare.run_in_background(lambda: (tmp_path / "gone/there").touch()):
        (tmp_path / "rest").touch()
    assert (tmp_path / "rest").exists()
    assert "FileNotFoundError" in capfd.readouterr().err


# -- bin/test --------------------------------------------------------------------------------------------------


def test_bin_test_sets_up_and_passes_its_arguments_to_pytest(machine):
    machine.add_python()
    run = machine.run("test", "tests/home", "-k", "look or hours")
    assert run.returncode == 0, run.stderr
    assert [line.split()[:2] for line in machine.asked[:2]] == [["-m", "venv"], ["-m", "pip"]]
    assert machine.asked[-1].startswith("-m pytest -n auto ")
    assert machine.asked[-1].endswith(" tests/home -k look or hours")
    assert machine.run("test", TESTS_FAIL="1").returncode == 1


class Reporter:
    def __init__(self, *reasons):
        self.stats = {"skipped": [SimpleNamespace(longrepr=("test_x.py", 1, reason)) for reason in reasons]}
        self.said = []

    def section(self, title, **_style):
        self.said.append(title)

    line = section


def test_missing_browser_is_reported_in_the_summary():
    told = Reporter(f"Skipped: {NO_BROWSER}", "Skipped: no PostgreSQL", f"Skipped: {NO_BROWSER}")
    conftest.pytest_terminal_summary(told)
    title, sentence = told.said
    assert title == "NO BROWSER"
    assert sentence.startswith("2 browser tests did NOT run")
    assert "apt install chromium" in sentence

    quiet = Reporter("Skipped: no PostgreSQL")
    conftest.pytest_terminal_summary(quiet)
    assert not quiet.said


@pytest.mark.parametrize(
    ("browser", "everything", "skipped"),
    [(None, "", True), (None, "1", False), ("/usr/bin/chromium", "", False)],
)
def test_browser_tests_are_skipped_only_without_a_browser(monkeypatch, browser, everything, skipped):
    monkeypatch.setattr(conftest, "chromium", lambda: browser)
    monkeypatch.setenv("COMMUNE_REQUIRE_ALL", everything)
    browsing, reading = collected("functional/test_x"), collected("home/test_x")
    conftest.pytest_collection_modifyitems([browsing, reading])
    assert (browsing.marks, reading.marks) == (["browser", *["skip"] * skipped], [])


def test_tests_without_database_run_first_and_browser_tests_last():
    names = (
        "functional/test_x",
        "home/test_long_list",
        "documents/test_file_verification",
        "home/test_words",
        "demo/test_build",
    )
    items = [collected(name, asks=name != "home/test_words") for name in names]
    conftest.pytest_collection_modifyitems(items)
    assert [item.path.stem for item in items] == [
        *("test_build", "test_words", "test_file_verification", "test_long_list", "test_x")
    ]
    assert [item.path.stem for item in items if "database" in item.marks] == [
        *("test_build", "test_file_verification", "test_long_list")
    ]


def collected(name: str, *, asks: bool = False) -> SimpleNamespace:
    """Build a test as pytest collects it, with or without the database. ``marks``: the names of its added marks."""
    marks: list[str] = []
    return SimpleNamespace(
        path=Path(f"/tests/{name}.py"),
        fixturenames=["django_db_setup"] if asks else [],
        get_closest_marker=lambda _name: None,
        add_marker=lambda one: marks.append(one.name),
        marks=marks,
    )


# -- manage.py version -----------------------------------------------------------------------------------------


def test_version_is_that_of_the_project_not_of_django():
    run = subprocess.run([sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, f"{__version__}\n")
