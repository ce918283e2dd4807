"""A visit to one commune: its jobs, if they are due, and its tasks until none waits. Then the process ends."""

import signal
from socket import gethostname
from threading import Event

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from home.management.commands.scheduler import run_due_jobs
from home.management.commands.worker import LANES, MAIN
from home.runtime.outages import DATABASE

from .wake_ups import WakeUps

WORKER = f"host-{gethostname()}"[:50]


def visit_commune(name: str, lane: str, wake_ups: WakeUps, *, with_jobs: bool) -> None:
    """Run what the commune ``name`` has to do in a lane. At TERM the task that runs is finished."""
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    wake_ups.announce_tasks(name, running=lane)
    if with_jobs:
        run_due_jobs()
    try:
        connection.ensure_connection()
    except (OperationalError, InterfaceError) as fault:
        DATABASE.record_failure(fault)  # the worker would wait for it, and hold up other communes
        return
    if not stopped.is_set():
        call_command("worker", name=WORKER, lane=lane, batch=True)
    for each, queue in LANES.items() if lane == MAIN else [(lane, LANES[lane])]:
        if DBTaskResult.objects.filter(queue_name=queue, status=TaskResultStatus.READY).exists():
            wake_ups.send(name, each)
