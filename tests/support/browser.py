"""Chromium for tests, and accessibility checks by axe."""

import os
import shutil
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, WeakSet

PATIENCE = 15  # seconds
NO_BROWSER = "no chromium found"
# The first one has no windows and needs three quarters of the processor time of the others.
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def chromium() -> str | None:
    """Return the path of the browser: from CHROMIUM, of the system, or of Playwright. None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return found or next((str(path) for path in sorted(own.glob("chromium-*/chrome-linux*/chrome"))), None)


# For each window Chromium renders two pages with suggestions for its address bar, which take two fifths of the time of
# a test. This list replaces Playwright's own list, so it also contains the features of that list that concern pages.
LEFT_OUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning"),
    *("AimEnabled", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch"),
)


def launch(playwright):
    """Launch the browser. It runs until ``playwright`` ends or it is closed."""
    left_out = f"--disable-features={','.join(LEFT_OUT)}"
    return playwright.chromium.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", left_out],
    )


def wait_until(page, expression: str) -> None:
    """Wait until an expression of JavaScript is true on the page.

    ``page.wait_for_function`` evaluates it within the page at its second look, which the policy of our pages forbids.
    """
    ends = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < ends, f"It never came true: {expression}"
        page.wait_for_timeout(20)


def press(target) -> None:
    """Click a link or a button that sends a form, and wait for the next page.

    A page that saves its input sends the form a moment after the click: a test that did not wait would see the previous
    page, or one without the data.
    """
    with target.page.expect_event("load"):  # a form may change the address of its page before it leaves
        target.click()


scriptless = WeakSet()  # windows without JavaScript, in which axe would never finish


def assert_accessible(page, context: str | None = None) -> None:
    """Check that axe finds no violation of WCAG 2.2 AA and its best practice on ``page``."""
    found = faults(_twin(page) if page.context in scriptless else page, context)
    assert not found, f"{page.url}\n" + "\n".join(found)


# The contrast during a fade-in differs from the final one. Endless animations are not waited for.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(one => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => {})))"""


# Passes are most of axe's result: transferring them out of the browser took half as long as the check itself.
VIOLATIONS = """([context, options]) =>
  axeOfTests.run(context ?? document, options).then(found => found.violations)"""
# Of axe's rules for these tags, only the one about sound that starts by itself loads files before it judges. Style
# sheets are loaded for experimental rules, which do not run.
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "resultTypes": ["violations"],
    "preload": {"assets": ["media"]},
}


# Once per document, because reading the script takes as long as judging. Wagtail's editor has an axe of its own.
START = """() => {
  if (!("axeOfTests" in window || "startAxe" in window)) return false;
  window.axeOfTests ??= startAxe();
  return true;
}"""


@cache
def axe_to_start() -> str:
    """Return a script for all documents of a context, which Chromium sends and compiles once."""
    from axe_playwright_python.sync_playwright import Axe

    return f"window.startAxe = () => {{ {Axe().axe_script}\nreturn window.axe; }}; void 0"


def faults(page, context: str | None = None) -> list[str]:
    """Return axe's violations on a page with scripts, after its animations have ended."""
    page.evaluate(SETTLED)
    if not page.evaluate(START):
        page.evaluate(axe_to_start())
        page.evaluate(START)
    return [
        f"{fault['id']}: {fault['help']}\n"
        + "\n".join(f"    {node['html'][:160]}\n    {node['failureSummary']}" for node in fault["nodes"][:4])
        for fault in page.evaluate(VIOLATIONS, [context, OPTIONS])
    ]


_twins = WeakKeyDictionary()  # one window per browser for all copies: it has loaded the style sheets before
NO_SCRIPTS = """<meta http-equiv="Content-Security-Policy" content="script-src 'none'">"""


def _twin(page):
    """Return a copy of the page in a window of the same size that runs axe's script but not the site's."""
    content = page.content().replace("<head>", f"<head>{NO_SCRIPTS}", 1)
    browser = page.context.browser
    if browser not in _twins:
        _twins[browser] = browser.new_page()
        _twins[browser].add_init_script(axe_to_start())
    twin = _twins[browser]
    twin.set_viewport_size(page.viewport_size)
    if urlsplit(twin.url)[:2] == urlsplit(page.url)[:2]:
        # The script of axe stays, which has been compiled and judges three times as fast.
        twin.evaluate("address => history.replaceState(null, '', address)", page.url)
    else:
        twin.route(page.url, lambda route: route.fulfill(body="", content_type="text/html"))
        twin.goto(page.url)
        twin.unroute_all()  # nothing is cached while a route exists
    twin.set_content(content)
    return twin
