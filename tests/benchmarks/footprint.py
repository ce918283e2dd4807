"""Benchmark of what one commune takes: memory and processor at rest and in use, and how a restart is felt.

usage: python -m tests.benchmarks.footprint [--separate] [--rest 60] [--pages 150]. Needs the demo commune
(``bin/demo --setup-only``), in the database of ``DATABASE_URL`` if that is set. Runs ``manage.py serve``, with
``--separate`` the processes of several machines. A page in a share of several processes counts for each in part (PSS).
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.benchmarks.server import HOST, free_port

BUDGETS = {"rest_mb": 400, "rest_cpu_percent": 1, "reload_slowest_ms": 1000, "reload_refused": 0}
PATIENCE = 300  # seconds for the site to start on a busy machine
SETTLED = (
    20  # seconds in which the processes take less than a tenth of a core: the tasks that waited are done
)
LINKS = re.compile(r"""(?:href|src)=["']?(/[^"'#\s>]*)""")
MANAGE = [sys.executable, "manage.py"]
MIB = 1024  # KiB


def commands(separate: bool, port: int) -> list[list[str]]:
    address = f"{HOST}:{port}"
    if not separate:
        return [[*MANAGE, "serve", "--bind", address]]
    site = [sys.executable, "-m", "gunicorn", "mysite.wsgi", "--workers", "2", "--bind", address]
    return [[*site, "--no-control-socket"], [*MANAGE, "worker"], [*MANAGE, "scheduler"]]


# -- Processes -------------------------------------------------------------------------------------------------
def descendants(roots: list[int]) -> list[int]:
    """Return the processes and all below them."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, left = [], list(roots)
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def memory(roots: list[int]) -> dict[str, float]:
    """Return the MiB of all processes, by share and those that each has for itself, and the number of processes."""
    names = {"Pss:": "pss", "Private_Dirty:": "own", "Private_Clean:": "own"}
    total, processes = {"pss": 0, "own": 0}, descendants(roots)
    for pid in processes:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:  # it ended meanwhile
            continue
        for line in lines:
            name, size = line.split()[:2]
            if name in names:
                total[names[name]] += int(size)
    return {name: round(size / MIB, 1) for name, size in total.items()} | {"processes": len(processes)}


def processor(roots: list[int]) -> float:
    """Return the seconds of processor that all processes have used, with those that ended."""
    ticks = 0
    for pid in descendants(roots):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


# -- Requests --------------------------------------------------------------------------------------------------
def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def use(port: int, pages: int) -> int:
    """Follow the links of the site until ``pages`` addresses were requested. Return their number.

    Some cut pictures, which a busy machine may not do in time.
    """
    seen, left, text = {"/"}, deque(["/"]), ""
    for number in range(pages):
        if not left:
            return number
        with suppress(OSError, http.client.HTTPException):
            text = ask(port, left.popleft())[1]
        for link in LINKS.findall(text):
            if link not in seen and not link.startswith("//"):
                seen.add(link)
                left.append(link)
    return pages


def wait_until_up(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            if ask(port, "/health/live")[0] == 200:
                return
        except OSError:
            time.sleep(0.02)
    sys.exit("The site does not start")


@contextmanager
def asking(port: int):
    """Ask one request after another within the block. Yield their milliseconds; None for one without an answer."""
    times: list[float | None] = []
    ended = threading.Event()

    def client() -> None:
        while not ended.is_set():
            began = time.monotonic()
            try:
                good = ask(port, "/health/live")[0] == 200
            except (OSError, http.client.HTTPException):
                good = False
            times.append(round((time.monotonic() - began) * 1000, 1) if good else None)
            time.sleep(0.02)

    thread = threading.Thread(target=client)
    thread.start()
    try:
        yield times
    finally:
        ended.set()
        thread.join()


# -- Measurement -----------------------------------------------------------------------------------------------
class Commune:
    """The running processes of one commune."""

    def __init__(self, separate: bool):
        self.separate, self.port = separate, free_port()
        self.commands = commands(separate, self.port)
        self.running = [subprocess.Popen(command) for command in self.commands]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.running]

    def reload(self) -> None:
        """Load the code again: on request, or by a restart of the site."""
        if self.separate:
            self.running[0].terminate()
            self.running[0].wait()
            self.running[0] = subprocess.Popen(self.commands[0])
            wait_until_up(self.port)
            return
        before = set(descendants(self.pids[:1])[1:])
        os.kill(self.pids[0], signal.SIGHUP)
        ends = time.monotonic() + PATIENCE
        while before.intersection(descendants(self.pids[:1])) and time.monotonic() < ends:
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait()


def settle(commune: Commune) -> None:
    ends, spent = time.monotonic() + PATIENCE, processor(commune.pids)
    while time.monotonic() < ends:
        time.sleep(SETTLED)
        before, spent = spent, processor(commune.pids)
        if spent - before < SETTLED / 10:
            return


def measured(commune: Commune, rest: int, pages: int) -> dict[str, float]:
    began = time.monotonic()
    wait_until_up(commune.port)
    figures: dict[str, float] = {"start_s": round(time.monotonic() - began, 1)}
    settle(commune)
    spent = processor(commune.pids)
    time.sleep(rest)
    figures["rest_cpu_percent"] = round((processor(commune.pids) - spent) / rest * 100, 2)
    print(figures, flush=True)
    at_rest = memory(commune.pids)
    figures |= {"rest_mb": at_rest["pss"], "rest_own_mb": at_rest["own"], "processes": at_rest["processes"]}
    print(figures, flush=True)
    figures["pages"] = use(commune.port, pages)
    in_use = memory(commune.pids)
    figures |= {"use_mb": in_use["pss"], "use_own_mb": in_use["own"]}
    print(figures, flush=True)
    with asking(commune.port) as times:
        began = time.monotonic()
        commune.reload()
        figures["reload_s"] = round(time.monotonic() - began, 1)
    figures["reload_requests"], figures["reload_refused"] = len(times), times.count(None)
    figures["reload_slowest_ms"] = max(filter(None, times))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--separate", action="store_true")
    parser.add_argument("--rest", type=int, default=60)
    parser.add_argument("--pages", type=int, default=150)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.dev")
    commune = Commune(options.separate)
    try:
        figures = measured(commune, options.rest, options.pages)
    finally:
        commune.stop()
    for name, value in figures.items():
        print(f"{name:>20}  {value}")
    missed = [name for name, most in BUDGETS.items() if figures[name] > most]
    print(json.dumps(figures | {"budgets": BUDGETS, "missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
