"""Builds the demo commune, one part after the other. Each builder stands in a file of its own."""

import logging
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings
from django.utils.translation import override
from wagtail.signal_handlers import (
    disable_reference_index_auto_update,
    reference_index_auto_update_disabled,
)

from home.search import learn_how_much_there_is

from . import (
    alerts,
    bookings,
    campaigns,
    channels,
    commune,
    council,
    desk_work,
    directory,
    editing,
    fees,
    finding,
    identities,
    images,
    model_letters,
    notices,
    outbox,
    participation,
    readers,
    reports,
    requests,
    retention,
    services,
    site,
    stories,
    tables,
    together,
)
from .world import World

AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
BY_HAND = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
# What is built, in order. Pages are indexed at once; the past is played by hand, without a worker.
PARTS: list[tuple[str, list[Callable[[World], None]], dict]] = [
    ("the commune, its teams and people", [commune.build], AT_ONCE),
    ("pictures", [images.build, commune.directory, commune.shared_notices, commune.waste], AT_ONCE),
    ("pages", [stories.classify, services.classify, site.build], AT_ONCE),
    ("services", [tables.build, model_letters.build, fees.build, bookings.build, services.build], AT_ONCE),
    (
        "texts, news and agenda",
        [
            directory.build,
            stories.build,
            notices.build,
            council.build,
            site.fill,
            alerts.build,
            together.build,
        ],
        AT_ONCE,
    ),
    ("German, English and Italian", [site.translate], AT_ONCE),
    ("what editors find", [editing.build, finding.build], AT_ONCE),
    (
        "subscribers, letters to them, proposals",
        [readers.build, campaigns.build, channels.build, directory.propose],
        BY_HAND,
    ),
    ("what residents say", [participation.build], BY_HAND),
    (
        "cases",
        [
            identities.build,
            requests.build,
            bookings.fill,
            desk_work.build,
            reports.build,
            outbox.build,
            retention.build,
        ],
        BY_HAND,
    ),
]


@contextmanager
def quiet():
    """Only what goes wrong is worth a line."""
    loggers = [logging.getLogger(name) for name in ("django.tasks", "wagtail", "wagtail.contrib.redirects")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@contextmanager
def indexed_at_the_end():
    """What is sought and what leads where is written once all is there: at each saving it takes a fifth longer."""
    backends = {name: one | {"AUTO_UPDATE": False} for name, one in settings.WAGTAILSEARCH_BACKENDS.items()}
    within = getattr(
        reference_index_auto_update_disabled, "value", False
    )  # Wagtail's switch cannot be nested
    disabled = nullcontext() if within else disable_reference_index_auto_update()
    with override_settings(WAGTAILSEARCH_BACKENDS=backends), disabled:
        yield
    for command in ("update_index", "rebuild_references_index"):
        call_command(command, verbosity=0)
    learn_how_much_there_is()


def build(today: date, *, cases: int = 150, say: Callable[[str], None] = lambda text: None) -> World:
    """Builds everything, as of ``today``: the same day gives the same commune."""
    world = World(today=today, cases=cases)
    with indexed_at_the_end():
        for title, builders, tasks in PARTS:
            began = time.monotonic()
            with override_settings(TASKS=tasks, WAGTAILREDIRECTS_AUTO_CREATE=False), override("fr"), quiet():
                for part in builders:
                    part(world)
            say(f"  {title}: {time.monotonic() - began:.1f} s")
        began = time.monotonic()
    say(f"  what is sought: {time.monotonic() - began:.1f} s")
    return world
