"""Processes of all communes of a host, forked from one parent that belongs to none.

The parent holds a socket for each commune. The first connection forks its site, which ends when nobody asks. Each
commune is visited in turn for its jobs and tasks, and at once if one of its processes enqueues a task. No process
outlives its commune's work, and none works for two.
"""

import ctypes
import fcntl
import json
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection

from home.management.commands.worker import MAIN, SLOW_LANE

from ..backups.jobs import share_slots
from ..monitoring.probes import missing_migrations
from ..processes import BACKLOG, SITE, CommuneProcesses
from .commune_process import become_commune
from .communes import CommuneFile, credentials_folder, examine_file, find_conflicts, find_files
from .sites import refuse_visitors, run_commune_site
from .visits import visit_commune
from .wake_ups import WakeUps

logger = logging.getLogger(__name__)

# Environment of the code that takes over: numbers of sockets.
LISTENERS, WAKE_UPS = "COMMUNE_LISTENERS", "COMMUNE_WAKE_UPS"
SETTINGS_CHECK = 5  # seconds between two checks of the folder of settings
SLICE = 60  # seconds after which a visit finishes its task and ends, so that others have their turn
LONGEST = 15 * 60  # seconds after which it is killed
SFD_CLOEXEC = os.O_CLOEXEC
UNUSABLE = os.EX_CONFIG  # exit code of a process whose commune has unusable settings
FREE_NUMBERS = 10  # files from here on are nobody else's
SIGNAL_BYTES = 128  # of a set of signals in C


class HostProcesses(CommuneProcesses):
    """Sites on demand, and visits. Names of processes are a kind and a commune: ``site orvenay``."""

    def __init__(self, folder: Path, sockets: Path, *, every: int, idle: int, visits: int):
        super().__init__({})
        self.folder, self.sockets = folder, sockets
        self.every, self.idle, self.visits = every, idle, visits
        self.communes: dict[str, CommuneFile] = {}  # that are served
        self.listeners: dict[str, socket.socket] = {}
        self.wake_ups = WakeUps.open(os.environ.get(WAKE_UPS, ""))
        self.next_visit: dict[str, float] = {}
        self.woken: dict[tuple[str, str], None] = {}  # communes and lanes with tasks, in their order
        self.closed: dict[str, float] = {}  # monotonic time until which a site is not started again
        self.refused: dict[str, str] = {}
        self._sound: set[str] = set()  # communes whose next process reports unusable settings
        self._ends: dict[int, float] = {}  # of visits
        self._checked_at, self._stamp = 0.0, None
        self._salt = os.urandom(16)
        self._signals = open_signals(self.signals)
        self._inherited = {
            name: socket.socket(fileno=number)
            for name, number in json.loads(os.environ.pop(LISTENERS, "{}")).items()
        }

    # -- Communes --------------------------------------------------------------------------------------------------
    def read_changed_settings(self) -> None:
        """Take notice of communes that were added, changed or removed."""
        if time.monotonic() < self._checked_at + SETTINGS_CHECK:
            return
        self._checked_at = time.monotonic()
        stamp = folder_stamp(self.folder)
        if stamp == self._stamp:
            return
        surveyed = survey_communes(self.folder, self._salt)
        if surveyed is None:
            return
        self._stamp, found = stamp, {one.name: one for one in surveyed}
        same = [name for name, one in self.communes.items() if found.get(name) == one]
        refused = find_conflicts(found.values(), served=[*same, *self._inherited])
        for name, reason in refused.items():
            if self.refused.get(name) != reason:
                logger.error("The commune %s is not served: %s", name, reason)
        self.refused = refused
        for name in set(self.communes) - set(same):
            self.end_commune(name, gone=name not in found or name in refused)
        for name in sorted(set(found) - set(refused) - set(same)):
            self.begin_commune(found[name])
        for name in list(self._inherited):
            self._inherited.pop(name).close()
        os.environ[LISTENERS] = json.dumps({name: one.fileno() for name, one in self.listeners.items()})
        os.environ[WAKE_UPS] = self.wake_ups.numbers

    def begin_commune(self, commune: CommuneFile) -> None:
        name = commune.name
        try:
            listener = self.listeners.get(name) or self._inherited.pop(name, None)
            self.listeners[name] = listener or open_socket(self.sockets / f"{name}.sock")
        except OSError as fault:
            logger.error("The commune %s is not served: its socket cannot be made: %s", name, fault)
            return
        self.communes[name] = commune
        self.closed.pop(name, None)
        self._sound.add(name)
        # Spread, so that not all are visited at once.
        self.next_visit[name] = time.monotonic() + len(self.next_visit) * self.every / 1000

    def end_commune(self, name: str, *, gone: bool) -> None:
        """End the processes of a commune whose settings changed, or which is ``gone``."""
        self.communes.pop(name)
        self.next_visit.pop(name, None)
        for key in [key for key in self.woken if key[0] == name]:
            del self.woken[key]
        for process in [process for process in self.due if process.partition(" ")[2] == name]:
            del self.due[process], self.mains[process]
        for pid, running in self.running.items():
            if running.partition(" ")[2] == name:
                self.terminate(pid)
        if gone:
            self.listeners.pop(name).close()
            (self.sockets / f"{name}.sock").unlink(missing_ok=True)
            logger.warning("The commune %s is not served any more", name)

    # -- What is due ---------------------------------------------------------------------------------------------
    def start_due(self) -> None:
        self.read_changed_settings()
        self.plan_visits()
        super().start_due()
        self.end_long_visits()

    def plan_visits(self) -> None:
        """Start the visits that are due, as far as there is room: first those whose commune has tasks."""
        now = time.monotonic()
        for name, lane in list(self.woken):
            if self.has_room(lane) and self.plan(lane, name, with_jobs=False):
                del self.woken[name, lane]
        due = sorted((at, name) for name, at in self.next_visit.items() if at <= now)
        for _at, name in due:
            if not self.has_room(MAIN):
                break
            if self.plan(MAIN, name, with_jobs=True):
                self.woken.pop((name, MAIN), None)
                self.next_visit[name] = now + self.every

    def has_room(self, lane: str) -> bool:
        busy = [*self.running.values(), *self.due]
        return sum(name.partition(" ")[0] == lane for name in busy) < self.visits

    def plan(self, lane: str, name: str, *, with_jobs: bool) -> bool:
        """Have the visit started. Return False if one is going on, which may be one of the code before."""
        process = f"{lane} {name}"
        if process in self.due or process in self.running.values():
            return False
        self.mains[process] = partial(self.run_visit, name, lane, with_jobs, self.reports(name))
        self.due[process] = 0.0
        return True

    def end_long_visits(self) -> None:
        now = time.monotonic()
        for pid, name in self.running.items():
            if name.partition(" ")[0] in (MAIN, SLOW_LANE) and pid not in self.former:
                self._ends.setdefault(pid, now + SLICE)
        for pid, ends in list(self._ends.items()):
            if pid not in self.running:
                del self._ends[pid]
            elif now > ends + LONGEST:
                os.kill(pid, signal.SIGKILL)
            elif now > ends:
                self.terminate(pid)

    def deadlines(self) -> list[float]:
        now = time.monotonic()
        due = [self._checked_at + SETTINGS_CHECK]
        if self.has_room(MAIN):
            due += [
                at for name, at in self.next_visit.items() if f"{MAIN} {name}" not in self.running.values()
            ]
        due += [ends if ends > now else ends + LONGEST for ends in self._ends.values()]
        due += self.closed.values()
        return [*super().deadlines(), *due]

    # -- Waiting -------------------------------------------------------------------------------------------------
    def next_signal(self, patience: float | None) -> int:
        """Return the next signal; 0 if a connection or a wake-up came first, or nothing in time."""
        self.open_again()
        watched = {
            listener.fileno(): name
            for name, listener in self.listeners.items()
            if self.waits_for_visitor(name)
        }
        waiting = select.poll()
        for number in (self._signals, self.wake_ups.receiver.fileno(), *watched):
            waiting.register(number, select.POLLIN)
        ready = {
            number for number, _event in waiting.poll(None if patience is None else max(0, patience) * 1000)
        }
        for name in [watched[number] for number in ready if number in watched]:
            process = f"{SITE} {name}"
            self.mains[process] = partial(self.run_site, name, self.reports(name))
            self.due[process] = 0.0
        for name, lane in self.wake_ups.receive():
            if name in self.communes and lane in (MAIN, SLOW_LANE):
                self.woken[name, lane] = None
        found = signal.sigtimedwait(self.signals, 0)
        return found.si_signo if found else 0

    def waits_for_visitor(self, name: str) -> bool:
        """Return whether no site of a commune runs, except one of the code before: the next connection forks it."""
        process = f"{SITE} {name}"
        own = (pid for pid, running in self.running.items() if running == process and pid not in self.former)
        return name not in self.closed and process not in self.due and not any(own)

    def reports(self, name: str) -> bool:
        """Return whether the next process of a commune reports unusable settings: one does until one of them works."""
        sound = name in self._sound
        self._sound.discard(name)
        return sound

    def open_again(self) -> None:
        now = time.monotonic()
        for name in [name for name, until in self.closed.items() if until <= now]:
            del self.closed[name]

    def schedule(self, name: str, code: int, lived: float) -> None:
        """Take notice of the end of a process: that of a visit, and of a site without visitors, is as it should be."""
        kind, _space, commune = name.partition(" ")
        self.mains.pop(name, None)
        if not code or commune not in self.communes:
            self._pauses.pop(name, None)
            self._sound.add(commune)
            return
        pause = self.next_pause(name, lived)
        if kind == SITE and code != UNUSABLE:  # that one has waited already
            self.closed[commune] = time.monotonic() + pause
        if code != UNUSABLE:  # which it said itself
            logger.error("The process %s ended (%s)", name, code)

    # -- In the forked process -------------------------------------------------------------------------------------
    def run_site(self, name: str, reports: bool) -> None:
        listener = self.leave_others(name)
        self.become(name, reports, lambda: refuse_visitors(listener))
        self.wake_ups.announce_tasks(name)
        run_commune_site(listener, self.idle)

    def run_visit(self, name: str, lane: str, with_jobs: bool, reports: bool) -> None:
        self.leave_others(name).close()
        self.become(name, reports)
        share_slots(self.sockets, self.visits)
        visit_commune(name, lane, self.wake_ups, with_jobs=with_jobs)

    def become(self, name: str, reports: bool, refuse: Callable[[], object] = lambda: None) -> None:
        """Become a process of the commune. End without usable settings."""
        try:
            become_commune(name, self.folder / f"{name}.env")
            refuse_old_tables(name)
        except ImproperlyConfigured as fault:
            if reports:
                logger.error("The commune %s is not available: %s", name, fault)
            refuse()
            raise SystemExit(UNUSABLE) from None

    def leave_others(self, name: str) -> socket.socket:
        """Close what belongs to other communes and to the parent. Return the commune's own socket."""
        own = self.listeners.pop(name)
        for listener in self.listeners.values():
            listener.close()
        self.wake_ups.receiver.close()
        os.close(self._signals)
        self.listeners.clear()
        self.communes.clear()
        self.wake_ups.sender = move_up(self.wake_ups.sender)
        return move_up(own)


def refuse_old_tables(name: str) -> None:
    """Raise ``ImproperlyConfigured`` if this code needs migrations that the commune does not have."""
    try:
        missing = missing_migrations()
    except (DatabaseError, InterfaceError):  # the site answers that it is back soon
        missing = set()
    connection.close()  # each process that is forked from here has one of its own
    if missing:
        raise ImproperlyConfigured(f"its database is of another version. Run: commune --of {name} upgrade")


def move_up(one: socket.socket) -> socket.socket:
    """Return the socket under a number that nothing else expects."""
    moved = socket.socket(fileno=fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, FREE_NUMBERS))
    one.close()
    return moved


def open_socket(path: Path) -> socket.socket:
    """Return a socket at ``path``. Like a port of the machine, every program of it may connect."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def open_signals(signals: set[signal.Signals]) -> int:
    """Return the number of a file that is readable while one of the blocked ``signals`` waits (signalfd)."""
    library = ctypes.CDLL(None, use_errno=True)
    mask = ctypes.create_string_buffer(SIGNAL_BYTES)
    for number in signals:
        library.sigaddset(mask, int(number))
    found: int = library.signalfd(-1, mask, SFD_CLOEXEC)
    if found < 0:
        raise OSError(ctypes.get_errno(), "signalfd")
    return found


def folder_stamp(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return what changes when a file of settings does."""
    found = {}
    for name, path in find_files(folder).items():
        for one in (path, credentials_folder(path)):
            with suppress(OSError):
                stat = one.stat()
                found[f"{name} {one.name}"] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def survey_communes(folder: Path, salt: bytes) -> list[CommuneFile] | None:
    """Examine all files in a process of its own, so that no key is ever in the parent; None if it failed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            found = [asdict(examine_file(name, path, salt)) for name, path in find_files(folder).items()]
            with os.fdopen(writing, "w") as pipe:
                json.dump(found, pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    if not text:
        return None
    return [CommuneFile(**one | {"hosts": tuple(one["hosts"])}) for one in json.loads(text)]
