"""Outages of what the site needs: each is logged once by all processes of a machine together.

Failures are counted instead of logged: one line when an outage begins, one every few minutes, one when it is over. The
processes share the count in a file below ``COMMUNE_VAR``; if it cannot be written, each counts for itself.
"""

import errno
import fcntl
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import Error, InterfaceError, InternalError, OperationalError, connection

from .read_only_database import is_database_read_only

logger = logging.getLogger(__name__)

INTERVAL = 5 * 60  # seconds between two lines about an outage that goes on
QUIET = 10  # seconds without a failure after which a success ends an outage
FORGOTTEN = 60 * 60  # seconds without a failure after which the next one begins another outage
FILE_SIZE = 200  # bytes; the file never grows, because the disk may be full
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# Classes of SQLSTATE: connection, resources, intervention of the operator, system.
UNREACHABLE = ("08", "53", "57P", "58")
READ_ONLY_SQLSTATE = "25006"
SQLITE_UNREACHABLE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOTADB")


class FileStorageUnavailable(OSError):
    """The storage of files on another machine did not answer, or refused."""


class Outage:
    """A part that the site needs, which may fail for a while. ``hint``: what the operator can do."""

    def __init__(self, name: str, hint: str, probe: Callable[[], object] | None = None):
        self.name, self.hint, self.probe = name, hint, probe
        self._may_be_open = True  # a process that has ended may have left it open
        self._own: dict[str, float] = {}  # the count of this process, if the file cannot be written

    def record_failure(self, fault: object) -> None:
        """Count a failure. Log it if it is the first one, or if the last line is some minutes old."""
        now = time.time()
        self._may_be_open = True
        with self._count() as count:
            begins = not count or now - count["last"] > FORGOTTEN
            if begins:
                count.update(since=now, reported=now, failures=0)
            count.update(last=now, failures=count["failures"] + 1)
            due = now - count["reported"] >= INTERVAL
            if due:
                count["reported"] = now
            failures, since = int(count["failures"]), count["since"]
        if begins:
            logger.error("Outage of the %s began: %s. %s", self.name, first_line(fault), self.hint)
        elif due:
            logger.error("Outage of the %s goes on: %s", self.name, _duration(now - since, failures))

    def record_success(self) -> None:
        """End the outage, unless something failed a moment ago. It costs nothing while there is none."""
        if not self._may_be_open or not self.is_quiet():
            return
        with self._count() as count:
            ended = dict(count)
            count.clear()
        self._may_be_open = False
        if ended:
            lasted = _duration(ended["last"] - ended["since"], int(ended["failures"]))
            logger.warning("Outage of the %s ended: %s", self.name, lasted)

    def is_quiet(self) -> bool:
        """Return whether there is an outage and nothing has failed for a moment, so that it may be over."""
        if not self._may_be_open:
            return False
        count = self.read_count()
        if not count:
            self._may_be_open = False
            return False
        return abs(time.time() - count["last"]) >= QUIET

    def read_count(self) -> dict[str, float]:
        """Return ``since``, ``last``, ``reported`` (seconds since 1970) and ``failures``; {} without an outage."""
        try:
            return _parse(self._path.read_bytes()) or self._own
        except OSError:
            return self._own

    @property
    def _path(self) -> Path:
        return Path(settings.VAR_DIR) / "outages" / f"{self.name.replace(' ', '-')}.json"

    @contextmanager
    def _count(self) -> Iterator[dict[str, float]]:
        """Yield the count, which no other process changes meanwhile, and write it back."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield self._own
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            count = _parse(os.pread(file, FILE_SIZE, 0)) or self._own
            yield count
            try:
                os.pwrite(file, json.dumps(count).encode().ljust(FILE_SIZE), 0)
                self._own = {}
            except OSError:
                self._own = count
        finally:
            os.close(file)


def _parse(text: bytes) -> dict[str, float]:
    try:
        found: dict[str, float] = json.loads(text or b"{}")
    except ValueError:  # half written by a machine that lost its power
        return {}
    return found


def first_line(fault: object) -> str:
    """Return the first line of an error message; the name of its class if it is empty."""
    lines = str(fault).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(fault).__name__


def _duration(seconds: float, failures: int) -> str:
    seconds = max(0, round(seconds))
    lasted = f"{seconds // 60} minutes" if seconds >= 120 else f"{seconds} seconds"
    return f"{failures} failures in {lasted}"


# -- Parts -----------------------------------------------------------------------------------------------------
def _probe_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _probe_writing() -> None:
    """Raise InternalError if the database still accepts no writes."""
    if is_database_read_only():
        raise InternalError("it accepts no writes")


def _probe_disk() -> None:
    for folder in (settings.VAR_DIR, tempfile.gettempdir()):
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0" * 65536)


def _probe_files() -> None:
    """Raise an OSError if a storage of files does not answer. That there is no such file is an answer."""
    for alias in ("default", "private"):
        storages[alias].exists("probe")


DATABASE = Outage(
    "database",
    "Visitors read that the site is back soon (503). Does it run: systemctl status postgresql?",
    _probe_database,
)
READ_ONLY = Outage(
    "database for writing",
    "It is read-only: nothing can be sent, reading goes on. Is it a replica, or is its disk full?",
    _probe_writing,
)
DISK = Outage("disk", "Free space, or make it writable: commune doctor names the folder.", _probe_disk)
CACHE = Outage("cache", "Pages are slow and limits do not hold. Does it run: systemctl status redis?")
FILES = Outage(
    "file storage",
    "Files can neither be opened nor sent (503). Is it reached: commune doctor?",
    _probe_files,
)
REPLICA = Outage("replica", "Public pages are read from the primary. What is wrong with it: commune doctor?")
OUTAGES = (DATABASE, READ_ONLY, DISK, CACHE, FILES, REPLICA)


def outage_of(fault: BaseException | None) -> Outage | None:
    """Return the outage that an exception is part of; None for every other fault."""
    for one in _chain(fault):
        if isinstance(one, FileStorageUnavailable):
            return FILES
        if isinstance(one, OSError) and one.errno in DISK_ERRORS:
            return DISK
        if isinstance(one, OperationalError | InterfaceError | InternalError):
            return _database_outage(one)
    return None


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """Yield a fault and those that it follows from, such as that of a transaction that cannot go on."""
    seen = set()
    while fault is not None and id(fault) not in seen:
        yield fault
        seen.add(id(fault))
        fault = fault.__cause__ or fault.__context__


def _database_outage(fault: Error) -> Outage | None:
    cause: Any = fault.__cause__ or fault
    code, name = getattr(cause, "sqlstate", None) or "", getattr(cause, "sqlite_errorname", "")
    if code == READ_ONLY_SQLSTATE or name.startswith("SQLITE_READONLY"):
        return READ_ONLY
    if code or name:
        return DATABASE if code.startswith(UNREACHABLE) or name.startswith(SQLITE_UNREACHABLE) else None
    return None if isinstance(fault, InternalError) else DATABASE  # a broken connection has no code


def record_outage(fault: BaseException | None) -> bool:
    """Count an exception that is part of an outage. Return whether it is."""
    outage = outage_of(fault)
    if outage:
        outage.record_failure(fault)
    return outage is not None


def end_finished_outages(**_signal: object) -> None:
    """End the outages that are over. Only those in which nothing failed for a moment are probed."""
    for outage in OUTAGES:
        if outage.probe and outage.is_quiet():
            try:
                outage.probe()
            except (Error, OSError) as fault:
                outage.record_failure(fault)
            else:
                outage.record_success()
