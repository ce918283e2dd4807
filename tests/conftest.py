"""What every test stands on."""

import os

import pytest

from tests.browser import NO_BROWSER, chromium

# Playwright keeps an event loop in the thread of the tests; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    """Whatever stands in tests/functional drives a browser: skipped aloud where there is none."""
    for item in items:
        if "/functional/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if not chromium() and not os.environ.get("COMMUNE_REQUIRE_ALL"):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter):
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(r.longrepr)]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} browser tests did NOT run: no chromium was found. Install one "
            "(apt install chromium) or name it in CHROMIUM."
        )


@pytest.fixture(autouse=True)
def _clean_slate(settings):
    """No test sees what another left in the cache or in the translation at hand."""
    from django.core.cache import cache
    from django.utils import translation

    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)
