"""Probes of one process, for supervisors and load balancers: whether it lives, and whether it may get requests."""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, InterfaceError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from home.files.disk_space import has_disk_space

from .. import __version__
from ..health import is_cache_working

_complete_tables: set[str] = set()  # the version, once its migrations are applied: they stay applied


@require_safe
@never_cache
def live_view(request):
    """Answer without touching anything: a process that does not is to be restarted."""
    return JsonResponse({"status": "live", "version": __version__})


@require_safe
@never_cache
def ready_view(request):
    """Tell what the process needs. The status is 503 without the database or with missing migrations.

    Without cache or storage the site is slower or accepts no files. A load balancer that stopped asking it for that
    would stop all of the site.
    """
    needed = read_database_state()
    beside = {"cache": is_cache_working(), "storage": has_disk_space()}
    status = "down" if not all(needed.values()) else "ready" if all(beside.values()) else "degraded"
    found = {"status": status, "version": __version__, **needed, **beside}
    return JsonResponse(found, status=503 if status == "down" else 200)


def read_database_state() -> dict[str, bool]:
    """Return whether the database answers and has all migrations."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"database": True, "migrations": not missing_migrations()}
    except (DatabaseError, InterfaceError):
        return {"database": False, "migrations": False}


def missing_migrations() -> set[tuple[str, str]]:
    """Return the migrations that are not applied, as (app label, name).

    Only the names of their files are read: Django would import and connect all of them, which takes seconds.
    """
    if __version__ in _complete_tables:
        return set()
    from django.db.migrations.recorder import MigrationRecorder  # loads all operations of migrations

    missing = loaded_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        _complete_tables.add(__version__)
    return missing


@cache  # an upgrade installs files of the next version while this code still runs
def loaded_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of the code that this process, or the parent that forked it, has loaded."""
    return frozenset(
        (config.label, file.stem)
        for config in apps.get_app_configs()
        for file in (Path(config.path) / "migrations").glob("[!_]*.py")
    )
