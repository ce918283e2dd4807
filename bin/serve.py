"""Runs the site, the worker and the scheduler side by side until Ctrl-C or TERM, then stops them cleanly.

Standard library only, so that it stays light beside what it runs.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = Path(os.environ.get("COMMUNE_VAR", ROOT / "var")) / "log"
PATIENCE = 60  # seconds for the site to answer
GRACE = 15  # seconds for a process to finish what it does


def commands(host: str, port: int) -> dict[str, list[str]]:
    manage = [sys.executable, str(ROOT / "manage.py")]
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    gunicorn = [sys.executable, "-m", "gunicorn", "mysite.wsgi", "--workers", "2", "--bind", bind]
    return {
        "site": [*gunicorn, "--graceful-timeout", "5", "--timeout", "60"],
        "worker": [*manage, "worker"],
        "scheduler": [*manage, "scheduler"],
    }


def start(name: str, command: list[str]) -> subprocess.Popen:
    """Start a process in a session of its own: Ctrl-C reaches only this script, which stops all in its order."""
    with open(LOGS / f"{name}.log", "ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def stop(processes: dict[str, subprocess.Popen]) -> None:
    """Terminate all of them, in the order site, scheduler, worker; kill those that do not end."""
    for name in ("site", "scheduler", "worker"):
        if name in processes and processes[name].poll() is None:
            processes[name].terminate()
    end = time.monotonic() + GRACE
    for process in processes.values():
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def welcome(host: str, port: int) -> None:
    shown = "localhost" if host in ("0.0.0.0", "::", "") else host
    address = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    lines = [f"The site            {address}/", f"Staff               {address}/admin/"]
    lines += [f"Mail and SMS sent   {address}/demo/boite/", f"Logs                {LOGS}"]
    print("\n" + "\n".join(lines), flush=True)
    note = LOGS.parent / "demo-sign-ins.txt"
    if note.exists():
        print("\n" + note.read_text(encoding="utf-8").rstrip(), flush=True)
    print("\nCtrl-C stops everything.", flush=True)


def wait_for_site(url: str, site: subprocess.Popen, stopped: threading.Event) -> bool:
    """Return whether the site answers in time."""
    end = time.monotonic() + PATIENCE
    while not stopped.is_set() and not answers(url):
        if site.poll() is not None or time.monotonic() > end:
            print(f"The site does not start: see {LOGS / 'site'}.log", file=sys.stderr, flush=True)
            return False
        stopped.wait(0.2)
    return True


def keep_running(processes: dict, runs: dict[str, list[str]], stopped: threading.Event) -> int:
    """Wait for Ctrl-C. Start worker and scheduler again if they end; give up if the site does."""
    while not stopped.wait(0.5):
        for name, process in list(processes.items()):
            if process.poll() is None:
                continue
            print(f"The {name} ended: see {LOGS / name}.log", file=sys.stderr, flush=True)
            if name == "site":
                return 1
            stopped.wait(1)
            processes[name] = start(name, runs[name])
    print("\nStopping.", flush=True)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if not 0 < options.port < 65536 or not is_free(options.host, options.port):
        print(f"Port {options.port} on {options.host} is taken: choose another with --port.", file=sys.stderr)
        return 1
    LOGS.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    runs = commands(options.host, options.port)
    processes: dict[str, subprocess.Popen] = {}
    try:
        processes["site"] = start("site", runs["site"])
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)
        local = f"[{local}]" if ":" in local else local
        if not wait_for_site(f"http://{local}:{options.port}/", processes["site"], stopped):
            return 1
        if not stopped.is_set():
            # The others after the first page, which cuts its pictures: all at once, each would wait for the others.
            processes |= {name: start(name, runs[name]) for name in ("worker", "scheduler")}
            welcome(options.host, options.port)
        return keep_running(processes, runs, stopped)
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
