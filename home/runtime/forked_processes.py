"""Processes that one parent forks after it has loaded the code: they share its memory.

The parent only waits for signals, which takes no processor time.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import connections

from .gc_tuning import freeze_loaded_objects

logger = logging.getLogger(__name__)

ENDING = {signal.SIGTERM, signal.SIGINT}
SIGNALS = ENDING | {signal.SIGCHLD}
LONG_LIFE = 60  # seconds, after which an end does not count as one in a row
LONGEST_PAUSE = 30  # seconds between an end and the next start
GRACE = 60  # seconds to finish what was begun: more than gunicorn gives a request, less than systemd gives us
PR_SET_PDEATHSIG = 1
# Settings of glibc: a size is fixed once it is set, instead of growing with what was freed.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
RETURNED_FROM = 128 * 1024  # bytes
ARENAS = 2


# What a forked process does last, such as sending its reports of errors: `os._exit` runs nothing of `atexit`.
before_exit: list[Callable[[], object]] = []


def _act_before_exit() -> None:
    for act in before_exit:
        with suppress(Exception):
            act()
    sys.stdout.flush()


def return_freed_memory() -> None:
    """Have the memory of pictures returned to the system when they are cut.

    glibc would keep it for later: a process that cut six sizes of a picture stayed 60 MB larger, and the more threads
    a library uses, the more of it is kept.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # other libraries of C have none
    if set_option:
        set_option(M_MMAP_THRESHOLD, RETURNED_FROM)
        set_option(M_TRIM_THRESHOLD, RETURNED_FROM)
        set_option(M_ARENA_MAX, ARENAS)


class ForkedProcesses:
    """Processes by name. Each that ends is forked again, later and later if it keeps ending."""

    signals: Iterable[signal.Signals] = SIGNALS

    def __init__(self, mains: dict[str, Callable[[], object]]):
        self.mains = mains
        self.running: dict[int, str] = {}
        self.due = dict.fromkeys(mains, 0.0)  # monotonic time of the next start of those that do not run
        self._pauses: dict[str, int] = {}
        self._begun: dict[int, float] = {}
        self._asked_to_end: set[int] = set()

    def run(self) -> None:
        """Run the processes until TERM or INT."""
        signal.pthread_sigmask(signal.SIG_BLOCK, self.signals)
        return_freed_memory()
        freeze_loaded_objects()
        while True:
            self.start_due()
            arrived = self.wait_for_signal()
            if arrived in ENDING:
                self.stop()
                return
            if arrived:
                self.handle_signal(arrived)
            self.reap()

    def handle_signal(self, number: int) -> None:
        """React to a signal of ``signals`` that is none of ending."""

    def wait_for_signal(self, patience: float | None = None) -> int:
        """Return the next signal; 0 if none arrives before ``patience`` (seconds) or the next deadline ends."""
        if patience is None and (deadlines := self.deadlines()):
            patience = max(0.0, min(deadlines) - time.monotonic())
        return self.next_signal(patience)

    def next_signal(self, patience: float | None) -> int:
        """Return the next signal; 0 if none arrives in time. None: wait for ever."""
        if patience is None:
            return signal.sigwait(self.signals)
        found = signal.sigtimedwait(self.signals, patience)
        return found.si_signo if found else 0

    def deadlines(self) -> list[float]:
        """Return the monotonic times at which something has to be done."""
        return [*self.due.values()]

    def start_due(self) -> None:
        now = time.monotonic()
        for name in [name for name, at in self.due.items() if at <= now]:
            del self.due[name]
            pid = self._fork(self.mains[name])
            self.running[pid], self._begun[pid] = name, now

    def reap(self) -> None:
        """Take notice of all processes that ended."""
        while self.running:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self.ended(pid, os.waitstatus_to_exitcode(status))

    def ended(self, pid: int, code: int) -> None:
        """Schedule the next start of a process that ended. Another child of the parent is none of ours."""
        name = self.running.pop(pid, None)
        if name is None:
            return
        now = time.monotonic()
        self._asked_to_end.discard(pid)
        self.schedule(name, code, now - self._begun.pop(pid, now))

    def schedule(self, name: str, code: int, lived: float) -> None:
        """Schedule the next start of the process ``name``, which ended after ``lived`` seconds."""
        pause = self.next_pause(name, lived)
        self.due[name] = time.monotonic() + pause
        logger.error("The process %s ended (%s). It starts again in %s seconds", name, code, pause)

    def next_pause(self, name: str, lived: float) -> int:
        """Return the seconds until the next start of a process that should not have ended: longer each time."""
        pause = 1 if lived > LONG_LIFE else min(2 * self._pauses.get(name, 0) or 1, LONGEST_PAUSE)
        self._pauses[name] = pause
        return pause

    def stop(self) -> None:
        """Terminate all and wait for them; kill those that take too long, or all at another signal of ending."""
        for pid in self.running:
            self.terminate(pid)
        ends = time.monotonic() + GRACE
        while self.running and (left := ends - time.monotonic()) > 0:
            if self.wait_for_signal(left) in ENDING:
                break
            self._reap_ended()
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)

    def terminate(self, pid: int) -> None:
        """Ask a process to finish what it began and to end. At a second request, a worker would break off its task."""
        if pid not in self._asked_to_end:
            self._asked_to_end.add(pid)
            os.kill(pid, signal.SIGTERM)

    def _reap_ended(self) -> None:
        for pid in list(self.running):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del self.running[pid]

    def _fork(self, main: Callable[[], object]) -> int:
        """Fork a process that runs ``main`` and ends. Return its pid."""
        connections.close_all()  # two processes on one connection would read each other's answers
        sys.stdout.flush()
        parent = os.getpid()
        if pid := os.fork():
            return pid
        code = 1
        try:
            self._begin(parent)
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            logger.exception("A process failed")
        finally:
            _act_before_exit()
            os._exit(code)

    def _begin(self, parent: int) -> None:
        """Make a new process receive signals, but none of a terminal, and end with its parent."""
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.signals)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
