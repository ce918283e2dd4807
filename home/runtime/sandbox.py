"""Programs of our own that open what strangers send: apart from the site, without its secrets, one at a time."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")  # without these Python may not start
PAUSE = 0.02  # seconds between two looks whether it is one's turn


class Busy(subprocess.SubprocessError):
    """Another process ran the program all the time that there was."""


def run_sandboxed(program: Path, *arguments: str, timeout: float, **options) -> subprocess.CompletedProcess:
    """Run ``program`` with the Python of the site and no environment but ``KEPT_ENVIRONMENT``. Return its output.

    Each program runs once at a time on a machine, however many processes the site has: what one may take of the memory
    is all that is taken. ``timeout``, in seconds, is for the turn of others too; ``Busy`` if one's own never comes.
    ``options`` are those of ``subprocess.run``, which says what is raised.
    """
    command = [sys.executable, "-P", program, *arguments]  # -P: nothing is imported from where it lies
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    ends = time.monotonic() + timeout
    with _alone(program, ends):
        left = max(0.01, ends - time.monotonic())
        return subprocess.run(command, capture_output=True, env=environment, timeout=left, **options)


@contextmanager
def _alone(program: Path, ends: float) -> Iterator[None]:
    """Hold the lock of a program; the system lets go of it when the process that holds it ends."""
    folder = settings.VAR_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{program.stem}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= ends:
                    raise Busy(f"{program.name} is busy") from None
                time.sleep(PAUSE)
        yield
