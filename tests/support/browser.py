"""Finding a chromium, driving it, and asking axe about a page."""

import os
import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from weakref import WeakSet

NO_BROWSER = "no chromium found"
# First one that draws no windows, at three quarters of the processor's time of the others.
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def chromium() -> str | None:
    """The browser to drive: what CHROMIUM names, one of the system, or one that Playwright installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return found or next((str(path) for path in sorted(own.glob("chromium-*/chrome-linux*/chrome"))), None)


# Beside each window chromium draws two pages that would show suggestions under its address bar: two fifths of the time
# of a test. Naming what is left out replaces Playwright's own list, so what of that concerns pages stands here too.
LEFT_OUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning"),
    *("AimEnabled", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch"),
)


def launch(playwright):
    """The browser of ``chromium``, until ``playwright`` ends or it is closed."""
    left_out = f"--disable-features={','.join(LEFT_OUT)}"
    return playwright.chromium.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", left_out],
    )


def press(target) -> None:
    """Presses what leads to another page, or sends a form, and waits until that page is there.

    A page that saves what is typed sends its form a moment after the press: whoever looked at once would still see
    the page before, or one of which nothing has arrived.
    """
    with target.page.expect_navigation():
        target.click()


scriptless = WeakSet()  # windows without JavaScript: axe would wait there for ever


def assert_accessible(page, context: str | None = None) -> None:
    """No axe violation on ``page`` as it stands, in WCAG 2.2 AA and axe's best practice."""
    if page.context in scriptless:
        with _twin(page) as twin:
            found = faults(twin, context)
    else:
        found = faults(page, context)
    assert not found, f"{page.url}\n" + "\n".join(found)


# What fades in has another contrast until it is there; what turns for ever is not waited for.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(one => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => {})))"""


# What passes is most of what axe answers: carrying it out of the browser took half as long as judging the page.
VIOLATIONS = "([context, options]) => axe.run(context ?? document, options).then(found => found.violations)"


def faults(page, context: str | None = None) -> list[str]:
    """What axe finds on a page whose scripts run, once what moves stands still."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(SETTLED)
    page.evaluate(Axe().axe_script)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    return [
        f"{fault['id']}: {fault['help']}\n"
        + "\n".join(f"    {node['html'][:160]}\n    {node['failureSummary']}" for node in fault["nodes"][:4])
        for fault in page.evaluate(VIOLATIONS, [context, options])
    ]


@contextmanager
def _twin(page):
    """The same page, as it stands, in a window of the same size that runs axe's script and not the site's."""
    content = page.content()
    context = page.context.browser.new_context(viewport=page.viewport_size)
    twin = context.new_page()
    twin.route("**/*", lambda route: _unscripted(route))
    twin.route(page.url, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    twin.goto(page.url)
    yield twin
    context.close()


def _unscripted(route) -> None:
    if route.request.resource_type == "script":
        route.abort()
    else:
        route.continue_()
