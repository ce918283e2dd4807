"""Temporary gunicorn on a free port of the loopback interface, and a bounded load on it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def gunicorn(settings: str, workers: int = 1, environment: dict | None = None):
    """Run the project with ``settings`` and yield its port; end the process afterwards."""
    with gunicorn_process(settings, workers, environment) as (_process, port):
        yield port


@contextmanager
def gunicorn_process(settings: str, workers: int = 1, environment: dict | None = None):
    """Do the same, and yield process and port."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "mysite.wsgi"),
            *("--bind", f"{HOST}:{port}", "--workers", str(workers), "--log-level", "error"),
            "--no-control-socket",
        ],
        env=(environment or os.environ) | {"DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        _wait_until_up(port, process)
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=60)


def measure(port: int, path: str, *, requests: int, connections: int = 8) -> dict:
    """Send ``requests`` GETs over persistent connections. Return the rate and the times in milliseconds."""
    times: list[float] = []

    def client(share: int) -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        for _ in range(share):
            start = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"{path} answered {response.status}")
            times.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=client, args=(requests // connections,)) for _ in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    if len(times) < requests // connections * connections:
        raise SystemExit(f"{path}: {len(times)} of {requests} requests were answered")
    times.sort()
    return {
        "requests_per_s": round(len(times) / took, 1),
        "p50_ms": round(median(times), 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
    }


def processor_seconds(*pids: int) -> float:
    """Return the processor time of processes, their descendants, and those that have ended, as Linux counts it."""
    parents, ticks = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            fields = file.read_text().rpartition(")")[2].split()
            pid = int(file.parent.name)
            parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    found, waiting = 0, list(pids)
    while waiting:
        pid = waiting.pop()
        found += ticks.get(pid, 0)
        waiting += [child for child, parent in parents.items() if parent == pid]
    return found / os.sysconf("SC_CLK_TCK")


def get(port: int, path: str) -> tuple[int, bytes]:
    """Send a GET that accepts gzip. Return the status and the bytes as sent."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    return response.status, response.read()


def _wait_until_up(port: int, process: subprocess.Popen) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit("gunicorn did not start")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("gunicorn did not answer within 30 s")
