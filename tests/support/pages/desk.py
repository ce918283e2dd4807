"""The desk of agents: the queue of cases, and the page of a case."""

import re

from playwright.sync_api import expect

from tests.support.browser import press


class QueuePage:
    """The queue, from which agents open cases."""

    def __init__(self, page) -> None:
        self.page = page

    def open(self, query: str = "") -> None:
        self.page.goto(f"/admin/cases/{query}")

    def open_case(self, case) -> "CasePage":
        """Follow the link of a case by the name of its applicant."""
        self.page.get_by_role("link", name=re.compile(case.applicant)).first.click()
        expect(self.page.locator(".desk h1")).to_have_text(case.applicant)
        return CasePage(self.page)


class CasePage:
    """A case with the forms of its steps."""

    def __init__(self, page) -> None:
        self.page = page
        self.note = page.locator("#note_text")

    def open(self, case) -> None:
        self.page.goto(f"/admin/cases/{case.reference}/")

    def unfold(self, form: str):
        """Unfold a form, ``ask`` or ``refuse``, and return it."""
        unfolded = self.page.locator(f"#{form}")
        unfolded.locator("summary").click()
        return unfolded

    def send(self, form: str, text: str) -> None:
        self.page.locator(f"#{form} textarea").first.fill(text)
        press(self.page.locator(f"#{form} .btn"))
