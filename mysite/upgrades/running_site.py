"""The running site during an upgrade: it is restarted by the system, and tells its version on ``/health/``."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from home.web.http_client import HttpClient, HttpError, configured_hosts

RESTART = ("systemctl", "reload-or-restart", "commune-*.service")  # the socket stays open
RESTARTING = 150  # seconds: systemd waits 120 for processes that finish what they began
PATIENCE = 90  # seconds until the new processes answer
ANSWERING = 20  # seconds for one answer


def has_systemd() -> bool:
    """Return whether systemd runs this machine."""
    return Path("/run/systemd/system").is_dir() and bool(shutil.which(RESTART[0]))


def may_restart() -> bool:
    """Return whether this process may restart the units of systemd."""
    return os.geteuid() == 0 and has_systemd()


def restart_processes(command: tuple[str, ...] = RESTART) -> str:
    """Restart site, worker and scheduler. Return what went wrong, or ""."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESTARTING, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (done.stderr.strip() or f"status {done.returncode}") if done.returncode else ""


def wait_for_version(version: str, address: str, *, patience: float = PATIENCE) -> tuple[dict, str]:
    """Ask ``/health/`` until it answers with the version. Return its last answer, and what is wrong with it, or ""."""
    end = time.monotonic() + patience
    while True:
        state, fault = read_health(address)
        if not fault and state.get("version") != version:
            fault = f"version {state.get('version', 'unknown')} answers, not {version}"
        if not fault and state.get("status") == "down":
            fault = "the database is not available"
        if not fault or time.monotonic() > end:
            return state, fault
        time.sleep(min(1, patience))


def read_health(address: str) -> tuple[dict, str]:
    """Return the answer of ``/health/`` at an address, and what is wrong with it, or "".

    An address of this machine is asked as the proxy would: with the name of the site, as if by HTTPS.
    """
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
    local = urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}
    headers = {"Host": host, "X-Forwarded-Proto": "https"} if local else {}
    client = HttpClient(ANSWERING, ANSWERING, internal_hosts=configured_hosts(address))
    try:
        answer = client.request("GET", f"{address.rstrip('/')}/health/", headers=headers)
        return answer.json(), ""
    except HttpError as error:
        return {}, f"{address} does not answer ({error.kind})"
    except ValueError:
        return {}, f"{address}/health/ answers {answer.status_code}"
