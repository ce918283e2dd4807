"""Django's own migrate, in two thirds of the time: nothing else differs."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management.commands import migrate

from home.garbage import collected_seldom


class Command(migrate.Command):
    def handle(self, *args, **options):
        with collected_seldom(), swaps_remembered():
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
