"""Schedule of bookings: moved by an agent with mouse and keyboard, and seen by a resident on a phone."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eservices.bookings import actions
from eservices.bookings.models import BlockedTime, Booking, ImportedCalendar
from eservices.cases.models import Role
from tests.factories.bookings import booking, resource
from tests.factories.cases import TeamFactory, member
from tests.support.browser import assert_accessible, wait_until

pytestmark = pytest.mark.usefixtures("transactional_db")
FITS = "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('main'))"
PLAN = "/admin/bookings/"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def monday():
    """Return the Monday after next, so that the week has no past days."""
    today = timezone.localdate()
    return datetime.combine(today + timedelta(days=14 - today.weekday()), datetime.min.time())


def at(day, hour) -> str:
    return (day + timedelta(hours=hour)).isoformat(timespec="minutes")


def test_bookings_are_moved_by_mouse_and_keys_and_shown_publicly(visit, site, monday):
    team = TeamFactory(key="salles", name="Salles")
    hall, lodge = resource("grande", team=team), resource("refuge", team=team)
    yoga = booking(hall, at(monday, 18), at(monday, 20), title="Yoga", public=True)
    booking(lodge, at(monday, 19), at(monday, 21), title="Chorale")
    page = visit(user=member(Role.TREAT, team))
    asked = f"?day={monday:%Y-%m-%d}&view="

    # Dragging onto another booking names it and moves nothing.
    page.goto(f"{PLAN}{asked}week")
    assert_accessible(page)
    dialog = page.locator("dialog")
    page.get_by_role("link", name="Yoga").drag_to(
        page.locator(f'[data-row=refuge] [data-day="{monday:%Y-%m-%d}"]')
    )
    expect(dialog).to_contain_text("Chorale")
    assert_accessible(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        dialog.get_by_role("button", name="Déplacer").click()
    expect(dialog).to_contain_text("Chorale")
    page.keyboard.press("Escape")

    # Keys move it, and the focus is on the next control. Opened without a move: on the first input.
    expect(page.locator("kbd", has_text="Échap")).to_be_visible()
    bar = page.get_by_role("link", name="Yoga")
    bar.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Quoi", exact=True)).to_be_focused()
    page.keyboard.press("Escape")

    # Moved onto another booking: on the reason, because the next press can only cancel.
    bar.focus()
    for key in ("m", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(dialog.get_by_role("status")).to_be_focused()
    expect(dialog.get_by_role("status")).to_contain_text("Chorale")
    page.keyboard.press("Escape")

    # Moved to the next day, which is free: on the button that confirms the move.
    bar.focus()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(dialog).to_contain_text("C’est libre")
    expect(dialog.get_by_role("button", name="Déplacer")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("La réservation est déplacée.")).to_be_visible()
    yoga.refresh_from_db()
    assert timezone.localtime(yoga.starts_at).replace(tzinfo=None) == monday + DAY + 18 * HOUR

    # In the day view, arrow keys move it by the time step of the room.
    page.goto(f"{PLAN}?view=day&day={monday + timedelta(days=1):%Y-%m-%d}")
    assert_accessible(page, ".desk")
    page.get_by_role("link", name="Yoga").focus()
    for key in ("m", "ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(dialog).to_contain_text("C’est libre")
    with page.expect_navigation():
        dialog.get_by_role("button", name="Déplacer").click()
    assert timezone.localtime(Booking.objects.get(pk=yoga.pk).starts_at).hour == 16

    # The caretaker's list is printed without the controls.
    page.goto(f"{PLAN}?view=list&day={monday:%Y-%m-%d}")
    assert_accessible(page, ".desk")
    page.emulate_media(media="print")
    expect(page.locator("table.sheet", has_text="Yoga")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()
    expect(page.locator("nav.views")).to_be_hidden()

    # The public page shows bookings, but not who booked a private one.
    page = visit(width=360, javascript=False)
    for view in ("mois", "semaine"):
        page.goto(f"/reservations/grande/?vue={view}&jour={monday:%Y-%m-%d}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    expect(page.get_by_text("Yoga")).to_be_visible()
    page.goto(f"/reservations/refuge/?vue=semaine&jour={monday:%Y-%m-%d}")
    expect(page.get_by_text("Chorale")).to_have_count(0)
    expect(page.get_by_text("occupée")).to_be_visible()


def test_booking_is_dragged_to_another_day_room_and_hour(visit, site, monday):
    team = TeamFactory(key="salles", name="Salles")
    hall = resource("grande", team=team)
    resource("refuge", team=team)
    yoga = booking(hall, at(monday, 18), at(monday, 20), title="Yoga")
    page = visit(user=member(Role.TREAT, team))
    bar, dialog = page.get_by_role("link", name="Yoga"), page.locator("dialog")

    def move() -> tuple:
        """Confirm the move and return the room, the start and the length in hours."""
        expect(dialog).to_contain_text("C’est libre")
        yoga.refresh_from_db()
        before = yoga.starts_at
        with page.expect_navigation():
            dialog.get_by_role("button", name="Déplacer").click()
        expect(page.get_by_text("La réservation est déplacée.")).to_be_visible()
        yoga.refresh_from_db()
        assert yoga.starts_at != before or yoga.resource.key != "grande"
        length = yoga.ends_at - yoga.starts_at
        return yoga.resource.key, timezone.localtime(yoga.starts_at).replace(tzinfo=None), length // HOUR

    page.goto(f"{PLAN}?view=week&day={monday:%Y-%m-%d}")
    wednesday = monday + 2 * DAY
    bar.drag_to(page.locator(f'[data-row=grande] [data-day="{wednesday:%Y-%m-%d}"]'))
    assert move() == ("grande", wednesday + 18 * HOUR, 2)
    bar.drag_to(page.locator(f'[data-row=refuge] [data-day="{wednesday:%Y-%m-%d}"]'))
    assert move() == ("refuge", wednesday + 18 * HOUR, 2)

    # In the day view, it moves by the time step of the room, wherever the mouse holds it.
    booking(hall, at(wednesday, 9), at(wednesday, 9.5), title="Remise des clés")
    page.goto(f"{PLAN}?view=day&day={wednesday:%Y-%m-%d}")
    half = page.get_by_role("link", name="Remise des clés")  # too narrow for its title, but not higher
    assert half.bounding_box()["height"] <= bar.bounding_box()["height"]
    assert "9 h 30" in half.get_attribute("title").replace("\N{NO-BREAK SPACE}", " ")
    box, track = bar.bounding_box(), page.locator("[data-row=refuge]").bounding_box()
    hour = box["width"] / 2
    x, y = box["x"] + 8, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 4.2 * hour, y, steps=8)
    expect(page.locator(".ghost")).to_contain_text("14:00")
    page.mouse.up()
    assert move() == ("refuge", wednesday + 14 * HOUR, 2)

    # A booking that is dropped outside the schedule, or whose move is cancelled, does not move.
    page.mouse.move(bar.bounding_box()["x"] + 8, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] / 2, 4, steps=5)
    page.mouse.up()
    expect(page.locator(".ghost")).to_have_count(0)
    expect(dialog).to_be_hidden()
    page.mouse.move(bar.bounding_box()["x"] + 8, y)
    page.mouse.down()
    page.mouse.move(x + hour, y, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(dialog).to_be_hidden()
    yoga.refresh_from_db()
    assert timezone.localtime(yoga.starts_at).hour == 14


def test_schedule_figures_and_calendar_pages_fit(visit, site, monday, admin_user):
    hall = resource("grande")
    resource(
        "mehrzweckgebaeudeturnhalle"
    )  # a word that does not fit on a line of a phone beside three numbers
    booking(hall, at(monday, 23), at(monday, 23.5), title="Fête")  # after closing time
    booking(hall, at(monday, 18), at(monday, 20), title="Yoga")
    BlockedTime.objects.create(
        unit=hall.uses.get().unit,
        starts_at=monday.astimezone(),
        ends_at=(monday + DAY).astimezone(),
        reason="Parquet",
    )
    ImportedCalendar.objects.create(
        unit=hall.uses.get().unit, name="Voisins", url="https://voisins.example/a.ics", fault="404"
    )
    actions.renew_link(actor=admin_user, resource=hall)
    page = visit(user=admin_user)
    for path, seen in (("figures/", "Grande"), ("outside/", "Fête"), ("calendars/", "Grande")):
        page.goto(f"{PLAN}{path}")
        expect(page.locator(".desk").get_by_text(seen).first).to_be_visible()
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            # The admin cuts off contents that are too wide; the page itself never scrolls sideways.
            wait_until(page, FITS)  # the menu of the admin moves aside for a moment
        assert_accessible(page, ".desk")
    page.goto("/admin/snippets/eservices_bookings/importedcalendar/")
    expect(page.get_by_role("link", name="Voisins")).to_be_visible()
    assert_accessible(page, "#listing-results")

    # The title beside many buttons is readable.
    resource("salle")
    seen = """(link => {
        if (!link) return false;
        const words = document.createRange();
        words.selectNodeContents(link);
        const box = words.getBoundingClientRect();
        const middle = (box.top + box.bottom) / 2;
        return [box.left + 1, box.right - 1].every((x) => link.contains(document.elementFromPoint(x, middle)));
    })([...document.querySelectorAll(".w-breadcrumbs a")].find((link) => link.textContent.includes("Réservations")))"""
    page.goto(PLAN)
    for width in (360, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until(page, seen)  # the menu of the admin covers it for a moment
