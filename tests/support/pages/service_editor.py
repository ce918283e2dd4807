"""The editor of a service in Wagtail's admin: the outline of its form, and the screen of a step."""

import json

from django.utils.translation import gettext as _
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, press


class ServiceEditorPage:
    """The outline of a form: rows of questions with buttons, and dialogs."""

    def __init__(self, page) -> None:
        self.page = page
        self.dialog = page.locator("dialog[open]")
        self.news = page.locator(".outline [role=status]")

    def open(self, service) -> None:
        self.page.goto(f"/admin/pages/{service.pk}/edit/#form-outline")
        expect(self.page.locator("#form-verdict")).to_be_visible()

    def row(self, label: str):
        link = self.page.get_by_role("link", name=label, exact=True)
        return self.page.locator(".outline-question", has=link).first

    def button(self, label: str, name: str):
        """Return a button of the question: ``down`` or ``menu``."""
        return self.row(label).locator(f"[data-do={name}]")

    def choose(self, label: str, name: str) -> None:
        """Choose from the menu of the question."""
        self.button(label, "menu").click()
        self.page.locator(".outline-menu:popover-open").get_by_role("button", name=name).click()

    def remove(self, label: str) -> None:
        self.choose(label, _("Remove the question…"))
        self.dialog.locator("button[type=submit]").click()

    def publish(self) -> None:
        arrow = self.page.locator("svg.icon-arrow-up")
        self.page.locator("[data-w-dropdown-target=toggle]", has=arrow).last.click()
        press(self.page.get_by_role("button", name="Publier"))


class StepEditorPage:
    """The screen of one step: its questions with their texts and conditions."""

    def __init__(self, page) -> None:
        self.page = page

    def open(self, service, step, question: int = 0) -> None:
        """Open the step at one of its questions."""
        block = step.value["fields"][question]
        self.page.goto(f"/admin/pages/services/{service.pk}/steps/{step.id}/#block-{block.id}")
        expect(self.label(question)).to_be_focused()

    def question(self, number: int):
        return self.page.locator(f'[data-streamfield-child]:has(> input[name="step-fields-{number}-type"])')

    def label(self, number: int):
        return self.page.locator(f"[name=step-fields-{number}-value-label]")

    def condition(self, number: int) -> dict:
        return json.loads(self.page.locator(f"[name=step-fields-{number}-value-condition]").input_value())

    def assert_accessible(self) -> None:
        """Check the form, scrolled to the top, so that nothing is half hidden."""
        self.page.evaluate("document.querySelector('main').scrollTo({top: 0, behavior: 'instant'})")
        assert_accessible(self.page, ".step-form")

    def save(self, title: str) -> None:
        self.page.get_by_role("button", name=_("Save the step")).click()
        saved = _("The step “%(title)s” is saved.") % {"title": title}
        expect(self.page.get_by_text(saved)).to_be_visible()
