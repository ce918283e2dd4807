"""Keyboard shortcuts of the case queue: down, open, take, note, next case."""

import re

import pytest
from playwright.sync_api import expect

from eservices.cases.models import Case
from tests.factories.cases import CaseFactory, member
from tests.functional.test_journeys import sign_in

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def cases():
    return [CaseFactory() for _number in range(3)]


@pytest.fixture
def desk(visit, client, live_server, cases):
    page = visit()
    page.agent = member()
    sign_in(page, client, live_server, page.agent)
    page.goto("/admin/cases/")
    return page


def at(case: Case) -> re.Pattern:
    return re.compile(rf"/admin/cases/{case.reference}/")


def test_keys_move_down_the_queue_and_open_a_case(desk, cases):
    desk.locator("tbody [type=checkbox]").first.check()  # shortcuts work while a ticked box has the focus
    for key in ("j", "Shift+J", "k"):
        desk.keyboard.press(key)
    link = desk.locator("tr.at .who-c a")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", f"{cases[0].reference}/")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(at(cases[0]))


def test_key_takes_the_focused_case(desk, cases):
    desk.keyboard.press("j")
    with desk.expect_navigation():
        desk.keyboard.press("t")
    assert Case.objects.get(pk=cases[0].pk).assignee == desk.agent


def test_key_opens_the_note_where_typing_is_no_shortcut(desk, cases):
    desk.keyboard.press("j")
    desk.keyboard.press("n")
    note = desk.locator("#note_text")
    expect(note).to_be_focused()
    desk.keyboard.type("npt")
    expect(note).to_have_value("npt")
    expect(desk).to_have_url(at(cases[0]))
    desk.once("dialog", lambda asked: asked.dismiss())
    desk.keyboard.press("Escape")
    desk.keyboard.press(
        "Escape"
    )  # would leave the case: the browser asks for confirmation, which is dismissed
    expect(desk).to_have_url(at(cases[0]))
    expect(note).to_have_value("npt")


def test_key_returns_to_the_note_of_a_case(desk, cases):
    desk.goto(f"/admin/cases/{cases[0].reference}/")
    note = desk.locator("#note_text")
    for key in "nn":
        desk.keyboard.press(key)
    expect(note).to_have_value("n")
    desk.keyboard.press("Escape")
    expect(note).not_to_be_focused()
    desk.keyboard.press("n")
    expect(note).to_be_focused()
    expect(note).to_have_value("n")


TWICE = """() => {
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", bubbles: true }));
  press();
  press();
}"""


def test_next_case_key_opens_one_case_even_if_pressed_twice(desk, cases):
    with desk.expect_navigation():
        desk.evaluate(TWICE)
    expect(desk).to_have_url(at(cases[0]))
    with desk.expect_navigation():
        desk.keyboard.down("p")
    expect(desk).to_have_url(at(cases[1]))
    desk.keyboard.down("p")  # the key is held down: the browser repeats it
    desk.goto("/admin/cases/?view=mine")
    expect(desk.locator("td.who-c")).to_have_count(2)
    assert set(Case.objects.filter(assignee=desk.agent)) == set(cases[:2])


def test_next_case_key_works_again_after_a_stopped_navigation(desk, cases):
    desk.clock.install()
    desk.goto("/admin/cases/")
    desk.route(
        "**/next/", lambda route: route.fulfill(status=204), times=1
    )  # 204: the browser stays on the page
    with desk.expect_response("**/next/"):
        desk.keyboard.press("p")
    desk.clock.fast_forward(5000)
    with desk.expect_navigation():
        desk.keyboard.press("p")
    expect(desk).to_have_url(at(cases[0]))


def test_case_reference_fits_the_header_on_a_phone(visit, client, live_server, cases):
    phone = visit(width=360, height=740)
    sign_in(phone, client, live_server, member())
    phone.goto(f"/admin/cases/{cases[0].reference}/")
    title = phone.locator(".w-breadcrumbs li:last-child a")
    expect(title).to_contain_text(cases[0].reference)
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
