"""State of the demo.

It is stored in the name of the site, which is set at the beginning and at the end of a build.
"""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from django.db import connection, transaction
from wagtail.models import Site

from home.models import HomePage
from mysite.backups.stored_files import walk_files

FINISHED, UNFINISHED = "Orvenay", "Orvenay, en construction"


def is_built() -> bool:
    return Site.objects.filter(site_name=FINISHED).exists()


def has_data() -> bool:
    """Return whether there is data that would conflict with a new build."""
    return HomePage.objects.exists()


def mark_built() -> None:
    Site.objects.filter(site_name=UNFINISHED).update(site_name=FINISHED)


def reset_demo() -> None:
    """Delete the whole database and the files of the demo, and create an empty database."""
    if connection.vendor == "sqlite":
        _clear_sqlite()
    else:
        _drop_tables()
    delete_files()
    cache.clear()
    call_command("migrate", interactive=False, verbosity=0)


def delete_files() -> None:
    """Delete the stored files, on the disk or in buckets."""
    for storage in (default_storage, storages["private"]):
        for name in list(walk_files(storage)):
            storage.delete(name)
    for name in ("media", "private"):
        shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)


def _clear_sqlite() -> None:
    connection.close()
    database = Path(connection.settings_dict["NAME"])
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def _drop_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")
