"""Benchmark of how many cases per second the engine moves through three stages, with two workers on PostgreSQL.

usage: python -m tests.benchmarks.engine [--cases 1000]. Each case is handed over to a team, a message is sent, and it
is closed after a wait that is over: three stages, each in a transaction of its own. Deliveries are only created, not
sent. The baseline is tasks that do nothing, run by two workers as well: the difference is the time of the engine.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import django

from tests.benchmarks.postgresql import postgresql

WORKERS = 2
BUDGET = 50  # cases per second
STAGES = [
    {"key": "transmettre", "type": "team", "settings": {"team": "police"}},
    {"key": "dire", "type": "notify", "settings": {"subject": "En route", "text": "Votre demande avance."}},
    {"key": "attendre", "type": "wait", "settings": {"answer": "naissance"}},
]


def measure_throughput(count: int) -> dict[str, float]:
    """Run two workers until the queue is empty. Return tasks per second of wall-clock time and of CPU time."""
    from django.db import connections

    connections.close_all()
    reading, starting = os.pipe()
    children = [_worker(f"worker-{number + 1}", reading, starting) for number in range(WORKERS)]
    os.close(reading)
    time.sleep(1)  # both are waiting for the start
    start, spent = time.perf_counter(), _children_seconds()
    os.close(starting)
    for child in children:
        os.waitpid(child, 0)
    took, cpu = time.perf_counter() - start, _children_seconds() - spent
    return {"per_second": round(count / took, 1), "per_cpu_second": round(count / cpu, 1)}


def _worker(name: str, reading: int, starting: int) -> int:
    """Fork a worker that starts when the pipe is closed and ends when the queue is empty."""
    from django.core.management import call_command

    from eservices.deliveries import tasks as deliveries

    if child := os.fork():
        return child
    os.close(starting)
    os.read(reading, 1)
    deliveries.attempt_delivery = SimpleNamespace(enqueue=lambda pk: None)
    call_command("worker", "--name", name, "--batch", "--interval", "0")
    os._exit(0)


def _children_seconds() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def prepared(cases: int) -> None:
    """Create submissions with their queued tasks; those of deliveries are removed."""
    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    from eservices.cases.tasks import advance_case
    from eservices.submissions import actions
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate

    call_command("migrate", verbosity=0)
    TeamFactory()
    TeamFactory(key="police", name="Police")
    version = FormVersionFactory(content=certificate(stages=STAGES))
    for _ in range(cases):
        actions.submit(actor=None, draft=DraftFactory(complete=True, version=version))
    DBTaskResult.objects.exclude(task_path=advance_case.module_path).delete()


def measured(cases: int) -> dict:
    from django_tasks_db.models import DBTaskResult

    from eservices.cases.models import Case
    from tests.benchmarks.empty_task import nothing

    engine = measure_throughput(cases)
    left = Case.objects.open().count()
    DBTaskResult.objects.all().delete()
    for _ in range(cases):
        nothing.enqueue()
    bare = measure_throughput(cases)
    return {
        "cases": cases,
        "engine": engine,
        "bare_tasks": bare,
        "left_open": left,
        "budget_per_second": BUDGET,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    cases = parser.parse_args().cases
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-engine-")))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.worker_settings",
            "COMMUNE_VAR": str(folder),
            "DATABASE_URL": stack.enter_context(postgresql()),
        }
        django.setup()
        prepared(cases)
        figures = measured(cases)
        from django.db import connections

        connections.close_all()
    print(f"{'':24}{'a second':>12}{'a cpu second':>14}")
    for name in ("engine", "bare_tasks"):
        row = figures[name]
        print(f"{name.replace('_', ' '):24}{row['per_second']:>12}{row['per_cpu_second']:>14}")
    missed = figures["engine"]["per_second"] < BUDGET or figures["left_open"] > 0
    print(json.dumps(figures))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
