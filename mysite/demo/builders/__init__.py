"""Building of the demo commune, part by part. Each builder is in its own module."""

import logging
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_save
from django.test.utils import override_settings
from django.utils.translation import override
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler, register_signal_handlers
from wagtail.signal_handlers import (
    disable_reference_index_auto_update,
    reference_index_auto_update_disabled,
)

from home.search.index import analyze_index_tables

from .context import DemoContext
from .eservices import (
    agent_work,
    bookings,
    cases,
    deliveries,
    fee_schedule,
    identities,
    letter_templates,
    problem_reports,
    reference_tables,
    retention,
    services,
)
from .home import alerts, bundles, commune, images, page_tree, search
from .news import channels, council, directory, editorial, news_and_events, official_notices, participation
from .newsletter import campaigns, subscribers

AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
BY_HAND = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}}
# The parts in order. Pages are indexed at once; past cases are played step by step, without a worker.
PARTS: list[tuple[str, list[Callable[[DemoContext], None]], dict]] = [
    ("the commune, its teams and people", [commune.build], AT_ONCE),
    (
        "pictures",
        [images.build, commune.create_people, commune.create_shared_callouts, commune.create_waste_calendar],
        AT_ONCE,
    ),
    (
        "pages",
        [news_and_events.create_categories_and_topics, services.create_classifications, page_tree.build],
        AT_ONCE,
    ),
    (
        "services",
        [reference_tables.build, letter_templates.build, fee_schedule.build, bookings.build, services.build],
        AT_ONCE,
    ),
    (
        "texts, news and agenda",
        [
            directory.build,
            news_and_events.build,
            official_notices.build,
            council.build,
            page_tree.fill_pages,
            alerts.build,
            bundles.build,
        ],
        AT_ONCE,
    ),
    ("German, English and Italian", [page_tree.translate_main_pages], AT_ONCE),
    ("what editors find", [editorial.build, search.build], AT_ONCE),
    (
        "subscribers, letters to them, proposals",
        [subscribers.build, campaigns.build, channels.build, directory.create_proposals],
        BY_HAND,
    ),
    ("what residents say", [participation.build], BY_HAND),
    (
        "cases",
        [
            identities.build,
            cases.build,
            bookings.create_bookings,
            agent_work.build,
            problem_reports.build,
            deliveries.build,
            retention.build,
        ],
        BY_HAND,
    ),
]


@contextmanager
def silence_loggers():
    """Suppress messages below errors of some loggers during the block."""
    loggers = [logging.getLogger(name) for name in ("django.tasks", "wagtail", "wagtail.contrib.redirects")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@contextmanager
def index_tasks_disabled():
    """Enqueue no task to index an object during the block: each reads the object, also if no index is updated."""
    for model in get_indexed_models():
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        yield
    finally:
        register_signal_handlers()


@contextmanager
def indexing_deferred():
    """Update the search and reference indexes once after the block, which saves a fifth of the time."""
    backends = {name: one | {"AUTO_UPDATE": False} for name, one in settings.WAGTAILSEARCH_BACKENDS.items()}
    within = getattr(
        reference_index_auto_update_disabled, "value", False
    )  # Wagtail's context manager cannot be nested
    disabled = nullcontext() if within else disable_reference_index_auto_update()
    with override_settings(WAGTAILSEARCH_BACKENDS=backends), disabled, index_tasks_disabled():
        yield
    for command in ("update_index", "rebuild_references_index"):
        call_command(command, verbosity=0)
    analyze_index_tables()


def build_demo(
    today: date, *, cases: int = 150, say: Callable[[str], None] = lambda text: None
) -> DemoContext:
    """Build the demo as of ``today``. The same day gives the same commune."""
    world = DemoContext(today=today, cases=cases)
    with indexing_deferred():
        for title, builders, tasks in PARTS:
            began = time.monotonic()
            with (
                override_settings(TASKS=tasks, WAGTAILREDIRECTS_AUTO_CREATE=False),
                override("fr"),
                silence_loggers(),
            ):
                for part in builders:
                    part(world)
            say(f"  {title}: {time.monotonic() - began:.1f} s")
        began = time.monotonic()
    say(f"  what is sought: {time.monotonic() - began:.1f} s")
    return world
