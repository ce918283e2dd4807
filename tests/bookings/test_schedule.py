"""The schedule of all bookings for staff, and moving bookings in it."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from wagtail.log_actions import registry as log_registry

from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import BlockedTime, BookedPiece, Booking, CalendarLink, Resource, ResourceUnit
from eservices.bookings.schedule.conflicts import conflict_reasons_for
from eservices.bookings.schedule.items import SIGNS
from eservices.bookings.states import TAKING
from eservices.cases.models import Role
from eservices.deliveries.models import Delivery
from eservices.formbuilder.models import FormVersion
from tests.factories.accounts import SuperuserFactory
from tests.factories.bookings import booking, hall, resource, tables, timetable, unit, weekly
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.support.html_forms import inputs

ZONE = timezone.get_default_timezone()
NOON = datetime(2026, 3, 10, 12, tzinfo=ZONE)
HOUR = timedelta(hours=1)
PLAN = "/admin/bookings/"


# -- Rights --------------------------------------------------------------------------------------------------
@pytest.fixture
def team(db):
    return TeamFactory(key="salles", name="Salles")


@pytest.fixture
def room(team):
    return resource(team=team)


@pytest.fixture
def evening(room):
    return booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Yoga")


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 9, 9, tzinfo=ZONE), tick=False)


def times(start="2026-03-11T18:00", end="2026-03-11T20:00", thing="salle", **more) -> dict:
    return {"resource": thing, "starts_at": start, "ends_at": end} | more


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_schedule_is_shown_to_members_of_the_team_only(client, team, evening, view):
    asked = {"view": view, "day": "2026-03-10"}
    client.force_login(member(Role.READ, team))
    page = client.get(PLAN, asked).text
    assert ("Yoga" in page) == (view != "month")
    assert "Salle" in page
    client.force_login(member(Role.CONFIGURE, TeamFactory(key="police", name="Police")))
    page = client.get(PLAN, asked).text
    assert "Yoga" not in page
    assert "rien qui se réserve" in page


def test_resource_without_team_is_managed_by_superusers(client, db):
    booking(resource(), "2026-03-10T18:00", "2026-03-10T20:00", title="Yoga")
    client.force_login(member(Role.CONFIGURE))
    assert "Yoga" not in client.get(PLAN).text
    client.force_login(SuperuserFactory())
    assert "Yoga" in client.get(PLAN).text


def test_schedule_is_hidden_from_other_teams(client, evening):
    urls = [PLAN, f"{PLAN}{evening.pk}/", f"{PLAN}new/", f"{PLAN}calendars/", f"{PLAN}outside/"]
    assert {client.get(url).status_code for url in urls} == {302}
    client.force_login(member(Role.CONFIGURE, TeamFactory(key="police", name="Police")))
    assert client.get(f"{PLAN}{evening.pk}/").status_code == 404
    for deed in ("", "describe/", "cancel/"):
        assert client.post(f"{PLAN}{evening.pk}/{deed}", times()).status_code == 404
    assert client.post(f"{PLAN}calendars/salle/renew/").status_code == 404
    evening.refresh_from_db()
    assert (evening.starts_at.day, evening.state, evening.title) == (10, "confirmed", "Yoga")


def test_reader_cannot_change_bookings(client, team, evening):
    client.force_login(member(Role.READ, team))
    assert "data-movable" not in client.get(PLAN).text
    page = client.get(f"{PLAN}{evening.pk}/").text
    assert "data-moving" not in page
    assert client.post(f"{PLAN}{evening.pk}/", times()).status_code == 404
    assert client.post(f"{PLAN}{evening.pk}/cancel/").status_code == 404
    client.post(f"{PLAN}new/", times(title="Fête"))
    assert list(Booking.objects.values_list("title", flat=True)) == ["Yoga"]


def test_applicant_is_named_only_to_readers_of_the_case(client, team, room):
    case = CaseFactory()
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    client.force_login(member(Role.TREAT, team))
    page = client.get(PLAN).text
    assert case.applicant not in page
    assert "Une autre équipe" in client.get(f"{PLAN}{Booking.objects.get().pk}/").text
    client.force_login(member(Role.READ, case.team))
    assert case.applicant not in client.get(PLAN).text  # the room is another team's
    both = member(Role.READ, team)
    both.memberships.create(team=case.team, role=Role.READ)
    client.force_login(both)
    assert case.applicant in client.get(PLAN).text
    assert case.applicant in client.get(PLAN, {"view": "list", "day": "2026-03-10"}).text


def test_every_taking_state_has_a_sign():
    assert SIGNS.keys() == TAKING


# -- Content -------------------------------------------------------------------------------------------------
def test_half_shows_a_hall_booking_without_its_title(client, team):
    whole, left, _right = hall()
    booking(whole, "2026-03-10T18:00", "2026-03-10T20:00", title="Mariage Rossi")
    left.team = team
    left.save()
    client.force_login(member(Role.TREAT, team))
    page = client.get(PLAN).text
    assert "Mariage" not in page
    assert "Grande-salle" in page


def test_schedule_shows_blocked_times_and_current_holds(client, team):
    many = tables()
    many.team = team
    many.save()
    booking(many, "2026-03-10T08:00", "2026-03-10T09:00", count=23, title="Kermesse")
    held = {"state": "held", "count": 5}
    booking(many, "2026-03-10T10:00", "2026-03-10T11:00", held_until=timezone.now() + HOUR, **held)
    booking(many, "2026-03-11T10:00", "2026-03-11T11:00", held_until=timezone.now() - HOUR, **held)
    blocked = TimeSpan.of(NOON, NOON + HOUR)
    BlockedTime.objects.create(
        unit=unit("tables"), starts_at=blocked.start, ends_at=blocked.end, reason="Inventaire"
    )
    client.force_login(member(Role.READ, team))
    page = client.get(PLAN).text
    assert "23 × Kermesse" in page
    assert page.count("5 × en cours de réservation") == 1
    assert "Inventaire" in page


def test_caretaker_list_has_seven_days_and_contacts(client, team, room):
    case = CaseFactory(contact={"phone": "+41215550102"})
    other = resource("refuge", team=team)
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    booking(other, "2026-03-10T08:00", "2026-03-10T10:00", title="Bibliobus")
    booking(other, "2026-03-16T08:00", "2026-03-16T10:00", title="Dernier jour")
    booking(other, "2026-03-17T08:00", "2026-03-17T10:00", title="Semaine suivante")
    held = {"state": "held", "held_until": timezone.now() + HOUR}
    booking(other, "2026-03-11T08:00", "2026-03-11T10:00", title="Peut-être", **held)
    client.force_login(member(Role.READ, team))
    page = client.get(PLAN, {"view": "list", "day": "2026-03-10"}).text
    assert page.count('class="t5 sheet-day"') == 7
    sheet = page.split('class="t5 sheet-day"', 1)[1].replace("\N{NO-BREAK SPACE}", " ")
    assert sheet.index("Bibliobus") < sheet.index("18 h–20 h") < sheet.index("Dernier jour")
    assert not any(words in sheet for words in ("Semaine suivante", "Peut-être", case.applicant, "555 01 02"))
    assert "data-print" in page
    reader = member(Role.READ, team)
    reader.memberships.create(team=case.team, role=Role.READ)
    client.force_login(reader)
    page = client.get(PLAN, {"view": "list", "day": "2026-03-10"}).text
    assert all(words in page for words in (case.applicant, case.reference, "021 555 01 02"))
    assert "021 555 01 02" in client.get(f"{PLAN}{case.submission.bookings.get().pk}/").text


def test_schedule_needs_constant_queries(client, team, django_assert_max_num_queries):
    rooms = [resource(f"salle-{number}", team=team) for number in range(3)]
    client.force_login(member(Role.TREAT, team))
    asked = [{"view": view, "day": "2026-03-10"} for view in ("day", "week", "month", "list")]
    for one in asked:
        client.get(PLAN, one)

    def cost(one) -> int:
        with django_assert_max_num_queries(40) as queries:
            assert client.get(PLAN, one).status_code == 200
        return len(queries)

    booking(rooms[0], "2026-03-10T07:00", "2026-03-10T08:00", submission=CaseFactory().submission)
    before = [cost(one) for one in asked]
    for one in rooms:
        for hour in range(8, 20):
            case = CaseFactory() if hour == 8 else None
            start, end = f"2026-03-10T{hour:02}:00", f"2026-03-10T{hour + 1:02}:00"
            booking(one, start, end, submission=case and case.submission)
    assert [cost(one) for one in asked] == before


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "year", "day": "x", "kind": "y"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31", "view": "month"},
        {"day": "2026-03-29", "view": "day"},
        {"day": "2026-10-25", "view": "day"},
        {"day": "\x00"},
    ],
)
def test_schedule_accepts_any_query(client, team, room, asked):
    client.force_login(member(Role.TREAT, team))
    assert client.get(PLAN, asked).status_code == 200


# -- Moving --------------------------------------------------------------------------------------------------
def test_booking_is_moved_by_a_form(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    url = f"{PLAN}{evening.pk}/"
    page = client.get(url, {"start": "2026-03-11T17:00:00.000Z", "resource": "salle"}).text
    assert "C’est libre" in page
    assert Booking.objects.get().starts_at == evening.starts_at  # viewing changes nothing
    response = client.post(url, times())
    assert response.status_code == 302
    assert "day=2026-03-11" in response["Location"]
    evening.refresh_from_db()
    assert timezone.localtime(evening.starts_at) == datetime(2026, 3, 11, 18, tzinfo=ZONE)
    assert BookedPiece.objects.get().starts_at == evening.starts_at


def test_booking_dropped_on_a_day_keeps_its_hour(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    part = client.get(f"{PLAN}{evening.pk}/", {"day": "2026-03-13", "part": 1}).text
    assert 'value="2026-03-13T18:00"' in part
    assert "<html" not in part


def test_move_dialog_gets_the_redirect_address(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    response = client.post(f"{PLAN}{evening.pk}/", times(part="1", view="day"))
    assert response.status_code == 204
    assert "view=day&day=2026-03-11" in response["Location"]


def test_booking_is_not_moved_over_another(client, team, room, evening):
    booking(room, "2026-03-11T19:00", "2026-03-11T21:00", title="Chorale")
    client.force_login(member(Role.TREAT, team))
    response = client.post(f"{PLAN}{evening.pk}/", times(anyway="on"))
    assert response.status_code == 409
    assert "Chorale" in response.text
    evening.refresh_from_db()
    assert evening.starts_at.day == 10


def test_staff_exceeds_the_rules_by_confirming(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    night = times("2026-03-11T05:00", "2026-03-11T07:00")
    response = client.post(f"{PLAN}{evening.pk}/", night)
    assert response.status_code == 409
    assert 'name="anyway"' in response.text
    assert client.post(f"{PLAN}{evening.pk}/", night | {"anyway": "on"}).status_code == 302
    evening.refresh_from_db()
    assert timezone.localtime(evening.starts_at).hour == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-03-11T17:00"},
        {"ends_at": "2028-03-11T17:00"},
        {"starts_at": "2026-03-29T02:30", "ends_at": "2026-03-29T05:00"},
        {"starts_at": "demain"},
        {"starts_at": "0001-01-01T00:00"},
        {"starts_at": ""},
        {"resource": "ailleurs"},
        {"resource": "\x00"},
    ],
)
def test_wrong_move_is_refused_with_an_error(client, team, evening, wrong):
    resource("ailleurs", team=TeamFactory(key="police", name="Police"))
    client.force_login(member(Role.TREAT, team))
    answer = client.post(f"{PLAN}{evening.pk}/", times(**wrong))
    assert answer.status_code == 422
    assert ("passage à l’heure d’été" in answer.text) == ("02:30" in wrong.get("starts_at", ""))
    evening.refresh_from_db()
    assert evening.starts_at.day == 10


def test_outdated_move_is_refused(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    url = f"{PLAN}{evening.pk}/"
    seen = inputs(client.get(url).text)["seen"]
    assert f'data-movable data-seen="{seen[0]}"' in client.get(PLAN, {"day": "2026-03-10"}).text
    dragged = {"part": "1", "day": "2026-03-12", "seen": seen}
    assert "Cette réservation a été déplacée depuis" not in client.get(url, dragged).text
    assert client.post(url, times(seen=seen)).status_code == 302  # the colleague
    assert "Cette réservation a été déplacée depuis" in client.get(url, dragged).text
    old = client.post(url, times("2026-03-12T18:00", "2026-03-12T20:00", seen=seen))
    assert old.status_code == 422
    assert "Cette réservation a été déplacée depuis" in old.text
    assert "mercredi 11 mars 2026" in old.text  # its current day
    evening.refresh_from_db()
    assert timezone.localtime(evening.starts_at).day == 11
    again = times("2026-03-12T18:00", "2026-03-12T20:00", seen=inputs(old.text)["seen"])
    assert client.post(url, again).status_code == 302


def test_booking_beyond_the_farthest_day_is_refused(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    far = times("2029-03-20T18:00", "2029-03-20T20:00", anyway="on")
    for url in (f"{PLAN}{evening.pk}/", f"{PLAN}new/"):
        refused = client.post(url, far)
        assert refused.status_code == 409
        assert "C’est trop loin" in refused.text
        assert 'name="anyway"' not in refused.text
    assert Booking.objects.get().starts_at == evening.starts_at
    near = times("2029-03-01T18:00", "2029-03-01T20:00", anyway="on")
    assert client.post(f"{PLAN}{evening.pk}/", near).status_code == 302


def test_applicant_is_notified_of_a_move(client, team, room):
    case = CaseFactory()
    one = booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    client.force_login(member(Role.TREAT, team))
    assert client.post(f"{PLAN}{one.pk}/", times()).status_code == 302
    assert Delivery.objects.filter(title__startswith="Votre réservation a été déplacée").exists()
    assert case.events.filter(kind="booking_moved").exists()


def test_case_page_links_to_moving_a_booking(client, team, room):
    case = CaseFactory()
    content = deepcopy(case.version.content)
    content["steps"][0]["fields"].append({"key": "quand", "type": "booking"})
    FormVersion.objects.filter(pk=case.version.pk).update(content=content)
    one = booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    url, screen = f"{PLAN}{one.pk}/", f"/admin/cases/{case.reference}/"
    agent = member(Role.TREAT, team)
    agent.memberships.create(team=case.team, role=Role.TREAT)
    client.force_login(agent)
    assert url in client.get(screen).text
    client.force_login(member(Role.TREAT, case.team))  # the room is another team's
    assert url not in client.get(screen).text
    Booking.objects.update(state="returned")
    client.force_login(agent)
    assert url not in client.get(screen).text


def test_booking_of_a_case_is_cancelled_by_its_agents_only(client, team, room):
    case = CaseFactory()
    one = booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    agent = member(Role.TREAT, team)
    client.force_login(agent)
    assert client.post(f"{PLAN}{one.pk}/cancel/").status_code == 404
    agent.memberships.create(team=case.team, role=Role.TREAT)
    assert client.post(f"{PLAN}{one.pk}/cancel/").status_code == 302
    one.refresh_from_db()
    assert one.state == "cancelled"


def test_finished_or_unknown_booking_cannot_be_moved(client, team, room):
    one = booking(room, "2026-03-08T18:00", "2026-03-08T20:00", state="returned")
    client.force_login(member(Role.TREAT, team))
    assert "data-moving" not in client.get(f"{PLAN}{one.pk}/").text
    assert client.post(f"{PLAN}{one.pk}/", times()).status_code == 409
    assert client.get(f"{PLAN}{CaseFactory().pk}/").status_code == 404


# -- Internal bookings ---------------------------------------------------------------------------------------
def test_internal_booking_exceeds_rules_but_not_other_bookings(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    free = times(title="Conseil", public="on")
    assert client.post(f"{PLAN}new/", free).status_code == 302
    made = Booking.objects.get(title="Conseil")
    assert (made.state, made.public, made.pieces.count()) == ("confirmed", True, 1)
    assert client.post(f"{PLAN}new/", free | {"anyway": "on"}).status_code == 409
    night = times("2026-03-12T05:00", "2026-03-12T07:00", title="Nettoyage")
    assert 'name="anyway"' in client.post(f"{PLAN}new/", night).text
    assert client.post(f"{PLAN}new/", night | {"anyway": "on"}).status_code == 302
    assert client.post(f"{PLAN}new/", times(count="2")).status_code == 422
    assert Booking.objects.count() == 3
    history = Resource.objects.get(key="salle")
    assert [one.action for one in log_registry.get_logs_for_instance(history)] == ["bookings.reserve"] * 2


@pytest.mark.parametrize(("hour", "too_near"), [("19", False), ("20", True)])
def test_conflicting_booking_is_named_even_if_only_too_near(client, team, hour, too_near):
    """Name the conflict, because the schedule does not show buffer times: the time next to a booking looks free."""
    room = resource(team=team, table=timetable(after=30))
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Yoga")
    moved = booking(room, "2026-03-12T18:00", "2026-03-12T20:00", title="Chorale")
    client.force_login(member(Role.TREAT, team))
    asked = times(f"2026-03-10T{hour}:00", "2026-03-10T22:00")
    for url in (f"{PLAN}new/", f"{PLAN}{moved.pk}/"):
        page = client.post(url, asked)
        assert page.status_code == 409
        assert "Yoga" in page.text
        assert ("gardé libre autour" in page.text) == too_near


def test_past_booking_is_recorded_only_after_confirmation(client, team, room):
    """Record the booking as returned, so that it counts in the usage figures and needs no handover."""
    booking(room, "2026-03-06T18:00", "2026-03-06T20:00", state="returned")
    client.force_login(member(Role.TREAT, team))
    past = times("2026-03-05T18:00", "2026-03-05T20:00", title="Veillée")
    refused = client.post(f"{PLAN}new/", past)
    assert (refused.status_code, Booking.objects.count()) == (409, 1)
    assert "passé" in refused.text
    assert 'name="anyway"' in refused.text
    assert client.post(f"{PLAN}new/", past | {"anyway": "on"}).status_code == 302
    made = Booking.objects.get(title="Veillée")
    assert (made.state, made.pieces.count()) == ("returned", 1)
    over_others = times("2026-03-06T19:00", "2026-03-06T21:00", anyway="on")
    assert client.post(f"{PLAN}new/", over_others).status_code == 409
    running = times("2026-03-09T08:00", "2026-03-09T10:00", title="Ménage", anyway="on")
    client.post(f"{PLAN}new/", running)
    assert Booking.objects.get(title="Ménage").state == "confirmed"  # until ten, and it is nine


def test_internal_booking_is_described_and_cancelled(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    client.post(f"{PLAN}{evening.pk}/describe/", {"title": "Yoga doux", "public": "on"})
    evening.refresh_from_db()
    assert (evening.title, evening.public) == ("Yoga doux", True)
    client.post(f"{PLAN}{evening.pk}/describe/", {"title": "x" * 121})
    client.post(f"{PLAN}{evening.pk}/cancel/")
    evening.refresh_from_db()
    assert (evening.title, evening.state, BookedPiece.objects.count()) == ("Yoga doux", "cancelled", 0)


# -- Outside the openings ------------------------------------------------------------------------------------
def test_bookings_outside_changed_openings_are_listed(client, team):
    table = timetable(weekly("08:00", "22:00"))
    room = resource(team=team, table=table)
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Yoga")
    booking(room, "2026-03-12T09:00", "2026-03-12T10:00", title="Don du sang")
    client.force_login(member(Role.READ, team))
    assert "s-confirmed out" not in client.get(PLAN).text
    table.weekly = [weekly("08:00", "18:00")]
    table.save()
    start = datetime(2026, 3, 12, tzinfo=ZONE)
    BlockedTime.objects.create(unit=unit(), starts_at=start, ends_at=start + 24 * HOUR, reason="Peinture")
    assert "s-confirmed out" in client.get(PLAN).text
    page = client.get(f"{PLAN}outside/").text
    assert "Yoga" in page
    assert "Peinture" in page
    assert Booking.objects.count() == 2


def test_bookings_of_changed_units_are_listed(client, team):
    desks = unit("bureaux", quantity=2)
    first, second = (resource(key, desks, team=team) for key in ("table", "autre-table"))
    booking(first, "2026-03-10T18:00", "2026-03-10T20:00", title="Loto")
    booking(second, "2026-03-10T18:00", "2026-03-10T20:00", title="Bal")
    barn = resource("halle", team=team)
    booking(barn, "2026-03-12T09:00", "2026-03-12T10:00", title="Vide-grenier")
    client.force_login(member(Role.READ, team))
    page = client.get(f"{PLAN}outside/").text
    assert not any(title in page for title in ("Loto", "Bal", "Vide-grenier"))
    desks.quantity = 1
    desks.save()
    ResourceUnit.objects.create(resource=barn, unit=unit("cuisine"))
    page = client.get(f"{PLAN}outside/").text
    assert "Bal" in page
    assert "Vide-grenier" in page
    assert "Loto" not in page
    assert Booking.objects.count() == 3


def test_conflict_check_reads_pieces_of_checked_bookings_only(team, room, evening):
    boss = SuperuserFactory()
    with CaptureQueriesContext(connection) as queries:
        assert conflict_reasons_for(boss, timezone.now()).found == {}
    asked = " ".join(one["sql"] for one in queries)
    assert "LIMIT" in asked
    assert "GROUP BY" not in asked  # a GROUP BY would cover all future bookings before the limit


def test_conflict_list_has_a_limit_and_pages(client, team, monkeypatch):
    table = timetable(weekly("08:00", "22:00"))
    room = resource(team=team, table=table)
    for day in range(10, 15):
        booking(room, f"2026-03-{day}T18:00", f"2026-03-{day}T20:00", title=f"Cours {day}")
    table.weekly = [weekly("08:00", "18:00")]
    table.save()
    client.force_login(member(Role.READ, team))
    page = client.get(f"{PLAN}outside/").text
    assert page.count("Cours 1") == 5
    assert "examinées" not in page
    monkeypatch.setattr("eservices.bookings.schedule.conflicts.MAX_BOOKINGS", 3)
    monkeypatch.setattr("eservices.bookings.schedule.views.ON_A_PAGE", 2)
    page = client.get(f"{PLAN}outside/").text
    assert "13 mars 2026" in page  # bookings from that day on are checked later
    assert [day for day in range(10, 15) if f"Cours {day}" in page] == [10, 11]
    assert "Cours 12" in client.get(f"{PLAN}outside/", {"p": 2}).text


# -- Calendars under a secret address ------------------------------------------------------------------------
def test_feed_is_read_under_a_secret_address(client, team, room, evening):
    client.force_login(member(Role.CONFIGURE, team))
    client.post(f"{PLAN}calendars/salle/renew/")
    url = reverse("rooms:feed", args=[CalendarLink.objects.get().secret])
    assert url in client.get(f"{PLAN}calendars/").text
    client.logout()
    response = client.get(url)
    assert response["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).events
    assert (event.start, event["summary"]) == (evening.starts_at, "Yoga, Salle")


def test_feed_names_nobody_and_marks_provisional_bookings(client, room):
    case = CaseFactory()
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission, state="provisional")
    text = client.get(reverse("rooms:feed", args=[CalendarLink.objects.create(resource=room).secret])).text
    assert case.reference in text
    assert case.applicant not in text
    assert "TENTATIVE" in text


def test_new_feed_address_ends_the_old_one(client, team, room):
    link = CalendarLink.objects.create(resource=room)
    old = reverse("rooms:feed", args=[link.secret])
    assert client.get(old).status_code == 200
    client.force_login(member(Role.CONFIGURE, team))
    client.post(f"{PLAN}calendars/salle/renew/")
    assert client.get(old).status_code == 404
    new = reverse("rooms:feed", args=[CalendarLink.objects.get().secret])
    assert client.get(new).status_code == 200
    client.post(f"{PLAN}calendars/salle/end/")
    assert client.get(new).status_code == 404
    assert client.get(reverse("rooms:feed", args=["A" * 22])).status_code == 404


@pytest.mark.parametrize(("role", "sees", "renews"), [(Role.READ, False, False), (Role.LEAD, True, False)])
def test_feed_addresses_are_seen_and_renewed_by_role(client, team, room, role, sees, renews):
    link = CalendarLink.objects.create(resource=room)
    client.force_login(member(role, team))
    assert (link.secret in client.get(f"{PLAN}calendars/").text) == sees
    assert (client.post(f"{PLAN}calendars/salle/renew/").status_code == 302) == renews
    assert CalendarLink.objects.get().secret == link.secret


def test_feed_needs_constant_queries(client, room, django_assert_num_queries):
    url = reverse("rooms:feed", args=[CalendarLink.objects.create(resource=room).secret])
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=CaseFactory().submission)
    client.get(url)
    with django_assert_num_queries(3):
        client.get(url)
    for day in range(11, 20):
        booking(room, f"2026-03-{day}T18:00", f"2026-03-{day}T20:00", submission=CaseFactory().submission)
    with django_assert_num_queries(3):
        client.get(url)


def test_menu_shows_the_schedule_only_with_resources(client, team, room):
    client.force_login(member(Role.READ, team))
    assert f'"{PLAN}"' in client.get("/admin/").text
    police = TeamFactory(key="police", name="Police")
    client.force_login(member(Role.READ, police))
    assert f'"{PLAN}"' not in client.get("/admin/").text
    room.team = police
    room.save()
    assert f'"{PLAN}"' in client.get("/admin/").text


# -- The night with a repeated hour --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "start", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"], ids=["summer time", "winter time"]
)
def test_booking_in_a_repeated_hour_stays_when_saved_again(client, team, start):
    room = resource(team=team, table=timetable(weekly("00:00", "06:00"), holidays=False))
    begins = datetime.fromisoformat(start) + timedelta(minutes=30)
    made = booking(room, "2026-10-24T02:00", "2026-10-24T03:00", title="Bal")
    Booking.objects.update(starts_at=begins, ends_at=begins + HOUR)
    BookedPiece.objects.update(starts_at=begins, ends_at=begins + HOUR)
    client.force_login(member(Role.TREAT, team))
    shown = inputs(client.get(f"{PLAN}{made.pk}/").text)
    assert client.post(f"{PLAN}{made.pk}/", shown).status_code == 302
    made.refresh_from_db()
    assert (made.starts_at, made.ends_at) == (begins, begins + HOUR)
    drag = client.get(f"{PLAN}{made.pk}/", {"resource": "salle", "start": (begins - HOUR).isoformat()})
    assert client.post(f"{PLAN}{made.pk}/", inputs(drag.text)).status_code == 302
    made.refresh_from_db()
    assert made.starts_at == begins - HOUR


def test_staff_chooses_between_repeated_hours(client, team):
    resource(team=team, table=timetable(weekly("00:00", "06:00"), holidays=False))
    client.force_login(member(Role.TREAT, team))
    night = times("2026-10-25T02:30", "2026-10-25T04:00", title="Bal")
    asked = client.post(f"{PLAN}new/", night)
    assert asked.status_code == 422
    page = asked.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "cette heure vient deux fois" in page
    assert "heure d’été" in page.split('name="starts_at-which"')[1].split("</select>")[0]
    assert 'name="ends_at-which"' not in page
    assert client.post(f"{PLAN}new/", night | {"starts_at-which": "9"}).status_code == 422
    assert client.post(f"{PLAN}new/", night | {"starts_at-which": "1"}).status_code == 302
    assert f"{Booking.objects.get().starts_at:%H:%M}" == "01:30"
