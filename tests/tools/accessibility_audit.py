"""Every public page of a running demo commune, in all its languages: asked by axe and the HTML checker, and measured.

usage: python -m tests.tools.accessibility_audit [--url http://localhost:8000] [--vnu vnu.jar] [--only WORD]. Start the
demo first: ``bin/demo``.
Each page is seen on a phone by day, at a desk by night and in large print. What is wrong is printed; the
last line is one JSON object, and where anything is wrong the program ends with 1.
"""

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
    "large print": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}
LARGE = "large"  # the window whose reader chose it
# What no sitemap names: results, nothing found, what is gone, the first steps of what people do.
STATES = [
    *("recherche/", "recherche/?q=d%C3%A9chets", "recherche/?q=xqzw", "recherche/?q=kehricht", "inconnu/"),
    *("infolettre/", "infolettre/archives/", "alertes/", "compte/entrer/", "hors-ligne/"),
]
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Found:
    """What was wrong, as it is printed."""

    pages: int = 0
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)
        print(text, flush=True)


def addresses(url: str) -> list[str]:
    """All that the sitemap names, and the states in each language that it names."""
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
    """The Nu Html Checker, a program in Java of its own. It asks no address of this machine: it reads files."""
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
    """A page as it is sent, of a fault too."""
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
    given = parser.parse_args()
    if not chromium():
        sys.exit(f"{NO_BROWSER}: apt install chromium")
    paths = [one for one in addresses(given.url) if given.only in one]
    found = Found()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, options in WINDOWS.items():
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
