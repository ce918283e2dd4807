"""The parent of one commune: it loads the code once and forks site, worker and scheduler, which share its memory.

HUP replaces the code without a pause.
"""

from collections.abc import Callable
from functools import partial
from socket import gethostname

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from home.management.commands.worker import LANES, MAIN

from ...processes import SITE, CommuneProcesses, open_listener, preload_site, run_site


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # they take a second; `commune doctor` and `check --deploy` run them

    def add_arguments(self, parser):
        parser.add_argument("--bind", default="127.0.0.1:8000", help="Address, if systemd gives no socket.")
        parser.add_argument("--workers", type=int, default=2, help="Processes that answer requests.")
        parser.add_argument("--name", default=f"worker-{gethostname()}"[:50], help="Name of the worker.")
        parser.add_argument("--only", choices=["site", "background"], help="Without the others.")
        parser.add_argument("--try", action="store_true", dest="try_only", help="Load the code and end.")

    def handle(self, *, bind, workers, name, only, try_only, **options):
        preload_site()
        if try_only:
            return
        mains: dict[str, Callable[[], object]] = {}
        if only != "background":
            try:
                listener = open_listener(bind)
            except OSError as fault:
                raise CommandError(f"{bind} is not free: {fault.strerror}.") from fault
            mains[SITE] = partial(run_site, listener, workers)
        if only != "site":
            mains |= {lane: partial(run_lane, name, lane) for lane in LANES}
        CommuneProcesses(mains).run()


def run_lane(name: str, lane: str) -> None:
    call_command("worker", name=name, lane=lane, scheduler=lane == MAIN)
