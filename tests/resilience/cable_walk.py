"""A walk through a form of the demo on a line that is cut: nothing typed is lost, and the request is sent once.

usage: python -m tests.resilience.cable_walk http://127.0.0.1:8000. Needs a running demo and a chromium.

The browser reaches the demo through a line that drops one request of the form, or its response, in each walk: each
request in turn. The service worker runs as for residents. The line is mended as soon as the page tells that there is no
connection; the browser's own error page fails the walk, as does anything lost.
"""

import argparse
import re
import time
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Error, sync_playwright

from tests.benchmarks.server import HOST
from tests.resilience.cut_line import Line
from tests.resilience.reporting import report_and_exit
from tests.support.browser import launch, wait_until

PATIENCE = 20  # seconds
READS = 3  # seconds to read the answers: who sends sooner is asked again
REQUEST = re.compile(rb"(GET|POST) (/demande/\S*) HTTP")
CONTROLLED = "!!navigator.serviceWorker.controller"
OFFLINE = "Pas de connexion"  # the title of the page for when there is no network
TELLS = "#press, #saved[data-state=away], .travels .msg"
BACK = "dispatchEvent(new Event('online'))"
FORM = "macaron"
BEGINS = (date.today() + timedelta(days=10)).strftime("%d.%m.%Y")
EMAIL = f"elodie.{time.time():.0f}@courriel.example"  # messages to an address are limited
# Answers to the steps of the form, as they are typed or picked.
STEPS = {
    "vehicule": {"statut": "habitant", "plaque": "VD 123456", "detenteur": "true"},
    "duree": {"debut": BEGINS, "duree": "an", "second": "false"},
    "titulaire": {
        "nom": "Marchetti",
        "prenom": "Élodie",
        "email": EMAIL,
        "adresse-street": "Rue du Lac",
        "adresse-number": "14",
    },
}
TYPED = ("VD 123", "Marchetti", "Élodie", EMAIL, "permis.jpg")  # shown before it is sent
REFERENCE = re.compile(r"ORV-\d\d-(\d+)")


class RequestLine(Line):
    """A line that is cut at one request of a form: before it arrives, or before its response does."""

    def __init__(self, target: int):
        super().__init__(target)
        self.requests: list[str] = []
        self.point, self.answered = -1, False

    def cut_at(self, point: int, *, answered: bool) -> None:
        """Cut the line at the request of this number, from 0; -1 for never."""
        self.requests, self.is_cut, self.point, self.answered = [], False, point, answered

    def mend(self) -> None:
        self.is_cut = False

    def passes(self, read: bytes, *, is_request: bool) -> bool:
        """Return whether these bytes arrive. The line may be cut from here on."""
        if is_request and (found := REQUEST.match(read)):
            self.requests.append(b" ".join(found.groups()).decode())
            if len(self.requests) - 1 == self.point:
                self.is_cut = True
                return self.answered
        return is_request or not self.is_cut


class Walk:
    """A walk through the form by a browser, which mends the line once the page tells that it is cut."""

    def __init__(self, page, line: RequestLine) -> None:
        self.page, self.line = page, line
        self.told = 0  # how often the page said that there is no connection

    def walk(self) -> int:
        """Walk from the first step to the receipt; return the number of the request."""
        self.page.goto(f"/demande/{FORM}/")
        for step, answers in STEPS.items():
            first = f"[name^='{next(iter(answers))}']"
            self.until(lambda first=first: self.page.locator(first).count())
            for name, value in answers.items():
                self.answer(name, value)
            if step == "vehicule":
                self.page.set_input_files("#id_permis_circulation", photo())
                self.until(lambda: self.page.locator("#id_permis_circulation-files li").count() == 1)
            self.press()
        self.until(lambda: self.page.url.endswith("/verifier/"))
        kept = self.page.locator("main").inner_text()
        for word in TYPED:
            assert word in kept, f"{word} is lost"
        self.page.wait_for_timeout(READS * 1000)
        self.page.locator("[name=declared]").check()
        self.press()
        self.until(lambda: self.page.url.endswith("/envoyee/"))
        return int(REFERENCE.search(self.page.locator("main").inner_text())[1])

    def answer(self, name: str, value: str) -> None:
        choice = self.page.locator(f'[name="{name}"][value="{value}"]')
        if choice.count():
            choice.check()
        elif (days := self.page.locator(f"#id_{name}-day")).count():
            for part, text in zip(("day", "month", "year"), value.split("."), strict=True):
                self.page.locator(f"#id_{name}-{part}").fill(text)
            assert days.input_value()
        else:
            self.page.locator(f"#id_{name}").fill(value, timeout=5_000)

    def press(self) -> None:
        """Press the button of the page, and wait for another page."""
        self.page.evaluate("window.isPressed = true")
        self.page.locator("form > p.go .btn, form > div > p.go .btn").first.click()
        self.until(lambda: not self.page.evaluate("!!window.isPressed"))

    def until(self, arrived) -> None:
        ends = time.monotonic() + PATIENCE
        while not self.has(arrived):
            assert time.monotonic() < ends, f"{self.page.url} stays: {self.page.title()}, {self.errors()}"
            self.page.wait_for_timeout(30)

    def errors(self) -> list[str]:
        return self.page.locator("main .errors, #press").all_inner_texts()

    def has(self, arrived) -> bool:
        assert not self.page.url.startswith("chrome-error:"), "the browser's own page appeared"
        with suppress(Error):  # one page replaces another
            shown = self.page.evaluate("document.readyState") == "complete"
            is_offline = OFFLINE in self.page.title()
            if shown and not is_offline and arrived():
                return True
            if self.line.is_cut and (is_offline or self.page.locator(TELLS).locator("visible=true").count()):
                self.told += 1
                self.line.mend()
                self.page.evaluate(BACK)
        return False


def photo() -> dict:
    content = BytesIO()
    Image.effect_noise((60, 40), time.monotonic() % 50 + 1).save(content, "JPEG")  # another one each time
    return {"name": "permis.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("demo", help="the address of a running demo")
    parser.add_argument("--most", type=int, default=1000, help="the most requests to cut at")
    given = parser.parse_args()
    line = RequestLine(urlsplit(given.demo).port)
    figures, faults, numbers = {"walks": 0, "cuts": 0, "told": 0}, [], list[int]()

    def walk(playwright_browser, point: int, *, answered: bool) -> None:
        context = playwright_browser.new_context(
            base_url=f"http://{HOST}:{line.port}", service_workers="allow"
        )
        page = context.new_page()
        line.cut_at(-1, answered=False)
        page.goto("/")
        wait_until(page, CONTROLLED)
        line.cut_at(point, answered=answered)
        one = Walk(page, line)
        where = f"cut {'after' if answered else 'before'} request {point}"
        try:
            numbers.append(one.walk())
        except (AssertionError, Error) as fault:
            at = line.requests[point] if 0 <= point < len(line.requests) else ""
            faults.append(f"{where} ({at}): {fault}")
        figures["walks"] += 1
        figures["cuts"] += 0 <= point < len(line.requests)
        figures["told"] += one.told
        context.close()

    with sync_playwright() as playwright:
        browser = launch(playwright)
        walk(browser, -1, answered=False)
        whole = list(line.requests)
        print(*whole, sep="\n")
        for answered in (False, True):
            for point in range(1, min(len(whole), given.most + 1)):  # the first opens the form
                walk(browser, point, answered=answered)
    if len(set(numbers)) != numbers[-1] - numbers[0] + 1:  # nobody else may use the demo meanwhile
        faults.append(f"a request was sent twice, or not at all: {numbers}")
    report_and_exit(figures, faults)


if __name__ == "__main__":
    main()
