"""Benchmark of whole filings over HTTP: five steps, an upload and *send*, alone and while agents use the queue.

usage: python -m tests.benchmarks.journeys [--filings 100] [--applicants 8] [--agents 10] [--cases 10000]
[--seconds 300]. Uses a database of its own on the server of ``TEST_DATABASE_URL``, else a server of its own. Runs site,
worker and scheduler by the commands and ``gunicorn.conf.py`` of a real commune. Each run of applicants ends after so
many filings, or after the seconds.

Prints filings per second, the times of requests, and the processor time of a filing by process, also as a multiple of
that of a bare view in the same run. On a busy machine only the processor times count. That of the database contains
other users of a given server.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import psycopg
import requests

from tests.benchmarks import smtp_sink
from tests.benchmarks.applicants import Applicant
from tests.benchmarks.postgresql import create_database, postgresql
from tests.benchmarks.queue import QUEUE, asked
from tests.benchmarks.server import HOST, gunicorn_process, measure, processor_seconds

SETTINGS = "tests.benchmarks.journey_settings"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": SETTINGS,
    "SECRET_KEY": "measured" * 8,
    "ALLOWED_HOSTS": f"{HOST},orvenay.example",
    "COMMUNE_NAME": "Orvenay",
    "COMMUNE_BASE_URL": "https://orvenay.example",
    "COMMUNE_FROM_EMAIL": "noreply@orvenay.example",
    "SECURE_SSL_REDIRECT": "0",
    "STAFF_SECOND_FACTOR": "0",
    "TRUSTED_PROXIES": "1",  # each applicant has a network address of their own
}
WORKERS = 2  # web processes, as in commune-site.service
WARM, BARE = 4, 1000  # filings and requests
PATIENCE = 300  # seconds until the site has loaded its code, on a busy machine
PAUSE = 2  # seconds between two requests of an agent
BUDGETS = {
    "filings_per_s": 10,
    "request_p95_ms": 500,
    "queue_p95_ms": 200,
    "filing_cpu_ms": 214,
    "site_cpu_ms": 139,
}
AT_LEAST = {"filings_per_s"}


class Journeys:
    """A run of several applicants, who file one request after another."""

    def __init__(self, port: int, applicants: int, most_seconds: float):
        self.site, self.applicants, self.most_seconds = f"http://{HOST}:{port}", applicants, most_seconds
        self.times: dict[str, list[float]] = defaultdict(list)
        self.faults: list[str] = []

    def run(self, filings: int) -> tuple[int, float]:
        """File so many requests. Return their number and the seconds that took."""
        self.times.clear()
        left, lock, done = filings, threading.Lock(), []
        start = time.perf_counter()

        def file_all() -> None:
            nonlocal left
            while time.perf_counter() - start < self.most_seconds:
                with lock:
                    if not left:
                        return
                    left -= 1
                try:
                    person = TimedApplicant(self.site, self.times)
                    person.file_for_another(b"%%PDF-1.7\n%%%d\n" % person.number)
                except Exception as error:  # a fault of the run, whatever it is
                    self.faults.append(f"{type(error).__name__}: {error}")
                else:
                    done.append(person)

        threads = [threading.Thread(target=file_all) for _ in range(self.applicants)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(done), time.perf_counter() - start


class TimedApplicant(Applicant):
    """An applicant with a watch."""

    def __init__(self, site: str, times: dict[str, list[float]]):
        super().__init__(site)
        self.times = times

    def ask(self, method, url, typed=None, page=None, files=None):
        answer = super().ask(method, url, typed, page, files)
        for one in [*answer.history, answer]:
            self.times[_kind(one, files)].append(one.elapsed.total_seconds() * 1000)
        return answer


def _kind(answer, files) -> str:
    if files:
        return "upload"
    last = answer.request.path_url.rstrip("/").rpartition("/")[2]
    names = {"verifier": "review", "envoyer": "send", "envoyee": "receipt"}
    return names.get(last) or ("save a step" if answer.request.method == "POST" else "show a step")


@contextmanager
def agents(port: int, sessions: list[str], times: list[float]):
    """Have agents look at the queue, each after a pause, within the block. ``times``: gets the milliseconds."""
    ended = threading.Event()

    def look(number: int, session: str) -> None:
        ended.wait(PAUSE * number / len(sessions))
        while not ended.is_set():
            times.append(asked(port, {"session": session}, "GET", QUEUE)[0])
            ended.wait(PAUSE)

    threads = [threading.Thread(target=look, args=(number, one)) for number, one in enumerate(sessions)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def prepared(cases: int, number: int) -> list[str]:
    """Fill the database with cases and the form. Return the sessions of so many agents."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from tests.benchmarks.many_cases import fill, sign_in
    from tests.factories.submissions import FormFactory, FormVersionFactory, certificate

    agent = fill(cases)
    content = certificate()
    content["settings"]["team"] = "team-1"
    FormVersionFactory(form=FormFactory(slug=content["slug"]), content=content)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    others = get_user_model().objects.exclude(pk=agent.pk).filter(is_staff=True)[: number - 1]
    return [sign_in(one) for one in (agent, *others)]


def wait_for_worker() -> None:
    """Wait until no task is left, so that its whole work is counted."""
    from django_tasks_db.models import DBTaskResult

    for _ in range(1200):
        if not DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).exists():
            return
        time.sleep(0.1)
    raise SystemExit("The worker did not finish its tasks.")


def postmaster() -> int | None:
    """Return the process of the database server; None if it is on another machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    found = file.read_text() if file.exists() else ""
    return int(found.rpartition(")")[2].split()[1]) if "(postgres" in found else None


@contextmanager
def command(*arguments: str):
    """Run a management command within the block, and yield its process."""
    process = subprocess.Popen([sys.executable, "manage.py", *arguments])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def measured(options) -> tuple[dict, dict[str, dict], list[str]]:
    """Return the figures, the times of requests by kind, and the faults."""
    from django.db import connection

    sessions = prepared(options.cases, options.agents)
    with (
        command("worker") as worker,
        command("scheduler") as scheduler,
        gunicorn_process(SETTINGS, WORKERS) as (site, port),
    ):
        groups = {
            "site": site.pid,
            "worker": worker.pid,
            "scheduler": scheduler.pid,
            "database": postmaster(),
        }

        def used() -> dict[str, float]:
            return {name: processor_seconds(pid) * 1000 for name, pid in groups.items() if pid}

        journeys = Journeys(port, options.applicants, options.seconds)
        requests.get(journeys.site, timeout=PATIENCE)  # the code is loaded
        journeys.run(WARM)
        measure(port, "/bare/", requests=80)
        before = used()
        bare = measure(port, "/bare/", requests=BARE)
        bare_ms = (used()["site"] - before["site"]) / BARE
        wait_for_worker()
        before = used()
        filed, seconds = journeys.run(options.filings)
        wait_for_worker()
        cpu = {name: round((ms - before[name]) / max(1, filed), 1) for name, ms in used().items()}
        times = {name: summary(found) for name, found in journeys.times.items()}
        asked_for = sum(map(len, journeys.times.values()))
        together = []
        with agents(port, sessions, together):
            journeys.run(max(1, options.filings // 2))
        connection.close()
    figures = {
        "filings": filed,
        "requests_per_filing": round(asked_for / max(1, filed), 1),
        "filings_per_s": round(filed / seconds, 2),
        "request_p95_ms": max(row["p95_ms"] for row in times.values()),
        "queue_p95_ms": summary(together)["p95_ms"],
        "filing_cpu_ms": round(sum(cpu.values()), 1),
        **{f"{name}_cpu_ms": ms for name, ms in cpu.items()},
        "bare_cpu_ms": round(bare_ms, 2),
        "bare_per_s": bare["requests_per_s"],
        "site_of_bare": round(cpu["site"] / bare_ms, 1),
        "requests_of_bare": round(asked_for / seconds / bare["requests_per_s"], 3),
    }
    return figures, times, journeys.faults


def summary(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {"p50_ms": round(median(times), 1), "p95_ms": round(times[int(len(times) * 0.95)], 1)}


@contextmanager
def database():
    """Yield the URL of an empty database."""
    if not (given := os.environ.get("TEST_DATABASE_URL")):
        with postgresql() as url:
            yield url
        return
    name = f"journeys_{os.getpid()}"
    url = create_database(given, name)
    try:
        yield url
    finally:
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in {
        "filings": 100,
        "applicants": 8,
        "agents": 10,
        "cases": 10_000,
        "seconds": 300,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-journeys-")))
        os.environ |= ENVIRONMENT | {
            "DATABASE_URL": stack.enter_context(database()),
            "COMMUNE_VAR": str(folder / "var"),
            "MAIL_URL": f"smtp://{HOST}:{stack.enter_context(smtp_sink.running(folder / 'letters'))}",
        }
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        figures, times, faults = measured(options)
    report(figures, times, faults)


def report(figures: dict, times: dict[str, dict], faults: list[str]) -> None:
    """Print the tables. Exit with 1 if a budget is missed or a filing failed."""
    for name, row in times.items():
        print(f"{name:20}{row['p50_ms']:>10} {row['p95_ms']:>10} ms")
    for name, value in figures.items():
        print(f"{name:20}{value:>10}" + (f"  (budget {BUDGETS[name]})" if name in BUDGETS else ""))
    missed = [
        name
        for name, budget in BUDGETS.items()
        if (figures[name] < budget if name in AT_LEAST else figures[name] > budget)
    ]
    print(*faults[:10], *(f"missed: {name}" for name in missed), sep="\n")
    print(
        json.dumps({"figures": figures, "ms": times, "budgets": BUDGETS, "missed": missed, "faults": faults})
    )
    sys.exit(bool(missed or faults))


if __name__ == "__main__":
    main()
