"""Resilience against a mail server that accepts connections and says nothing: cases go on meanwhile.

usage: python -m tests.resilience.hanging_mail [--cases 20]. Starts its own PostgreSQL and a worker, and sends the cases
once the first e-mail hangs. Each case has three stages and writes to its applicant.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import django

from tests.benchmarks.engine import STAGES
from tests.benchmarks.postgresql import in_haste, postgresql
from tests.benchmarks.server import HOST
from tests.resilience.reporting import report_and_exit

BUDGET = 2  # seconds for a case to reach its end, while e-mails hang
PATIENCE = 240  # seconds


class SilentServer:
    """A mail server that never greets. ``connected`` is set by the first who waits for it."""

    def __init__(self):
        self.socket = socket.create_server((HOST, 0))
        self.port, self.connected, self.open = self.socket.getsockname()[1], threading.Event(), []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            self.open.append(self.socket.accept())
            self.connected.set()


def submit_case(version) -> float:
    """Submit a request. Return the seconds until its case is closed."""
    from eservices.cases.models import Case
    from eservices.submissions import actions
    from tests.factories.submissions import DraftFactory

    began = time.monotonic()
    actions.submit(actor=None, draft=DraftFactory(complete=True, version=version))
    while Case.objects.open().exists():
        if time.monotonic() - began > PATIENCE:
            return PATIENCE
        time.sleep(0.02)
    return time.monotonic() - began


def measured(cases: int, server: SilentServer) -> dict:
    from django.core.management import call_command

    from eservices.deliveries.models import Delivery
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import FormVersionFactory, certificate

    call_command("migrate", verbosity=0)
    TeamFactory()
    TeamFactory(key="police", name="Police")
    version = FormVersionFactory(content=certificate(stages=STAGES))
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"])
    try:
        submit_case(version)
        if not server.connected.wait(PATIENCE):
            sys.exit("No e-mail was sent")
        times = sorted(submit_case(version) for _ in range(cases))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    return {
        "cases": cases,
        "median_s": round(times[cases // 2], 2),
        "slowest_s": round(times[-1], 2),
        "letters_waiting": Delivery.objects.exclude(state=Delivery.State.DONE).count(),
        "connections_that_hang": len(server.open),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    cases = parser.parse_args().cases
    server = SilentServer()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-hanging-")))
        url = stack.enter_context(postgresql())
        stack.enter_context(in_haste(url))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.resilience.settings",
            "COMMUNE_VAR": str(folder),
            "DATABASE_URL": url,
            "MAIL_URL": f"smtp://{HOST}:{server.port}",
        }
        django.setup()
        figures = measured(cases, server)
        from django.db import connections

        connections.close_all()
    faults = [] if figures["slowest_s"] <= BUDGET else [f"A case took {figures['slowest_s']} s"]
    report_and_exit(figures, faults)


if __name__ == "__main__":
    main()
