"""Django's own migrate, in less than half of the time for a new database: nothing else differs."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.apps import apps
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from home.garbage import collected_seldom


class Command(migrate.Command):
    def handle(self, *args, **options):
        new = not MigrationRecorder(connections[options["database"]]).has_table()
        with collected_seldom(), swaps_remembered(), nearest_rendered() if new else nullcontext():
            return super().handle(*args, **options)


@contextmanager
def swaps_remembered() -> Iterator[None]:
    """Which models are swapped for which (our user for Django's) is looked up once for each.

    Django remembers it too, but in one place for all registries of apps: migrating makes registries anew at every
    step, each empties what all remember, and every foreign key looks through all models again. The answer hangs on
    the installed models only, which a migration does not change.
    """
    look_up = type(apps).get_swappable_settings_name.__wrapped__
    apps.get_swappable_settings_name = functools.cache(functools.partial(look_up, apps))
    try:
        yield
    finally:
        del apps.get_swappable_settings_name


@contextmanager
def nearest_rendered() -> Iterator[None]:
    """At each step only the models next to the changed one are made anew, not those next to them and so on.

    That is how Django itself renders most changes (``delay``); all anew at the next step that moves data. It spares
    half of the models it makes, of which everything that leads to a page or a user is most. Only where all begins:
    there the tests hold every table against its model (tests/test_migrate.py).
    """
    reload = ProjectState.reload_model

    ProjectState.reload_model = lambda state, app_label, model_name, delay=True: reload(
        state, app_label, model_name, delay=True
    )
    try:
        yield
    finally:
        ProjectState.reload_model = reload
