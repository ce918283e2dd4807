"""Sandbox for programs that open untrusted files: separate processes, without the site's secrets, one at a time."""

import fcntl
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

from django.conf import settings

KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")  # Python may not start without these
PAUSE = 0.02  # seconds between two attempts to get the lock


class Busy(subprocess.SubprocessError):
    """Another process was running the program for the whole timeout."""


def run_sandboxed(
    program: Path, *arguments: str, timeout: float, **options: Any
) -> subprocess.CompletedProcess[Any]:
    """Run ``program`` with the site's Python and no environment but ``KEPT_ENVIRONMENT``. Return its output.

    Each program runs once at a time on a machine, however many processes the site has, so that the memory of one run is
    the most that is used. ``timeout`` is in seconds and includes the wait for the lock. Raise ``Busy`` if the lock is
    not free in that time. ``options`` are those of ``subprocess.run``, which documents the other exceptions.
    """
    # -P: nothing is imported from the program's folder
    command: list[str | Path] = [sys.executable, "-P", _compiled(program), *arguments]
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    ends = time.monotonic() + timeout
    with _hold_lock(program, ends):
        left = max(0.01, ends - time.monotonic())
        return subprocess.run(  # noqa: PLW1510 - ``check`` is one of the options
            command, capture_output=True, env=environment, timeout=left, **options
        )


def _compiled(program: Path) -> Path:
    """Return what Python compiled of a program, if it is of this source: compiling takes longer than most files.

    As the import system, it compares the time and the size of the source that the compiled file names: an update may
    bring a source that is older than the file.
    """
    compiled = Path(cache_from_source(str(program)))
    try:
        source = program.stat()
        with compiled.open("rb") as file:
            head = file.read(16)
    except OSError:
        return program
    times = (int(source.st_mtime) & 0xFFFF_FFFF, source.st_size & 0xFFFF_FFFF)
    return compiled if head == MAGIC_NUMBER + struct.pack("<III", 0, *times) else program


@contextmanager
def _hold_lock(program: Path, ends: float) -> Iterator[None]:
    """Hold the lock of a program. The system releases it when the process ends."""
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
