"""Fixtures and hooks of all tests."""

import gc
import os
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from _pytest import runner
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from home.runtime.gc_tuning import freeze_loaded_objects
from home.runtime.stack_size import with_stack_size
from tests.support.browser import NO_BROWSER, chromium

# Playwright keeps an event loop in the thread of the tests, in which Django would refuse to use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Every test begins on this Wednesday morning, and so do modules that read the date when they are imported: no test
# fails because it runs at midnight, before a holiday or while the clocks change.
time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Europe/Zurich"))).start()

# No example has a deadline, and none is too slow to be generated: on a busy machine, one that takes 5 ms took 300.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25
)
# In CI the examples are always the same, so that a failure there can be reproduced elsewhere. There are four times as
# many, but only twice as many in the second run, on PostgreSQL. Locally they vary, and failing ones are stored.
settings.register_profile(
    "ci",
    settings.get_profile("patient"),
    derandomize=True,
    database=None,
    print_blob=True,
    max_examples=50 if os.environ.get("TEST_DATABASE_URL") else 100,
)
settings.load_profile("ci" if os.environ.get("CI") else "patient")

# The longest tests come first, those in a browser first among them: one that begins at the very end delays the end.
LONGEST = (
    *("test_files_shown", "test_real_forms", "test_sigkill", "test_house"),
    *("test_journeys", "test_editor_builds_a_form", "test_filing_in_browser"),
)
FIRST = "test_build"  # the process that runs it migrates the database, if that is not done yet


def pytest_collection_modifyitems(items):
    """Mark and order the tests. Those in tests/functional need a browser and are skipped visibly without one.

    Their results are the same on every database: only journeys, which mark themselves, run on both. They come last,
    because Playwright's event loop stays in their process, and sealing a document needs an event loop of its own. Tests
    that need no database come early, while another process migrates it.
    """
    asking = {item.path for item in items if _asks_the_database(item)}

    def turn(item) -> tuple:
        name = item.path.stem
        return (_in_browser(item), name != FIRST, item.path in asking, name not in LONGEST)

    items.sort(key=turn)
    for item in items:
        if _in_browser(item):
            item.add_marker(pytest.mark.browser)
            if not chromium() and not os.environ.get("COMMUNE_REQUIRE_ALL"):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
        elif _asks_the_database(item):
            item.add_marker(pytest.mark.database)


def _asks_the_database(item) -> bool:
    return bool(item.get_closest_marker("django_db")) or "django_db_setup" in item.fixturenames


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return with_stack_size(runner.pytest_runtest_protocol)(item, nextitem)


def pytest_collection_finish():
    spare_the_collector()


def spare_the_collector():
    """Exclude long-lived objects from garbage collection, and collect rarely: saves a twelfth of the time."""
    freeze_loaded_objects()
    gc.set_threshold(50_000)  # allocations, net; Python's default is 2,000


def _in_browser(item) -> bool:
    """Return whether a test is in tests/functional, except those of tests/functional/trust that use no browser."""
    place = item.path.as_posix()
    return "/functional/" in place and ("/trust/" not in place or "browser" in item.fixturenames)


def pytest_terminal_summary(terminalreporter):
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(r.longrepr)]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} browser tests did NOT run: no chromium was found. Install one "
            "(apt install chromium) or name it in CHROMIUM."
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Create the test database. Each test, one that commits too, resets it to its state after the migrations."""
    from django.test import TransactionTestCase

    from tests.support.database_reset import emptied, written

    with django_db_blocker.unblock():
        TransactionTestCase._fixture_teardown = emptied(written())
    spare_the_collector()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Provide a database in which the rows of the module's fixtures stay for all its tests.

    None of these tests commits. Each finds the rows as they were created. Only the rows are shared, so a test reads the
    objects again.
    """
    from django.core.cache import cache
    from django.db import transaction

    with django_db_blocker.unblock():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        cache.clear()


@pytest.fixture(scope="module")
def made_home(module_db):
    """Create the home page of the site of a module's tests. Each test reads it again as ``home``."""
    from tests.factories.home import CommuneSettingsFactory, make_site

    CommuneSettingsFactory()
    return make_site()


@pytest.fixture
def home(made_home, db):
    from home.models import HomePage

    return HomePage.objects.get(pk=made_home.pk)


@pytest.fixture(autouse=True, scope="session")
def _one_answer_at_a_time():
    """Let the live server, which all tests of a process share, answer one request at a time."""
    from django.db import connection
    from django.test import testcases

    from tests.support.live_server import OneAtATime

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(testcases, "WSGIHandler", OneAtATime)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_index_of_pages():
    """Disable the search index of pages in Wagtail's admin: it took a sixth of the time, and no test uses it.

    The indexes of the residents' and agents' search are unaffected.
    """
    from django.db.models.signals import post_save
    from modelsearch.index import get_indexed_models
    from modelsearch.signal_handlers import post_save_signal_handler
    from wagtail.models import Page

    for model in get_indexed_models():
        if issubclass(model, Page):
            post_save.disconnect(post_save_signal_handler, sender=model)


@pytest.fixture(autouse=True, scope="session")
def _avif_in_a_hurry():
    """Encode AVIF as fast as possible: a fifteenth of the time, for larger files, whose size no test checks."""
    from PIL import Image

    Image.init()
    encode = Image.SAVE["AVIF"]

    def hurriedly(image, file, name):
        image.encoderinfo.setdefault("speed", 10)
        encode(image, file, name)

    Image.register_save("AVIF", hurriedly)


@pytest.fixture(autouse=True, scope="session")
def _foreign_keys_are_asked_in_ci():
    """Disable the check of foreign keys on SQLite, which reads all tables after each test.

    It is enabled in CI, and on PostgreSQL, where it costs nothing.
    """
    from django.db import connection
    from django.test import TestCase

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite" and not os.environ.get("COMMUNE_REQUIRE_ALL"):
            patch.setattr(TestCase, "_should_check_constraints", lambda _test, _connection: False)
        yield


@pytest.fixture(autouse=True)
def _no_reference_index():
    """Disable the reference index, whose update at each save took a tenth of the time of many tests.

    No test reads it.
    """
    from wagtail.signal_handlers import reference_index_auto_update_disabled

    reference_index_auto_update_disabled.value = (
        True  # for each test, because Wagtail's command that rebuilds it enables it again
    )


@pytest.fixture(autouse=True)
def _clean_slate(settings):
    """Empty caches and the default language before each test, and the default language after it."""
    from django.core.cache import caches
    from django.utils import translation

    for name in settings.CACHES:
        caches[name].clear()
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def uncached(client, django_assert_max_num_queries):
    """Return a function that opens an address with an empty cache in a limited number of queries.

    Its renditions are created before.
    """

    def measure(url: str, most: int):
        client.get(url)
        cache.clear()
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200

    return measure
