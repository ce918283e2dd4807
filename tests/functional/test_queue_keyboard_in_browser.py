"""Keyboard shortcuts of the case queue: down, open, take, note, next case."""

import re

import pytest
from playwright.sync_api import expect

from eservices.cases.models import Case
from tests.factories.cases import CaseFactory, member
from tests.support.pages.desk import CasePage, QueuePage

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def cases():
    return [CaseFactory() for _number in range(3)]


@pytest.fixture
def desk(visit, cases):
    agent = member()
    page = visit(user=agent, clock=True)
    page.agent = agent
    QueuePage(page).open()
    return page


def at(case: Case) -> re.Pattern:
    return re.compile(rf"/admin/cases/{case.reference}/")


def test_keys_move_open_note_and_take(desk, cases):
    keys, note = desk.keyboard, CasePage(desk).note

    # Down the queue, and into a case.
    desk.locator("tbody [type=checkbox]").first.check()  # shortcuts work while a ticked box has the focus
    for key in ("j", "Shift+J", "k"):
        keys.press(key)
    link = desk.locator("tr.at .who-c a")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", f"{cases[0].reference}/")
    keys.press("Enter")
    expect(desk).to_have_url(at(cases[0]))

    # On a phone its reference fits the header.
    desk.set_viewport_size({"width": 360, "height": 740})
    title = desk.locator(".w-breadcrumbs li:last-child a")
    expect(title).to_contain_text(cases[0].reference)
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
    desk.set_viewport_size({"width": 1280, "height": 900})

    # To its note and back.
    for key in "nn":
        keys.press(key)
    expect(note).to_have_value("n")
    keys.press("Escape")
    expect(note).not_to_be_focused()
    keys.press("n")
    expect(note).to_be_focused()
    expect(note).to_have_value("n")
    note.fill("")

    # A key takes the focused case.
    QueuePage(desk).open()
    keys.press("j")
    with desk.expect_navigation():
        keys.press("t")
    assert Case.objects.get(pk=cases[0].pk).assignee == desk.agent

    # A key opens the note of the focused case, where typing is no shortcut.
    QueuePage(desk).open()
    keys.press("j")
    keys.press("n")
    expect(note).to_be_focused()
    opened = desk.url
    keys.type("npt")
    expect(note).to_have_value("npt")
    expect(desk).to_have_url(opened)
    desk.once("dialog", lambda asked: asked.dismiss())
    keys.press("Escape")
    # The second one would leave the case: the browser asks for confirmation, which is dismissed.
    keys.press("Escape")
    expect(desk).to_have_url(opened)
    expect(note).to_have_value("npt")


TWICE = """() => {
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", bubbles: true }));
  press();
  press();
}"""


def test_key_opens_the_next_case_once(desk, cases):
    # After a stopped navigation it works again.
    desk.route(
        "**/next/", lambda route: route.fulfill(status=204), times=1
    )  # 204: the browser stays on the page
    with desk.expect_response("**/next/"):
        desk.keyboard.press("p")
    desk.clock.fast_forward(5000)

    # Pressed twice, it opens one case.
    with desk.expect_navigation():
        desk.evaluate(TWICE)
    expect(desk).to_have_url(at(cases[0]))
    with desk.expect_navigation():
        desk.keyboard.down("p")
    expect(desk).to_have_url(at(cases[1]))
    desk.keyboard.down("p")  # the key is held down: the browser repeats it
    desk.goto("/admin/cases/?view=mine")
    expect(desk.locator("td.who-c")).to_have_count(2)
    desk.keyboard.up("p")
    assert set(Case.objects.filter(assignee=desk.agent)) == set(cases[:2])
