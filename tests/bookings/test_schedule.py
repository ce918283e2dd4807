"""What staff sees of everything that is booked, and how it is moved there."""

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
def test_members_of_the_team_see_what_is_booked_and_others_do_not(client, team, evening, view):
    asked = {"view": view, "day": "2026-03-10"}
    client.force_login(member(Role.READ, team))
    page = client.get(PLAN, asked).text
    assert ("Yoga" in page) == (view != "month")
    assert "Salle" in page
    client.force_login(member(Role.CONFIGURE, TeamFactory(key="police", name="Police")))
    page = client.get(PLAN, asked).text
    assert "Yoga" not in page
    assert "rien qui se réserve" in page


def test_a_thing_of_no_team_is_planned_by_who_runs_the_site(client, db):
    booking(resource(), "2026-03-10T18:00", "2026-03-10T20:00", title="Yoga")
    client.force_login(member(Role.CONFIGURE))
    assert "Yoga" not in client.get(PLAN).text
    client.force_login(SuperuserFactory())
    assert "Yoga" in client.get(PLAN).text


def test_strangers_find_nothing(client, evening):
    urls = [PLAN, f"{PLAN}{evening.pk}/", f"{PLAN}new/", f"{PLAN}calendars/", f"{PLAN}outside/"]
    assert {client.get(url).status_code for url in urls} == {302}
    client.force_login(member(Role.CONFIGURE, TeamFactory(key="police", name="Police")))
    assert client.get(f"{PLAN}{evening.pk}/").status_code == 404
    for deed in ("", "describe/", "cancel/"):
        assert client.post(f"{PLAN}{evening.pk}/{deed}", times()).status_code == 404
    assert client.post(f"{PLAN}calendars/salle/renew/").status_code == 404
    evening.refresh_from_db()
    assert (evening.starts_at.day, evening.state, evening.title) == (10, "confirmed", "Yoga")


def test_who_only_reads_moves_nothing(client, team, evening):
    client.force_login(member(Role.READ, team))
    assert "data-movable" not in client.get(PLAN).text
    page = client.get(f"{PLAN}{evening.pk}/").text
    assert "data-moving" not in page
    assert client.post(f"{PLAN}{evening.pk}/", times()).status_code == 404
    assert client.post(f"{PLAN}{evening.pk}/cancel/").status_code == 404
    client.post(f"{PLAN}new/", times(title="Fête"))
    assert list(Booking.objects.values_list("title", flat=True)) == ["Yoga"]


def test_who_booked_is_named_only_to_who_may_read_the_case(client, team, room):
    case = CaseFactory()
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    client.force_login(member(Role.TREAT, team))
    page = client.get(PLAN).text
    assert case.applicant not in page
    assert "Une autre équipe" in client.get(f"{PLAN}{Booking.objects.get().pk}/").text
    client.force_login(member(Role.READ, case.team))
    assert case.applicant not in client.get(PLAN).text  # of another team's room
    both = member(Role.READ, team)
    both.memberships.create(team=case.team, role=Role.READ)
    client.force_login(both)
    assert case.applicant in client.get(PLAN).text
    assert case.applicant in client.get(PLAN, {"view": "list", "day": "2026-03-10"}).text


def test_every_state_in_which_something_is_taken_has_its_shape():
    assert SIGNS.keys() == TAKING


# -- What stands in it ---------------------------------------------------------------------------------------
def test_a_half_shows_that_the_hall_is_taken_and_not_by_whom(client, team):
    whole, left, _right = hall()
    booking(whole, "2026-03-10T18:00", "2026-03-10T20:00", title="Mariage Rossi")
    left.team = team
    left.save()
    client.force_login(member(Role.TREAT, team))
    page = client.get(PLAN).text
    assert "Mariage" not in page
    assert "Grande-salle" in page


def test_blocked_times_holds_and_counts_are_seen_and_what_expired_is_not(client, team):
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


def test_the_sheet_of_the_caretaker_tells_seven_days_in_order_and_whom_to_call(client, team, room):
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


def test_a_plan_costs_the_same_whatever_is_booked(client, team, django_assert_max_num_queries):
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
def test_whatever_is_asked_for_there_is_a_plan(client, team, room, asked):
    client.force_login(member(Role.TREAT, team))
    assert client.get(PLAN, asked).status_code == 200


# -- Moving --------------------------------------------------------------------------------------------------
def test_a_booking_is_moved_by_a_plain_form(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    url = f"{PLAN}{evening.pk}/"
    page = client.get(url, {"start": "2026-03-11T17:00:00.000Z", "resource": "salle"}).text
    assert "C’est libre" in page
    assert Booking.objects.get().starts_at == evening.starts_at  # looking changes nothing
    response = client.post(url, times())
    assert response.status_code == 302
    assert "day=2026-03-11" in response["Location"]
    evening.refresh_from_db()
    assert timezone.localtime(evening.starts_at) == datetime(2026, 3, 11, 18, tzinfo=ZONE)
    assert BookedPiece.objects.get().starts_at == evening.starts_at


def test_what_is_dropped_on_a_day_keeps_its_hour(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    part = client.get(f"{PLAN}{evening.pk}/", {"day": "2026-03-13", "part": 1}).text
    assert 'value="2026-03-13T18:00"' in part
    assert "<html" not in part


def test_the_dialog_is_told_where_to_go(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    response = client.post(f"{PLAN}{evening.pk}/", times(part="1", view="day"))
    assert response.status_code == 204
    assert "view=day&day=2026-03-11" in response["Location"]


def test_nothing_is_moved_over_another_booking(client, team, room, evening):
    booking(room, "2026-03-11T19:00", "2026-03-11T21:00", title="Chorale")
    client.force_login(member(Role.TREAT, team))
    response = client.post(f"{PLAN}{evening.pk}/", times(anyway="on"))
    assert response.status_code == 409
    assert "Chorale" in response.text
    evening.refresh_from_db()
    assert evening.starts_at.day == 10


def test_staff_goes_past_the_rules_once_it_says_so(client, team, evening):
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
def test_what_is_wrong_is_said_and_moves_nothing(client, team, evening, wrong):
    resource("ailleurs", team=TeamFactory(key="police", name="Police"))
    client.force_login(member(Role.TREAT, team))
    answer = client.post(f"{PLAN}{evening.pk}/", times(**wrong))
    assert answer.status_code == 422
    assert ("passage à l’heure d’été" in answer.text) == ("02:30" in wrong.get("starts_at", ""))
    evening.refresh_from_db()
    assert evening.starts_at.day == 10


def test_who_looked_before_a_colleague_moved_it_is_told_and_moves_nothing(client, team, evening):
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
    assert "mercredi 11 mars 2026" in old.text  # where it is now
    evening.refresh_from_db()
    assert timezone.localtime(evening.starts_at).day == 11
    again = times("2026-03-12T18:00", "2026-03-12T20:00", seen=inputs(old.text)["seen"])
    assert client.post(url, again).status_code == 302


def test_nothing_is_moved_nor_booked_beyond_what_can_be_booked_at_all(client, team, evening):
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


def test_who_booked_is_told_of_the_move(client, team, room):
    case = CaseFactory()
    one = booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    client.force_login(member(Role.TREAT, team))
    assert client.post(f"{PLAN}{one.pk}/", times()).status_code == 302
    assert Delivery.objects.filter(title__startswith="Votre réservation a été déplacée").exists()
    assert case.events.filter(kind="booking_moved").exists()


def test_the_screen_of_the_case_leads_to_moving_what_was_booked(client, team, room):
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


def test_what_somebody_asked_for_is_cancelled_by_who_treats_the_request(client, team, room):
    case = CaseFactory()
    one = booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission)
    agent = member(Role.TREAT, team)
    client.force_login(agent)
    assert client.post(f"{PLAN}{one.pk}/cancel/").status_code == 404
    agent.memberships.create(team=case.team, role=Role.TREAT)
    assert client.post(f"{PLAN}{one.pk}/cancel/").status_code == 302
    one.refresh_from_db()
    assert one.state == "cancelled"


def test_a_booking_that_is_over_or_unknown_is_not_moved(client, team, room):
    one = booking(room, "2026-03-08T18:00", "2026-03-08T20:00", state="returned")
    client.force_login(member(Role.TREAT, team))
    assert "data-moving" not in client.get(f"{PLAN}{one.pk}/").text
    assert client.post(f"{PLAN}{one.pk}/", times()).status_code == 409
    assert client.get(f"{PLAN}{CaseFactory().pk}/").status_code == 404


# -- The commune's own ---------------------------------------------------------------------------------------
def test_the_commune_books_for_itself_never_over_others(client, team, evening):
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
def test_who_is_in_the_way_is_named_also_where_it_is_only_too_near(client, team, hour, too_near):
    """What is kept free around a booking stands on no plan: the time next to it looks free."""
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


def test_what_has_been_is_entered_by_staff_once_it_says_so_and_never_over_others(client, team, room):
    """It is kept as what it is, over: it counts in the figures, and nobody waits for it to be handed over."""
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


def test_what_a_booking_is_for_is_written_and_it_is_cancelled(client, team, evening):
    client.force_login(member(Role.TREAT, team))
    client.post(f"{PLAN}{evening.pk}/describe/", {"title": "Yoga doux", "public": "on"})
    evening.refresh_from_db()
    assert (evening.title, evening.public) == ("Yoga doux", True)
    client.post(f"{PLAN}{evening.pk}/describe/", {"title": "x" * 121})
    client.post(f"{PLAN}{evening.pk}/cancel/")
    evening.refresh_from_db()
    assert (evening.title, evening.state, BookedPiece.objects.count()) == ("Yoga doux", "cancelled", 0)


# -- Outside the openings ------------------------------------------------------------------------------------
def test_what_a_changed_rule_leaves_outside_is_shown_and_not_lost(client, team):
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


def test_what_there_is_less_of_and_what_got_another_part_is_shown_too(client, team):
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


def test_of_bookings_that_are_not_looked_at_the_pieces_are_not_looked_at_either(team, room, evening):
    boss = SuperuserFactory()
    with CaptureQueriesContext(connection) as queries:
        assert conflict_reasons_for(boss, timezone.now()).found == {}
    asked = " ".join(one["sql"] for one in queries)
    assert "LIMIT" in asked
    assert "GROUP BY" not in asked  # it would be over all that is to come, before the limit


def test_of_more_bookings_than_are_looked_at_the_page_says_so_and_a_long_list_has_pages(
    client, team, monkeypatch
):
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
    assert "13 mars 2026" in page  # from that day on they are looked at later
    assert [day for day in range(10, 15) if f"Cours {day}" in page] == [10, 11]
    assert "Cours 12" in client.get(f"{PLAN}outside/", {"p": 2}).text


# -- Calendars under a secret address ------------------------------------------------------------------------
def test_the_calendar_of_a_thing_is_read_under_a_secret_address(client, team, room, evening):
    client.force_login(member(Role.CONFIGURE, team))
    client.post(f"{PLAN}calendars/salle/renew/")
    url = reverse("rooms:feed", args=[CalendarLink.objects.get().secret])
    assert url in client.get(f"{PLAN}calendars/").text
    client.logout()
    response = client.get(url)
    assert response["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).events
    assert (event.start, event["summary"]) == (evening.starts_at, "Yoga, Salle")


def test_a_calendar_names_nobody_and_shows_what_is_provisional_as_such(client, room):
    case = CaseFactory()
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=case.submission, state="provisional")
    text = client.get(reverse("rooms:feed", args=[CalendarLink.objects.create(resource=room).secret])).text
    assert case.reference in text
    assert case.applicant not in text
    assert "TENTATIVE" in text


def test_a_new_address_ends_the_old_one_and_an_unknown_one_opens_nothing(client, team, room):
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
def test_only_who_configures_makes_addresses_and_who_treats_sees_them(client, team, room, role, sees, renews):
    link = CalendarLink.objects.create(resource=room)
    client.force_login(member(role, team))
    assert (link.secret in client.get(f"{PLAN}calendars/").text) == sees
    assert (client.post(f"{PLAN}calendars/salle/renew/").status_code == 302) == renews
    assert CalendarLink.objects.get().secret == link.secret


def test_a_calendar_costs_the_same_whatever_is_booked(client, room, django_assert_num_queries):
    url = reverse("rooms:feed", args=[CalendarLink.objects.create(resource=room).secret])
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", submission=CaseFactory().submission)
    client.get(url)
    with django_assert_num_queries(3):
        client.get(url)
    for day in range(11, 20):
        booking(room, f"2026-03-{day}T18:00", f"2026-03-{day}T20:00", submission=CaseFactory().submission)
    with django_assert_num_queries(3):
        client.get(url)


def test_the_menu_leads_there_only_who_has_something_to_plan(client, team, room):
    client.force_login(member(Role.READ, team))
    assert f'"{PLAN}"' in client.get("/admin/").text
    police = TeamFactory(key="police", name="Police")
    client.force_login(member(Role.READ, police))
    assert f'"{PLAN}"' not in client.get("/admin/").text
    room.team = police
    room.save()
    assert f'"{PLAN}"' in client.get("/admin/").text


# -- The night that has an hour twice ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "start", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"], ids=["summer time", "winter time"]
)
def test_a_booking_in_the_hour_that_comes_twice_stays_where_it_is_when_it_is_saved_again(client, team, start):
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


def test_staff_says_which_of_both_hours_is_meant(client, team):
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
