"""Audit of every public page of a running demo, in all languages: axe, the HTML checker and the page's width."""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tests.support.browser import NO_BROWSER, chromium, faults, launch

LOCATION = re.compile(r"<loc>https?://[^/<]+([^<]*)</loc>")
WINDOWS = {
    "phone by day": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "desk by night": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "small phone by night": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    "desk by day": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "large print": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}
LARGE = "large"  # the window with the preference for large print
# Pages that are in no sitemap: search results, no results, page not found, first steps of forms.
STATES = [
    *("recherche/", "recherche/?q=d%C3%A9chets", "recherche/?q=xqzw", "recherche/?q=kehricht", "inconnu/"),
    *("infolettre/", "infolettre/archives/", "alertes/", "compte/entrer/", "hors-ligne/"),
]
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Found:
    """Collector of findings, which it also prints."""

    pages: int = 0
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)
        print(text, flush=True)


def addresses(url: str) -> list[str]:
    """Return all addresses in the sitemap, and the ``STATES`` in each language that it contains."""
    with urlopen(f"{url}/sitemap.xml") as answer:
        named = list(dict.fromkeys(LOCATION.findall(answer.read().decode()) or ["/"]))
    prefixes = sorted({found[0] for path in named if (found := re.match(r"/[a-z]{2}/", path))} | {"/"})
    return [*named, *(prefix + state for prefix in prefixes for state in STATES)]


def look(window: Page, paths: list[str], name: str, found: Found) -> None:
    for path in paths:
        window.goto(path)
        found.pages += 1
        for fault in faults(window):
            found.say(f"{name}, {path}: {fault}")
        if (beyond := window.evaluate(TOO_WIDE)) > 0:
            found.say(f"{name}, {path}: {beyond} px too wide")


def check_html(jar: str, url: str, paths: list[str], found: Found) -> None:
    """Check pages with the Nu Html Checker, a Java program. It reads files, because it requests no local address."""
    with TemporaryDirectory() as folder:
        names = {f"{number}.html": path for number, path in enumerate(paths)}
        for name, path in names.items():
            Path(folder, name).write_bytes(content(url + path))
        command = ["java", "-jar", jar, "--errors-only", "--format", "json", "--exit-zero-always", folder]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    for message in json.loads(answer.stderr)["messages"]:
        path = names[Path(message["url"]).name]
        found.say(f"HTML, {path}: {message['message']} {message.get('extract', '')}")


def content(url: str) -> bytes:
    """Return a page as it is sent, error pages too."""
    try:
        with urlopen(url) as answer:
            return answer.read()
    except HTTPError as fault:
        return fault.read()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--vnu", help="the jar of the Nu Html Checker")
    parser.add_argument("--only", default="", help="only addresses with this word")
    parser.add_argument(
        "--window", choices=WINDOWS, action="append", help="only this window; may be repeated"
    )
    given = parser.parse_args()
    if not chromium():
        sys.exit(f"{NO_BROWSER}: apt install chromium")
    paths = [one for one in addresses(given.url) if given.only in one]
    found = Found()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in given.window or WINDOWS:
            options = WINDOWS[name]
            context = browser.new_context(base_url=given.url, service_workers="block", **options)
            if LARGE in name:
                context.add_cookies([{"name": "look", "value": LARGE, "url": given.url}])
            look(context.new_page(), paths, name, found)
            context.close()
        browser.close()
    if given.vnu:
        check_html(given.vnu, given.url, paths, found)
    print(json.dumps({"addresses": len(paths), "seen": found.pages, "wrong": len(found.said)}))
    return 1 if found.said else 0


if __name__ == "__main__":
    sys.exit(main())
