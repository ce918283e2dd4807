"""Chromium against a live server: a desktop, and a small phone without JavaScript."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import NO_BROWSER, chromium, launch
from tests.support.pages.sign_in import sign_in
from tests.support.windows import Windows

SHOTS = Path(os.environ.get("COMMUNE_SHOTS", "var/shots"))
PLAYED = "x-played"  # response header of an error that a test fulfils itself


@pytest.fixture(scope="session")
def browser():
    if not chromium():
        pytest.fail(f"{NO_BROWSER}: apt install chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(browser, live_server):
    return Windows(browser, live_server.url)


@pytest.fixture
def visit(windows, request):
    """``visit(width=360, javascript=False)`` opens a page in a browser context of its own, as one visitor.

    ``visit(user=agent)`` opens one in which the user is signed in, ``visit(clock=True)`` one with a clock that runs and
    can be advanced. ``visit(alone=True)`` opens one that no other test uses, for what a context would not forget:
    scripts for all documents, and settings of the developer tools.

    A page that saw a server error, a script error, a violation of the content policy or a request to another host fails
    the test. A failed test leaves a screenshot in var/shots.
    """
    opened, faults, travelling = [], [], set()

    def is_fault(answer):
        return answer.status >= 500 and PLAYED not in answer.headers

    def is_foreign(url):
        return url.startswith("http") and not url.startswith(windows.url)

    listeners = (
        ("pageerror", lambda error: faults.append(f"script: {error}")),
        ("response", lambda answer: is_fault(answer) and faults.append(f"500: {answer.url}")),
        ("console", lambda line: "Content Security" in line.text and faults.append(line.text)),
        ("request", lambda call: is_foreign(call.url) and faults.append(f"foreign: {call.url}")),
        ("request", lambda call: travelling.add(call)),
        ("requestfinished", lambda call: travelling.discard(call)),
        ("requestfailed", lambda call: travelling.discard(call)),
    )

    def open_window(*, user=None, width=1280, height=900, alone=False, **options):
        page = windows.open(**options) if alone else windows.borrow(**options)
        opened.append((page, alone))
        page.set_viewport_size({"width": width, "height": height})
        if user:
            sign_in(page.context, user)
        if options.get("clock"):
            page.clock.install()
        for event, listener in listeners:
            page.on(event, listener)
        return page

    yield open_window
    failed = getattr(request.node, "failed_call", False)
    for number, (page, alone) in enumerate(opened):
        context = page.context
        for shown in context.pages if failed else []:
            SHOTS.mkdir(parents=True, exist_ok=True)
            shown.screenshot(path=SHOTS / f"{request.node.name}-{number}.png", full_page=True)
        _settle(context, travelling)
        context.set_offline(True)  # no page saves while it closes, into the next test's database
        if alone or failed:
            context.close()
            continue
        for event, listener in listeners:
            page.remove_listener(event, listener)
        windows.give_back(page)
    assert not faults, "\n".join(faults)


def _settle(context, travelling) -> None:
    """Wait for pending responses: one that is still computed would write into a flushed database."""
    for page in context.pages[:1]:
        for _time in range(300):
            if not travelling:
                return
            page.wait_for_timeout(50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        item.failed_call = True
    return report


@pytest.fixture
def desktop(visit):
    """Open a desktop page, 1280 px wide."""
    return visit()


@pytest.fixture
def phone(visit):
    """Open a phone page, 360 px wide, that runs no JavaScript."""
    return visit(width=360, height=740, javascript=False, has_touch=True, is_mobile=True)


@pytest.fixture
def site(committed_home):
    """Return the home page of the site that the browser visits."""
    return committed_home
