"""Chromium against a live server: a desktop, and a small phone without JavaScript."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import NO_BROWSER, chromium, launch, scriptless
from tests.support.pages.sign_in import sign_in

SHOTS = Path(os.environ.get("COMMUNE_SHOTS", "var/shots"))
# Scripts that follow the first paint load with the page instead, so that tests that act at once need not wait for them.
AT_ONCE = "window.PerformanceObserver = class { constructor(follow) { this.observe = follow } }"
PLAYED = "x-played"  # response header of an error that a test fulfils itself


@pytest.fixture(scope="session")
def browser():
    if not chromium():
        pytest.fail(f"{NO_BROWSER}: apt install chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, live_server, request):
    """``visit(width=360, javascript=False)`` opens a page in its own browser context, as one visitor.

    ``visit(user=agent)`` opens one in which the user is signed in.

    A page that saw a server error, a script error, a violation of the content policy or a request to another host fails
    the test. A failed test leaves a screenshot in var/shots.
    """
    contexts, faults, travelling = [], [], set()

    def open_window(
        *, user=None, width=1280, height=900, javascript=True, at_once=True, language="fr-CH", **options
    ):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale=language,
            # The service worker of the site would answer before a route that a test fulfils itself.
            **{"service_workers": "block"} | options,
        )
        context.set_default_timeout(15_000)
        if at_once:
            context.add_init_script(AT_ONCE)
        contexts.append(context)
        if not javascript:
            scriptless.add(context)
        if user:
            sign_in(context, user)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("response", lambda answer: _is_fault(answer) and faults.append(f"500: {answer.url}"))
        page.on("console", lambda line: "Content Security" in line.text and faults.append(line.text))
        page.on("request", lambda call: faults.append(f"foreign: {call.url}") if _foreign(call.url) else None)
        page.on("request", lambda call: travelling.add(call))
        page.on("requestfinished", lambda call: travelling.discard(call))
        page.on("requestfailed", lambda call: travelling.discard(call))
        return page

    def _is_fault(answer):
        return answer.status >= 500 and PLAYED not in answer.headers

    def _foreign(url):
        return url.startswith("http") and not url.startswith(live_server.url)

    yield open_window
    failed = getattr(request.node, "failed_call", False)
    for number, context in enumerate(contexts):
        for page in context.pages if failed else []:
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{request.node.name}-{number}.png", full_page=True)
        _settle(context, travelling)
        context.set_offline(True)  # no page saves while it closes, into the next test's database
        context.close()
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
