"""Fixtures and hooks of all tests."""

import gc
import os
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from home.runtime.gc_tuning import freeze_loaded_objects
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
LONGEST = {
    *(
        "test_address_matrix",
        "test_architecture",
        "test_file_verification",
        "test_real_forms",
        "test_sigkill",
    ),
    *("test_journeys", "test_editor_builds_a_form", "test_cut_connection_in_browser"),
    *("test_booking_in_browser", "test_editing_in_browser", "test_effort_in_browser"),
}
DATABASE = {"db", "django_db_setup", "live_server"}  # fixtures that need it
COMMITTING = {"transactional_db", "live_server"}  # fixtures of tests that commit
FIRST = "test_build"  # the process that runs it migrates the database, if that is not done yet


def pytest_collection_modifyitems(items):
    """Mark and order the tests. Those in tests/functional need a browser and are skipped visibly without one.

    Their results are the same on every database: only journeys, which mark themselves, run on both. They come last,
    because Playwright's event loop stays in their process, and sealing a document needs an event loop of its own. Tests
    that need no database come early, while another process migrates it.
    """
    asking = {item.path for item in items if _asks_the_database(item)}
    both = [item.nodeid for item in items if _commits(item) and item.get_closest_marker("django_db")]
    if both:
        raise pytest.UsageError(f"The mark django_db is for tests that do not commit: {', '.join(both)}")

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
    return bool(item.get_closest_marker("django_db")) or not DATABASE.isdisjoint(item.fixturenames)


def pytest_xdist_auto_num_workers(config):
    """Return one process more than cores: those that drive a browser or ask a server wait a third of their time."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_finish():
    spare_the_collector()


def spare_the_collector():
    """Exclude long-lived objects from garbage collection, and collect rarely: saves a twelfth of the time."""
    freeze_loaded_objects()
    gc.set_threshold(50_000)  # allocations, net; Python's default is 2,000


def _commits(item) -> bool:
    return not COMMITTING.isdisjoint(item.fixturenames)


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
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_keepdb, tmp_path_factory, worker_id
):
    """Connect to a database of this process. pytest-django's fixture would migrate one in each process."""
    from tests.support.databases import cloned_database

    run = tmp_path_factory.getbasetemp()
    folder = Path("var/tests") if django_db_keepdb else run if worker_id == "master" else run.parent
    with django_db_blocker.unblock(), cloned_database(folder, worker_id, keep=django_db_keepdb):
        spare_the_collector()
        with django_db_blocker.block():
            yield


@pytest.fixture(scope="session")
def migrated_tables(django_db_setup, django_db_blocker):
    """Return the tables as the migrations leave them."""
    from tests.support.databases import read_tables

    with django_db_blocker.unblock():
        return read_tables()


@pytest.fixture(scope="module")
def committed_tables(migrated_tables):
    """Return the tables from which each committing test of a module begins. Modules may add rows."""
    return migrated_tables


@pytest.fixture
def transactional_db(committed_tables, django_db_blocker):
    """Let a test commit, and reset the database to the state in which its module's tests begin.

    pytest-django's fixture of this name empties every table, also of the rows of migrations, such as the root page.
    """
    from django.db import connection

    from tests.support.databases import reset_tables

    with django_db_blocker.unblock():
        yield
        reset_tables(committed_tables)
        connection.close()  # Playwright's event loop has a connection of its own, which nobody else can close


@pytest.fixture
def db(request):
    """Give a test the database: inside a transaction, unless it commits."""
    commits = not COMMITTING.isdisjoint(request.fixturenames)
    request.getfixturevalue("transactional_db" if commits else "db")


@pytest.fixture(scope="session")
def live_server(django_db_setup):
    """Serve the site to a browser, until before its database is destroyed."""
    from tests.support.live_server import SiteServer

    server = SiteServer()
    yield server
    server.stop()


@contextmanager
def rows_that_stay(django_db_blocker):
    """Open the database, and remove at the end of the block what was written in it."""
    from django.core.cache import cache
    from django.db import transaction

    with django_db_blocker.unblock():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        cache.clear()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Provide a database in which the rows of the module's fixtures stay for all its tests.

    None of these tests commits. Each finds the rows as they were created. Only the rows are shared, so a test reads the
    objects again.
    """
    with rows_that_stay(django_db_blocker):
        yield


@pytest.fixture(scope="class")
def class_db(django_db_setup, django_db_blocker):
    """Do the same for the tests of a class. Other tests of the module do not find the rows."""
    with rows_that_stay(django_db_blocker):
        yield


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


@pytest.fixture
def committed_home(transactional_db):
    """Create the home page of a site, in place of Wagtail's welcome page, for a test that commits."""
    from tests.factories.home import CommuneSettingsFactory, make_site

    CommuneSettingsFactory()
    return make_site()


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
