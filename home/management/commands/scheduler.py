"""The clock of the house: looks every few seconds for what is due. Beside it runs ``manage.py worker``."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from home.background import sweeps
from home.garbage import keep_what_is_loaded

logger = logging.getLogger(__name__)

INTERVAL = 15  # seconds


class Command(BaseCommand):
    help = "Sweeps what is due and wakes workers for it, until stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="Sweep once and end.")

    def handle(self, *, once: bool, **options):
        if once:
            sweep()
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        keep_what_is_loaded()
        while not stopped.is_set():
            sweep()
            stopped.wait(INTERVAL)


def sweep() -> None:
    """Runs every sweep; one that fails is logged and holds up no other. Without a database all would: none is run."""
    now = timezone.now()
    close_old_connections()
    try:
        connection.ensure_connection()
    except (OperationalError, InterfaceError) as fault:
        logger.warning("The database does not answer; looking again in %s seconds: %s", INTERVAL, fault)
        return
    for key, look in sweeps.items():
        close_old_connections()
        try:
            look(now)
        except Exception:
            logger.exception("Sweep %s failed", key)
