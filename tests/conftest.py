"""What every test stands on."""

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

# Playwright keeps an event loop in the thread of the tests; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Every test begins on this Wednesday morning, and so do modules that ask for the day when they are read: none is red
# because it ran at midnight, before a holiday or while the clocks change.
time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Europe/Zurich"))).start()

# No example has a deadline, and none is too slow to be drawn: on a machine that is busy, one that takes 5 ms took 300.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25
)
# In CI the same examples every time, so that what is red there is red here too, and four times as many, but for the
# second time, on PostgreSQL; on a desk others each time, and those that failed are kept.
settings.register_profile(
    "ci",
    settings.get_profile("patient"),
    derandomize=True,
    database=None,
    print_blob=True,
    max_examples=50 if os.environ.get("TEST_DATABASE_URL") else 100,
)
settings.load_profile("ci" if os.environ.get("CI") else "patient")

# The longest come first, those of the browser first among them: who began with one at the very end would be waited for.
LONGEST = (
    *("test_files_shown", "test_real_forms", "test_sigkill", "test_house"),
    *("test_journeys", "test_editor_builds_a_form", "test_filing_in_browser"),
)
FIRST = "test_build"  # in whose process the database is migrated, if it was not before


def pytest_collection_modifyitems(items):
    """Whatever stands in tests/functional drives a browser: skipped aloud where there is none.

    What it shows is the same on every database: only journeys, which mark themselves, are walked on both. All of it
    comes last: Playwright's event loop stays in their process, and who seals a document there wants one of their
    own. What needs no database comes early: another process migrates it in the meantime.
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
    """Python's collector looks no more at what stays to the end, and seldom at the rest: a twelfth of the time."""
    freeze_loaded_objects()
    gc.set_threshold(50_000)  # allocations, net; usually 2,000


def _in_browser(item) -> bool:
    """Whatever stands in tests/functional, but for the walks of tests/functional/trust that need none."""
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
    """The test database, which is as migrations left it after each test, one that commits too."""
    from django.test import TransactionTestCase

    from tests.support.database_reset import emptied, written

    with django_db_blocker.unblock():
        TransactionTestCase._fixture_teardown = emptied(written())
    spare_the_collector()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """A database in which what a fixture of the module makes stays for all its tests, none of which commits.

    Each begins with it as it was made; rows only, so that a test reads it anew.
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
    """The home page of the site of a module's tests, read anew for each as ``home``."""
    from tests.factories.home import CommuneSettingsFactory, make_site

    CommuneSettingsFactory()
    return make_site()


@pytest.fixture
def home(made_home, db):
    from home.models import HomePage

    return HomePage.objects.get(pk=made_home.pk)


@pytest.fixture(autouse=True, scope="session")
def _one_answer_at_a_time():
    """Of the server that all tests of a process share, whichever of them asks for it first."""
    from django.db import connection
    from django.test import testcases

    from tests.support.live_server import OneAtATime

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(testcases, "WSGIHandler", OneAtATime)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_index_of_pages():
    """By which editors find pages in Wagtail's own screens, a sixth of the time of all tests, and asked by none.

    What residents and agents search has indexes of its own, which are kept.
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
    """As fast as its encoder can: a fifteenth of the time, for larger files, and nothing here asks how large."""
    from PIL import Image

    Image.init()
    encode = Image.SAVE["AVIF"]

    def hurriedly(image, file, name):
        image.encoderinfo.setdefault("speed", 10)
        encode(image, file, name)

    Image.register_save("AVIF", hurriedly)


@pytest.fixture(autouse=True, scope="session")
def _foreign_keys_are_asked_in_ci():
    """SQLite reads all its tables after each test for what refers to nothing: CI does, and PostgreSQL at no cost."""
    from django.db import connection
    from django.test import TestCase

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite" and not os.environ.get("COMMUNE_REQUIRE_ALL"):
            patch.setattr(TestCase, "_should_check_constraints", lambda _test, _connection: False)
        yield


@pytest.fixture(autouse=True)
def _no_reference_index():
    """What refers to what is written at every saving, a tenth of the time of many tests, and read by none."""
    from wagtail.signal_handlers import reference_index_auto_update_disabled

    reference_index_auto_update_disabled.value = (
        True  # for each test: Wagtail's command to write it anew ends it
    )


@pytest.fixture(autouse=True)
def _clean_slate(settings):
    """No test sees what another left in the cache or in the translation at hand."""
    from django.core.cache import caches
    from django.utils import translation

    for name in settings.CACHES:
        caches[name].clear()
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def uncached(client, django_assert_max_num_queries):
    """Opens an address with an empty cache in at most so many queries. Its pictures are cut already."""

    def measure(url: str, most: int):
        client.get(url)
        cache.clear()
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200

    return measure
