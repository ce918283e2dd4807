"""Temporary gunicorn on a free port of the loopback interface, and a bounded load on it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from statistics import median

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def gunicorn(settings: str, workers: int = 1, environment: dict | None = None):
    """Run the project with ``settings`` and yield its port; end the process afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "mysite.wsgi"),
            *("--bind", f"{HOST}:{port}", "--workers", str(workers), "--log-level", "error"),
        ],
        env=(environment or os.environ) | {"DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        _wait_until_up(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


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
