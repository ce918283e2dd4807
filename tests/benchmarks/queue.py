"""Benchmark of the case queue over HTTP, on PostgreSQL with 10 thousand and with a million cases, side by side.

usage: python -m tests.benchmarks.queue [--cases 10000 1000000] [--requests 200]. Starts a PostgreSQL and one gunicorn
worker for each size; an agent in 3 of 30 teams sends requests to both in turn, one at a time. Takes some minutes and
some gigabytes. During the measurement the database waits for its disk, as by default; not while it is filled.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from statistics import median
from urllib.parse import urlencode

import psycopg

from tests.benchmarks.postgresql import create_database, in_haste, postgresql
from tests.benchmarks.server import HOST, gunicorn

SERVER = {  # a machine with 4 GiB or more for the database, on solid state
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
}
SETTINGS = "tests.benchmarks.queue_settings"
MOST_MS = 100  # p95 of the largest
MOST_RATIO = 1.5  # of the medians, and of the p95, the largest to the smallest
WARM = 10
QUEUE = "/admin/cases/"
FREE_AGAIN = """
UPDATE eservices_cases_case SET assignee_id = NULL, state = 'received'
WHERE id IN (SELECT case_id FROM eservices_cases_caseevent WHERE kind = 'taken' AND actor_id IS NOT NULL)
"""
TOKEN = "measured" * 4  # CSRF token: cookie and header are equal, in the 32 letters Django expects


def requests_of(known: dict) -> dict[str, tuple[str, str]]:
    """Return the requests of an agent by name: method and address. ``known``: the output of ``many_cases``."""
    rare, common = (urlencode({"q": known[kind]["term"]}) for kind in ("rare", "common"))
    # A town gets as many cases a month, however many years are stored: both sizes show as many rows.
    narrowed = urlencode({"view": "all", "service": known["service"], "received": 30})
    return {
        "first page": ("GET", QUEUE),
        "filter": ("GET", f"{QUEUE}?{narrowed}"),
        "search": ("GET", f"{QUEUE}?{rare}"),
        "common term": ("GET", f"{QUEUE}?{common}"),
        "next case": ("POST", f"{QUEUE}next/"),
        "case screen": ("GET", f"{QUEUE}{known['reference']}/"),
    }


def timed(port: int, known: dict, method: str, path: str) -> float:
    """Return the milliseconds until the response is read.

    If no case is left to take, which happens soon with ten thousand, the taken ones are freed and the request is
    repeated.
    """
    took, leads_to = asked(port, known, method, path)
    if leads_to == QUEUE:
        free_again(known)
        took, leads_to = asked(port, known, method, path)
    if leads_to == QUEUE:
        raise SystemExit(f"{method} {path} finds nothing")
    return took


def asked(port: int, known: dict, method: str, path: str) -> tuple[float, str]:
    """Return the milliseconds of a response and the target of its redirect."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    cookies = f"sessionid={known['session']}; csrftoken={TOKEN}"
    start = time.perf_counter()
    connection.request(method, path, headers={"Cookie": cookies, "X-CSRFToken": TOKEN})
    response = connection.getresponse()
    response.read()
    took = (time.perf_counter() - start) * 1000
    connection.close()
    if response.status != (302 if method == "POST" else 200):
        raise SystemExit(f"{method} {path} answered {response.status}")
    return took, response.headers.get("Location", "")


def free_again(known: dict) -> None:
    """Free the cases that were taken during the measurement. Those taken by ``many_cases`` have no actor."""
    with psycopg.connect(known["environment"]["DATABASE_URL"]) as connection:
        connection.execute(FREE_AGAIN)


def filled(url: str, folder: str, cases: int) -> dict:
    """Create and fill a database in a separate process. Return the data for the requests."""
    environment = os.environ | {
        "DATABASE_URL": create_database(url, f"cases{cases}"),
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "COMMUNE_VAR": f"{folder}/{cases}",
    }
    start = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.many_cases", str(cases)]
    made = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    known = json.loads(made.stdout.splitlines()[-1]) | {"environment": environment}
    words = "; ".join(f"{one['term']} is in {one['found']}" for one in (known["rare"], known["common"]))
    print(f"{cases:>9} cases filled in {time.perf_counter() - start:.0f} s; of the agent's, {words}")
    return known


def measured(ports: dict[int, int], known: dict[int, dict], rounds: int) -> dict[str, dict]:
    """Return the times of every request by size. The sizes alternate, so that other load affects all alike."""
    wanted = {cases: requests_of(known[cases]) for cases in ports}
    figures = {}
    for name in next(iter(wanted.values())):
        times: dict[int, list[float]] = {cases: [] for cases in ports}
        for number in range(WARM + rounds):
            for cases, port in ports.items():
                took = timed(port, known[cases], *wanted[cases][name])
                if number >= WARM:
                    times[cases].append(took)
        figures[name] = {cases: summary(found) for cases, found in times.items()}
    return figures


def summary(times: list[float]) -> dict[str, float]:
    times.sort()
    return {"p50_ms": round(median(times), 1), "p95_ms": round(times[int(len(times) * 0.95)], 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    sizes = sorted(options.cases)
    with postgresql(SERVER) as url, tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        with in_haste(url):
            known = {cases: filled(url, folder, cases) for cases in sizes}
        ports = {
            cases: servers.enter_context(gunicorn(SETTINGS, environment=one["environment"]))
            for cases, one in known.items()
        }
        figures = measured(ports, known, options.requests)
    missed = report(figures, sizes)
    print(
        json.dumps(
            {"cases": sizes, "ms": figures, "most_ms": MOST_MS, "most_ratio": MOST_RATIO, "missed": missed}
        )
    )
    raise SystemExit(1 if missed else 0)


def report(figures: dict[str, dict], sizes: list[int]) -> list[str]:
    """Print the table. Return the budgets that are missed."""
    smallest, largest = sizes[0], sizes[-1]
    print(f"{'milliseconds':16}" + "".join(f"{cases:>18,}" for cases in sizes) + f"{'ratio':>18}")
    print(" " * 16 + f"{'p50':>10}{'p95':>8}" * (len(sizes) + 1))
    missed = []
    for name, found in figures.items():
        ratios = {of: found[largest][f"{of}_ms"] / found[smallest][f"{of}_ms"] for of in ("p50", "p95")}
        cells = "".join(f"{found[cases]['p50_ms']:10}{found[cases]['p95_ms']:8}" for cases in sizes)
        print(f"{name:16}{cells}{ratios['p50']:10.2f}{ratios['p95']:8.2f}")
        if found[largest]["p95_ms"] > MOST_MS:
            missed.append(f"{name}: p95")
        missed += [f"{name}: ratio of {of}" for of, ratio in ratios.items() if ratio > MOST_RATIO]
    return missed


if __name__ == "__main__":
    main()
