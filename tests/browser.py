"""Finding a chromium, and asking axe about a page."""

import os
import shutil
from functools import cache
from pathlib import Path

NO_BROWSER = "no chromium found"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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


def assert_accessible(page, context: str | None = None) -> None:
    """No axe violation on ``page`` as it stands, in WCAG 2.2 AA and axe's best practice.

    Where the page runs without JavaScript, its HTML is put into a page that may run axe.
    """
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page, context=context, options={"runOnly": {"type": "tag", "values": RULES}})
    faults = [
        f"{fault['id']}: {fault['help']}\n"
        + "\n".join(f"    {node['html'][:160]}\n    {node['failureSummary']}" for node in fault["nodes"][:4])
        for fault in results.response["violations"]
    ]
    assert not faults, f"{page.url}\n" + "\n".join(faults)
