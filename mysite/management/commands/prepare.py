"""Preparation of a machine in one process: database, static files, and initial contents or the demo."""

import hashlib
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from home.runtime.database_lock import PREPARATION, database_lock
from home.runtime.gc_tuning import reduced_collection
from mysite.databases.direct_connection import DirectConnectionMixin
from mysite.upgrades.static_files import collect_release

WRITTEN = ("media", "private", "cache", "pages")


@contextmanager
def run_in_background(work: Callable[[], None]) -> Iterator[None]:
    """Run ``work`` in a copy of this process, on another core, parallel to the block.

    Raise ``CommandError`` at the end if it failed.
    """
    copy = multiprocessing.get_context("fork").Process(target=work)
    copy.start()
    try:
        yield
    finally:
        copy.join()
    if copy.exitcode:
        raise CommandError("Not everything could be prepared; what failed stands above.")


class Command(DirectConnectionMixin, BaseCommand):
    help = __doc__
    requires_system_checks = ()  # saves a second; the tests run the checks, and migrate checks the database

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="Build the demo commune where it is missing.")
        parser.add_argument("--reset", action="store_true", help="Throw away everything entered first.")

    def handle(self, *, demo, reset, **options):
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        wiped = reset and self.wipe()
        with run_in_background(self.collect_static), database_lock(PREPARATION), reduced_collection():
            call_command("migrate", interactive=False, verbosity=0)
        if demo:
            with reduced_collection():
                call_command("demo", **({"reset": True} if reset and not wiped else {}))
        else:
            with database_lock(PREPARATION):
                call_command("begin")

    def wipe(self) -> bool:
        """Delete the SQLite database and the files beside it. Return False for another database."""
        if connection.vendor != "sqlite":
            return False
        self.stdout.write("Throwing away what was there")
        connection.close()
        database = Path(connection.settings_dict["NAME"])
        for ending in ("", "-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        for name in WRITTEN:
            shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
        return True

    def collect_static(self) -> None:
        """Collect static files if one was added, changed or removed, because it takes seconds."""
        stamp = Path(settings.STATIC_ROOT).with_name("static.sha256")
        now = self.fingerprint()
        if stamp.exists() and stamp.read_text() == now and Path(settings.STATIC_ROOT).exists():
            return
        self.stdout.write("Collecting static files")
        collect_release()
        stamp.write_text(now)

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for finder in get_finders():
            for name, storage in finder.list(None):
                found = Path(storage.path(name)).stat()
                digest.update(f"{storage.path(name)} {found.st_size} {found.st_mtime_ns}\n".encode())
        return digest.hexdigest()
