"""A room booking in the browser: booked on the calendar, confirmed, moved and cancelled."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eservices.bookings.models import Booking, WaitingEntry
from eservices.cases import process
from eservices.cases.models import Case, Role
from tests.factories.bookings import rate, resource
from tests.factories.cases import TeamFactory, member
from tests.factories.formbuilder import content, options, question, step
from tests.factories.payments import entry
from tests.factories.submissions import FormVersionFactory
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")

WEEK = timedelta(days=7)


@pytest.fixture
def hire(site):
    """Publish a service with two rooms, priced by who books, that an agent decides."""
    for key, amount in (("habitant", 18_000), ("societe", 9_000), ("petite", 2_000)):
        entry(key, amount)
    prices = [
        rate("habitant", who="habitant"),
        rate("societe", who="societe"),
        rate("petite", what="cleaning", asked=True),
    ]
    resource(rates=prices, capacity=120, team=TeamFactory())
    resource("petite", rates=[rate("petite", per="hour")], capacity=20)
    who = question("qui", "choice", required=True, options=options("habitant", "societe"))
    asked = {"resources": ["salle", "petite"], "who": "qui", "waiting": True, "repeats": True}
    made = content(
        step("un", who, question("courriel", "email", required=True)),
        step("deux", question("quand", "booking", required=True, settings=asked)),
        slug="salle",
        stages=[{"key": "decider", "type": "decision"}, {"key": "reserver", "type": "booking"}],
        settings={"team": "habitants", "days": 3, "applicant": {"email": "courriel", "name": []}},
    )
    return FormVersionFactory(form__slug="salle", content=made)


def settled(page) -> None:
    """Wait until the calendar has been updated."""
    expect(page.locator("[data-booking][aria-busy]")).to_have_count(0)


def choose(page, name: str, day, start: int, end: int) -> None:
    """Choose a day of the shown month or of the next, and a span on it, in the calendar."""
    button = page.locator(f"button[value='day {day.isoformat()}']")
    if not button.count():
        page.locator("[data-keep=later]").click()
        settled(page)
    button.click()
    expect(page.locator(f"#id_{name}-from")).to_be_focused()
    for part, hour in (("start", start), ("to", end)):
        value = page.locator(f"#id_{name}-{part} option[value*='T{hour:02}:00']").get_attribute("value")
        page.select_option(f"#id_{name}-{part}", value)
        settled(page)


def go_on(page) -> None:
    press(page.locator("#filing > p.go .btn"))


def open_calendar(page) -> None:
    """Fill in the first step, and go on to the calendar in the second."""
    page.goto("/demande/salle/")
    page.get_by_label("societe").check()
    page.locator("[name=courriel]").fill("ada@courriel.example")
    go_on(page)


def test_recurring_booking_survives_paging_to_the_next_month(hire, visit):
    month = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    page = visit()
    open_calendar(page)
    page.locator("[name=quand-resource][value=salle]").check()
    settled(page)
    choose(page, "quand", month + WEEK, 18, 20)
    page.locator("details:has(#id_quand-repeat) summary").click()
    page.select_option("#id_quand-repeat", "1")
    page.locator("#id_quand-until").fill((month + 3 * WEEK).isoformat())
    page.locator("[data-keep=later]").click()
    expect(page.locator("#id_quand-from")).to_have_count(0)
    settled(page)
    go_on(page)
    assert Booking.objects.count() == 3


@pytest.mark.database
def test_room_is_booked_by_phone_confirmed_moved_and_cancelled(hire, visit, live_server, settings):
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    month = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    phone = visit(width=360, height=740, has_touch=True, is_mobile=True)
    open_calendar(phone)
    phone.get_by_label("Petite").check()
    expect(phone.locator(".cal")).to_be_visible()
    assert_accessible(phone)
    phone.locator("[name=quand-resource][value=salle]").check()
    expect(phone.locator("[name=quand-resource][value=salle]")).to_be_checked()
    settled(phone)
    choose(phone, "quand", month + WEEK, 18, 22)
    expect(phone.locator("[data-sum]")).to_have_text(re.compile("90"))
    phone.get_by_label("Nettoyage").check()
    expect(phone.locator("[data-sum]")).to_have_text(re.compile("110"))
    assert_accessible(phone)
    for view in ("week", "list", "month"):
        phone.locator(f"[data-keep={view}]").click()
        expect(phone.locator(f"[data-keep={view}]")).to_have_attribute("aria-current", "true")
    phone.evaluate("document.documentElement.style.fontSize = '200%'")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    on_one_line = "days => days.every(day => day.getClientRects().length == 1)"
    assert phone.locator(".cal abbr").evaluate_all(on_one_line)
    go_on(phone)
    phone.locator("[name=declared]").check()
    press(phone.locator("main form .btn").last)
    expect(phone.get_by_text(Case.objects.get().reference).first).to_be_visible()
    case, booking = Case.objects.get(), Booking.objects.get()
    assert (booking.state, timezone.localtime(booking.starts_at).hour) == ("provisional", 18)

    day = (month + WEEK).isoformat()
    phone.goto(f"/liste-d-attente/salle/quand/?resource=salle&day={day}")
    assert_accessible(phone)
    for part, hour in (("start", 19), ("end", 21)):
        value = phone.locator(f"[name={part}] option[value*='T{hour}:00']").get_attribute("value")
        phone.select_option(f"[name={part}]", value)
    phone.locator("[name=email]").fill("bea@courriel.example")
    press(phone.locator("main form .btn"))
    expect(phone.locator("h1")).to_have_text("Vous êtes sur la liste d’attente")
    assert_accessible(phone)
    phone.goto(f"/liste-d-attente/{WaitingEntry.objects.get().secret}/")
    expect(phone.locator("button[name=leave]")).to_be_visible()
    assert_accessible(phone)

    agent = visit(user=member(Role.DECIDE, case.team))
    agent.goto("/admin/bookings/waiting/")
    expect(agent.get_by_text("bea@courriel.example").first).to_be_visible()
    assert_accessible(agent, ".desk")
    agent.goto(f"/admin/cases/{case.reference}/")
    accept = agent.locator("details:has(form[action$='/accept/'])")
    accept.locator("summary").click()
    press(accept.locator(".btn"))
    expect(agent.get_by_text("confirmée").first).to_be_visible()
    process.advance_case(case.pk)
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    agent.reload()
    for deed in agent.locator("section:has(#bookings) details summary").all():  # handing over, and cancelling
        deed.click()
    assert_accessible(agent, ".desk")

    place = f"/dossier/{case.links.get(mailed=True).secret}/"
    phone.goto(place)
    assert_accessible(phone)
    press(phone.get_by_role("link", name=re.compile("^Déplacer")))
    choose(phone, "time", month + 2 * WEEK, 10, 14)
    assert_accessible(phone)
    press(phone.locator("main form p.go .btn").last)
    expect(phone.locator("#bookings")).to_be_visible()
    booking.refresh_from_db()
    assert timezone.localtime(booking.starts_at).date() == month + 2 * WEEK
    press(phone.get_by_role("link", name=re.compile("^Annuler")))
    assert_accessible(phone)
    press(phone.locator("main form .btn"))
    expect(phone.get_by_text("annulée").first).to_be_visible()
    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_booking_calendar_works_on_a_phone_without_javascript(hire, phone):
    month = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    day = (month + WEEK).isoformat()
    open_calendar(phone)

    def presses(button) -> None:
        press(button)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone.get_by_label("Petite").check()
    presses(phone.locator("button[value=show]"))
    phone.locator("[name=quand-resource][value=salle]").check()
    presses(phone.locator("[data-keep=later]"))
    for view, shown in (("week", ".days"), ("list", ".days"), ("month", ".cal")):
        presses(phone.locator(f"[data-keep={view}]"))
        expect(phone.locator(f"[data-keep={view}]")).to_have_attribute("aria-current", "true")
        expect(phone.locator(shown)).to_be_visible()
    assert_accessible(phone)
    presses(phone.locator(f"button[value='day {day}']"))
    expect(phone.locator("#id_quand-from")).to_be_in_viewport()  # the page opens at the next input
    for part, hour in (("start", 18), ("to", 20)):
        value = phone.locator(f"#id_quand-{part} option[value*='T{hour}:00']").get_attribute("value")
        phone.select_option(f"#id_quand-{part}", value)
    phone.get_by_label("Nettoyage").check()
    presses(phone.locator("button[value=price]"))
    assert_accessible(phone)
    expect(phone.locator("[data-sum]")).to_have_text(re.compile("110"))
    go_on(phone)
    held = Booking.objects.get()
    assert (held.state, held.resource.key, f"{timezone.localtime(held.starts_at):%Y-%m-%d %H}") == (
        "held",
        "salle",
        f"{day} 18",
    )


def test_booking_calendar_works_by_keyboard_on_a_small_screen(hire, visit):
    month = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    page = visit(width=360, height=740)
    keys = page.keyboard
    open_calendar(page)

    def tabs_to(target) -> None:
        for _ in range(60):
            if target.evaluate("one => one === document.activeElement"):
                return
            keys.press("Tab")
        raise AssertionError("never reached by Tab")

    page.locator("[name=quand-resource]").first.focus()
    keys.press("Space")
    expect(page.locator(".cal")).to_be_visible()
    settled(page)
    later = page.locator("[data-keep=later]")
    tabs_to(later)
    keys.press("Enter")
    settled(page)
    expect(page.locator(f"button[value='day {month.isoformat()}']")).to_be_visible()
    expect(later).to_be_focused()
    news, shown = page.locator("form > [role=status]"), page.locator(".month h2")
    expect(news).to_have_text(shown.inner_text())  # the new month is announced

    def day(number: int):
        return page.locator(f"button[value='day {month.replace(day=number).isoformat()}']")

    tabs_to(day(1))
    for key, reached in (
        ("ArrowRight", 2),
        ("ArrowDown", 9),
        ("ArrowLeft", 8),
        ("ArrowUp", 1),
        ("ArrowDown", 8),
    ):
        keys.press(key)
        expect(day(reached)).to_be_focused()
    keys.press("PageDown")
    settled(page)
    expect(day(8)).to_have_count(0)
    expect(later).to_be_focused()
    expect(news).to_have_text(shown.inner_text())
    page.locator("[data-keep=earlier]").focus()
    keys.press("Enter")
    settled(page)
    tabs_to(day(8))
    keys.press("Enter")
    expect(page.locator("#id_quand-from")).to_be_focused()
    assert_accessible(page)
    for part in ("start", "to"):  # the update is announced, and the focus does not move
        select = page.locator(f"#id_quand-{part}")
        tabs_to(select)
        keys.press("ArrowDown")
        settled(page)
        expect(page.locator(f"#id_quand-{part}")).to_be_focused()
        expect(page.locator(f"#id_quand-{part}")).not_to_have_value("")
        expect(news).not_to_contain_text(shown.inner_text())  # the month did not change
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tabs_to(page.locator("#filing > p.go .btn"))
    with page.expect_navigation():
        keys.press("Enter")
    held = Booking.objects.get()
    assert (held.state, timezone.localtime(held.starts_at).date()) == ("held", month.replace(day=8))


def test_days_listed_are_navigated_by_arrow_and_page_keys(hire, visit):
    start = timezone.localdate() + 2 * WEEK
    monday = start - timedelta(days=start.weekday())
    page = visit(width=360, height=740)
    keys, days = page.keyboard, page.locator(".days button")
    open_calendar(page)
    page.locator("[name=quand-resource]").first.focus()
    keys.press("Space")
    settled(page)

    def day(number: int) -> str:
        return days.nth(number).get_attribute("value")

    for view in ("week", "list"):
        button = page.locator(f"[data-keep={view}]")
        button.focus()
        keys.press("Enter")
        settled(page)
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-current", "true")
        while not days.count() or day(0) < f"day {monday.isoformat()}":  # this week may have no days left
            page.locator("[data-keep=later]").focus()
            keys.press("Enter")
            settled(page)
        days.first.focus()
        # All arrows move to the next or the previous day, because days are listed below each other. Closed days are
        # skipped.
        for key, reached in (
            ("ArrowDown", 1),
            ("ArrowRight", 2),
            ("ArrowUp", 1),
            ("ArrowLeft", 0),
            ("ArrowLeft", 0),
        ):
            keys.press(key)
            expect(days.nth(reached)).to_be_focused()
        assert_accessible(page)
        first, shown = day(0), page.locator(".month h2").inner_text()
        keys.press("PageDown")
        settled(page)
        assert day(0) > first
        expect(page.locator(".month h2")).not_to_have_text(shown)
        expect(page.locator("form > [role=status]")).to_have_text(page.locator(".month h2").inner_text())
        expect(page.locator("[data-keep=later]")).to_be_focused()
        chosen = day(0)
        days.first.focus()
        keys.press("Enter")
        expect(page.locator("#id_quand-from")).to_be_focused()
        expect(page.locator(f"button[value='{chosen}']")).to_have_attribute("aria-current", "date")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
