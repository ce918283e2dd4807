"""The booking question as residents see it: over HTTP, without JavaScript."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from eservices.bookings.models import BookedPiece, Booking, BookingExtra, Resource, SchoolHolidays
from eservices.catalogue.definition.linter import lint_service
from eservices.payments.models import FeePrice
from eservices.submissions.models import Draft
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.bookings import booking, counter, hall, rate, resource, tables, timetable, unit, weekly
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.home import locale
from tests.factories.payments import PAYMENT, entry
from tests.factories.submissions import FormVersionFactory
from tests.support.html_forms import inputs
from tests.support.page_size import weights

pytestmark = pytest.mark.django_db

START = "/demande/salle/"


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()), tick=False)


def service(*keys: str, **more):
    """Create a service that asks for a booking, then for a name."""
    asked = question("quand", "booking", required=True, settings={"resources": list(keys)} | more)
    made = content(step("reserver", asked), step("qui", question(required=True)), slug="salle")
    return FormVersionFactory(form__slug="salle", content=made)


def posted(start: str, end: str = "", thing: str = "salle", **more) -> dict:
    day = {"quand-resource": thing, "quand-from": start, "quand-to": end}
    return day | {f"quand-{name}": value for name, value in more.items()}


def text(response) -> str:
    return plain(response.content.decode())


def plain(said: str) -> str:
    """Replace special spaces by common ones."""
    return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_calendar_leads_from_the_month_to_times_of_a_day(client):
    resource()
    service("salle")
    page = text(client.get(START))
    assert "Mars 2026" in page
    assert 'value="day 2026-03-10"' in page
    page = text(client.post(START, posted("", go="month 2026-04-01")))
    assert "Avril 2026" in page
    page = text(client.post(START, posted("", go="day 2026-03-10")))
    assert '<option value="2026-03-10T08:00+01:00"' in page
    assert '<option value="2026-03-10T22:00+01:00"' in page
    for view in ("week", "list"):
        assert "2026-03-10" in text(client.post(START, posted("", go=f"{view} 2026-03-10")))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("hour", "month"), [(8, "Mars 2026"), (10, "Avril 2026")])
def test_calendar_shows_next_month_when_this_one_is_over(client, time_machine, hour, month):
    time_machine.move_to(datetime(2026, 3, 31, hour, tzinfo=timezone.get_default_timezone()), tick=False)
    resource(table=timetable(weekly("08:00", "11:30"), lead=1, shortest=60))
    service("salle")
    assert month in text(client.get(START))


@pytest.mark.parametrize("view", ["month 2026-03-01", "week 2026-03-10", "list 2026-03-10", "day 2026-03-10"])
def test_step_with_a_booking_stays_within_its_size_limit(client, view):
    for key, amount in (("salle", 18_000), ("petite", 2_000)):
        entry(key, amount)
    quarters = timetable(weekly("08:00", "22:00"), step=15, shortest=15)
    prices = [rate("salle", per="hour"), rate("petite", what="cleaning", asked=True)]
    for key in ("salle", "bleue", "verte"):
        resource(key, unit(key), table=quarters, rates=prices, capacity=120)
    service("salle", "bleue", "verte", repeats=True, waiting=True)

    page = client.post(START, posted("", go=view)).content

    weighed = weights(page)
    assert {"site.css", "icons.svg", "booking.js"} <= set(weighed)
    assert b"2026-03-10" in page
    assert sum(weighed.values()) <= 40_000, weighed


def test_all_ends_are_offered_without_javascript(client):
    resource()
    service("salle")
    page = client.post(START, posted("2026-03-10T18:00+01:00", go="day 2026-03-10")).content.decode()
    until = page[page.index('name="quand-to" data-follow') :]
    early = dict(re.findall(r'<option value="2026-03-10T(\d\d:\d\d)\+01:00"( data-scriptless)?>', until))
    assert (early["18:00"], early["19:00"]) == (" data-scriptless", "")


def test_time_is_held_by_the_step_and_booked_by_sending(client):
    resource()
    service("salle")
    answer = client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00"))
    assert answer.status_code == 302
    held = Booking.objects.get()
    assert (held.state, held.pieces.count()) == ("held", 1)
    assert held.held_until - timezone.now() == timedelta(minutes=15)
    draft = Draft.objects.get()
    client.post(answer.url, {"nom": "Ada"})
    assert "10 mars 2026, 18" in text(client.get(f"/demande/d/{draft.secret}/verifier/"))
    client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    held.refresh_from_db()
    assert (held.state, held.submission.draft) == ("confirmed", draft)


def test_next_step_prolongs_a_hold_and_saving_again_does_not(client, time_machine):
    resource()
    service("salle")
    evening = posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00")
    answer = client.post(START, evening)
    draft = Draft.objects.get()
    ends = Booking.objects.get().held_until
    time_machine.shift(timedelta(minutes=10))
    again = evening | {"quand-series": draft.answers["quand"]["series"]}
    assert client.post(f"/demande/d/{draft.secret}/etape/reserver/", again).status_code == 302
    assert Booking.objects.get().held_until == ends
    client.post(answer.url, {"nom": ""})  # refused: nothing is saved
    assert Booking.objects.get().held_until == ends
    client.post(answer.url, {"nom": "Ada"})
    assert Booking.objects.get().held_until == ends + timedelta(minutes=10)


def test_time_held_by_another_draft_is_refused(client):
    resource()
    service("salle")
    client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00"))
    page = text(client.post(START, posted("", go="day 2026-03-10")))
    assert '<option value="2026-03-10T19:00+01:00"' not in page
    answer = client.post(START, posted("2026-03-10T21:00+01:00", "2026-03-10T22:00+01:00"))
    assert answer.status_code == 200
    assert "Quelqu’un d’autre" in text(answer)
    assert Booking.objects.count() == 1


def test_own_hold_can_be_changed(client):
    resource()
    service("salle")
    client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00"))
    draft = Draft.objects.get()
    url = f"/demande/d/{draft.secret}/etape/reserver/"
    page = text(client.get(url))
    assert '<option value="2026-03-10T18:00+01:00" selected' in page
    series = draft.answers["quand"]["series"]
    again = posted("2026-03-10T19:00+01:00", "2026-03-10T21:00+01:00", series=series)
    assert client.post(url, again).status_code == 302
    assert timezone.localtime(Booking.objects.get().starts_at).hour == 19


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-02-24T18:00+01:00", "2026-02-24T20:00+01:00"),  # past
        ("2026-03-10T20:00+01:00", "2026-03-10T18:00+01:00"),  # end before start
        ("2026-03-10T05:00+01:00", "2026-03-10T07:00+01:00"),  # outside the opening
        ("2026-03-29T02:30", "2026-03-29T04:30"),  # a time that does not exist
        ("2026-03-10T18:17+01:00", "2026-03-10T19:17+01:00"),  # between the steps
        ("2031-03-10T18:00+01:00", "2031-03-10T19:00+01:00"),  # too far ahead
        ("2026-03-10T18:00+01:00", ""),
        ("gestern", "morgen"),
        ("9999-12-31T23:59+01:00", "9999-12-31T23:59+01:00"),
        ("0001-01-01T00:00+14:00", "0001-01-01T01:00+14:00"),
    ],
)
def test_forged_time_is_refused(client, start, end):
    resource()
    service("salle")
    answer = client.post(START, posted(start, end))
    assert answer.status_code == 200
    assert 'class="errors"' in text(answer)
    assert not Booking.objects.exists()


@pytest.mark.parametrize("end", ["2026-03-29T04:30", "2026-03-29T05:30+02:00"])
def test_skipped_hour_is_explained(client, end):
    resource(table=timetable(weekly("00:00", "06:30"), step=30, shortest=60))
    service("salle")
    page = text(client.post(START, posted("2026-03-29T02:30", end)))
    assert "passage à l’heure d’été" in page
    assert not Booking.objects.exists()
    assert client.post(START, posted("2026-03-29T01:30", "2026-03-29T03:30")).status_code == 302
    held = Booking.objects.get()
    assert held.ends_at - held.starts_at == timedelta(hours=1)


def test_holds_in_too_many_drafts_are_refused(client):
    resource(table=timetable(weekly("00:00", "00:00")))
    service("salle")

    def hours(number: int):
        start = datetime(2026, 3, 10, number, tzinfo=timezone.get_default_timezone())
        return posted(start.isoformat(), (start + timedelta(hours=1)).isoformat())

    for number in range(15):
        assert client.post(START, hours(number)).status_code == 302
    refused = client.post(START, hours(15))
    assert refused.status_code == 200
    assert "Plusieurs demandes vous réservent déjà des heures" in text(refused)
    assert Booking.objects.count() == 15
    assert client.post(START, hours(15), REMOTE_ADDR="192.0.2.8").status_code == 302  # another household
    client.force_login(UserFactory())
    for number in range(16, 19):
        assert client.post(START, hours(number), REMOTE_ADDR=f"192.0.2.{number}").status_code == 302
    refused = client.post(START, hours(19), REMOTE_ADDR="192.0.2.19")
    assert "Plusieurs demandes vous réservent déjà des heures" in text(refused)
    assert Booking.objects.count() == 19


def test_third_yearly_series_exceeds_the_hold_limit(client):
    resource(table=timetable(holidays=False, horizon=400))
    service("salle", repeats=True)
    client.force_login(UserFactory())

    def every_week(hour: int):
        first = posted(f"2026-03-10T{hour:02}:00+01:00", f"2026-03-10T{hour + 1:02}:00+01:00")
        return client.post(START, first | {"quand-repeat": "1", "quand-until": "2027-03-09"})

    assert [every_week(hour).status_code for hour in (8, 10)] == [302, 302]
    assert Booking.objects.count() == 2 * 53
    refused = every_week(12)
    assert "Plusieurs demandes vous réservent déjà des heures" in text(refused)
    assert Booking.objects.count() == 2 * 53
    assert client.post(START, posted("2026-03-10T12:00+01:00", "2026-03-10T13:00+01:00")).status_code == 302


def test_day_pass_is_a_whole_opening_with_limited_places(client):
    table = timetable(weekly("06:00", "20:00"), whole=True, shortest=60)
    resource("parking", unit("places", 2), table=table, kind="pass", counted=True)
    service("parking")
    page = text(client.post(START, posted("", thing="parking", go="day 2026-03-10")))
    assert page.count('type="radio" name="quand-from"') == 1
    assert "6 h à 20 h" in page
    whole = posted("2026-03-10T06:00+01:00", thing="parking")
    assert 'class="errors"' in text(client.post(START, whole | {"quand-from": "2026-03-10T08:00+01:00"}))
    assert 'class="errors"' in text(client.post(START, whole | {"quand-count": "3"}))
    forged = whole | {"quand-to": "2026-03-10T07:00+01:00", "quand-count": "2"}
    assert client.post(START, forged).status_code == 302
    passes = Booking.objects.get()
    assert (passes.pieces.count(), passes.ends_at - passes.starts_at) == (2, timedelta(hours=14))
    assert 'class="errors"' in text(client.post(START, whole))
    assert client.post(START, whole | {"quand-from": "2026-03-11T06:00+01:00"}).status_code == 302


def test_buffer_time_is_neither_offered_nor_booked(client):
    resource(table=timetable(before=30, after=60))
    service("salle")
    client.post(START, posted("2026-03-10T12:00+01:00", "2026-03-10T14:00+01:00"))
    page = text(client.post(START, posted("", go="day 2026-03-10")))
    starts = page.split('id="id_quand-start"')[1].split("</select>")[0]
    assert [hour for hour in range(8, 22) if f"T{hour:02}:00" in starts] == [8, 9, 16, 17, 18, 19, 20, 21]
    for start, end in ((10, 11), (15, 16)):
        day = posted(f"2026-03-10T{start}:00+01:00", f"2026-03-10T{end}:00+01:00")
        assert "Quelqu’un d’autre" in text(client.post(START, day))
    assert client.post(START, posted("2026-03-10T16:00+01:00", "2026-03-10T17:00+01:00")).status_code == 302


def test_desks_freed_at_noon_do_not_block_the_open_desk(client):
    lines = (weekly("08:00", "12:00"), weekly("12:00", "17:00", count=1))
    table = timetable(*lines, after=10, step=30, shortest=30, longest=30, holidays=False)
    desk = resource("guichet", unit("guichets", 3), table=table, kind="appointment")
    service("guichet")
    booking(desk, "2026-03-10T11:00", "2026-03-10T11:30")
    for _ in range(2):  # on the second and third desk: the first is buffer time for ten minutes
        booking(desk, "2026-03-10T11:30", "2026-03-10T12:00")
    noon = posted("2026-03-10T12:00+01:00", thing="guichet")
    assert client.post(START, noon).status_code == 302
    assert BookedPiece.objects.get(booking__state="held").number == 1
    assert "Quelqu’un d’autre" in text(client.post(START, noon))


def test_public_and_school_holidays_follow_the_timetable(client):
    SchoolHolidays.objects.create(name="Relâches", first="2026-04-20", last="2026-04-24")
    term, camp = weekly("08:00", "12:00", school="term"), weekly("14:00", "18:00", school="holidays")
    table = timetable(term, camp)
    resource(table=table)
    service("salle")

    def opens(day: str) -> list[int]:
        page = text(client.post(START, posted("", go=f"day 2026-04-{day}")))
        return [hour for hour in (8, 14) if f'<option value="2026-04-{day}T{hour:02}:00+02:00"' in page]

    assert [opens(day) for day in ("01", "21", "03")] == [[8], [14], []]  # the third is Good Friday
    page = text(client.post(START, posted("", go="month 2026-04-01")))
    assert 'value="day 2026-04-03"' not in page
    forged = posted("2026-04-03T08:00+02:00", "2026-04-03T09:00+02:00")
    assert 'class="errors"' in text(client.post(START, forged))
    table.holidays = False
    table.save()
    assert opens("03") == [8]
    assert client.post(START, forged).status_code == 302


def test_only_offered_resources_and_quantities_are_booked(client):
    resource("autre")
    tables(40)
    service("tables")
    for forged in (
        posted("2026-03-10T18:00+01:00", "2026-03-10T19:00+01:00", "autre"),
        posted("2026-03-10T18:00+01:00", "2026-03-10T19:00+01:00", "tables", count="41"),
        posted("2026-03-10T18:00+01:00", "2026-03-10T19:00+01:00", "tables", count="-1"),
    ):
        assert 'class="errors"' in text(client.post(START, forged))
    client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T19:00+01:00", "tables", count="40"))
    assert BookedPiece.objects.count() == 40


def test_appointment_is_a_start_with_a_fixed_length(client):
    counter(desks=1)
    service("guichet")
    page = text(client.post(START, posted("", thing="guichet", go="day 2026-03-10")))
    assert 'type="radio" name="quand-from" value="2026-03-10T08:00+01:00"' in page
    client.post(START, posted("2026-03-10T08:30+01:00", thing="guichet"))
    booking = Booking.objects.get()
    assert booking.ends_at - booking.starts_at == timedelta(minutes=30)


def test_expired_hold_is_booked_only_if_still_free(client, time_machine):
    hall()
    service("grande-salle", "gauche")
    answer = client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T20:00+01:00", "grande-salle"))
    client.post(answer.url, {"nom": "Ada"})
    draft = Draft.objects.get()
    time_machine.move_to(timezone.now() + timedelta(minutes=20))
    client.post(START, posted("2026-03-10T19:00+01:00", "2026-03-10T20:00+01:00", "gauche"))
    send = client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    assert send.url.endswith("/reserver/")
    assert not Booking.objects.filter(submission__isnull=False).exists()
    time_machine.move_to(timezone.now() + timedelta(minutes=20))
    client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    assert Booking.objects.get(submission__draft=draft).state == "confirmed"


def test_month_needs_few_queries(client, django_assert_max_num_queries):
    resource(table=timetable(weekly("08:00", "20:00"), lead=0))
    service("salle")
    client.get(START)
    with django_assert_max_num_queries(12):
        client.get(START)


def test_search_finds_a_free_room_by_capacity_day_and_month(client):
    resource("petite", capacity=12)
    resource("moyenne", capacity=40)
    service("petite", "moyenne")
    wish = {"quand-people": "30", "quand-weekday": "5", "quand-month": "2026-05", "quand-go": "find"}
    page = text(client.post(START, wish))
    assert 'value="pick moyenne 2026-05-02"' in page
    assert "pick petite" not in page
    assert 'value="pick moyenne 2026-05-03"' not in page  # a Sunday
    page = text(client.post(START, {"quand-go": "pick moyenne 2026-05-02"}))
    assert '<option value="2026-05-02T08:00+02:00"' in page
    assert "Rien de libre" in text(client.post(START, wish | {"quand-people": "300"}))


def test_search_begins_with_the_first_bookable_month(client, time_machine):
    time_machine.move_to(datetime(2026, 3, 31, 23, 30, tzinfo=timezone.get_default_timezone()), tick=False)
    resource("petite")
    resource("moyenne")
    service("petite", "moyenne")
    assert 'value="pick petite 2026-04' in text(client.post(START, {"quand-go": "find"}))


def test_weekly_series_lists_taken_dates_and_free_rooms(client):
    resource()
    resource("autre")
    service("salle", "autre", repeats=True)
    client.post(START, posted("2026-03-17T19:00+01:00", "2026-03-17T21:00+01:00"))
    weekly = posted("2026-03-10T18:00+01:00", "2026-03-10T20:00+01:00", repeat="1", until="2026-04-07")
    page = text(client.post(START, weekly))
    assert "17.03.2026" in page
    assert "Autre" in page.split('class="errors"')[1][:900]
    assert Booking.objects.count() == 1
    answer = client.post(START, weekly | {"quand-leave": "1"})
    assert answer.status_code == 302
    starts = Booking.objects.filter(draft__answers__quand__repeat__isnull=False).values_list(
        "starts_at", flat=True
    )
    local = [timezone.localtime(one) for one in sorted(starts)]
    assert [(one.day, one.hour) for one in local] == [(10, 18), (24, 18), (31, 18), (7, 18)]
    client.post(answer.url, {"nom": "Ada"})
    draft = Draft.objects.get(answers__quand__repeat__isnull=False)
    client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    assert Booking.objects.filter(submission__draft=draft).count() == 4
    for until in ("", "2026-03-01", "2099-01-01"):
        assert 'class="errors"' in text(client.post(START, weekly | {"quand-until": until}))


def test_alternatives_have_enough_pieces(client):
    thing = tables(40)
    for key, quantity in (("chaises", 30), ("bancs", 10)):
        resource(key, unit(key, quantity), kind="equipment", counted=True)
    tents = resource("tentes", unit("tentes", 30), kind="equipment", counted=True)
    resource("salle")
    service("tables", "chaises", "bancs", "tentes", "salle", repeats=True)
    booking(thing, "2026-03-17T18:00", "2026-03-17T20:00", count=30)
    booking(tents, "2026-03-24T18:00", "2026-03-24T20:00", count=20)
    every = posted(
        "2026-03-10T18:00+01:00",
        "2026-03-10T20:00+01:00",
        "tables",
        repeat="1",
        until="2026-03-31",
    )

    def instead(count: str) -> str:
        said = text(client.post(START, every | {"quand-count": count})).split('class="errors"')[1][:900]
        assert "17.03.2026" in said
        return (
            said.split("Libre chaque fois :")[1].split(".")[0].strip() if "Libre chaque fois" in said else ""
        )

    assert instead("23") == "Chaises"
    assert instead("35") == ""


def test_pass_for_today_is_offered_until_its_end_or_lead_time(client, time_machine):
    day = weekly("06:00", "20:00")
    resource("parking", table=timetable(day, whole=True, holidays=False), kind="pass")
    resource("prepare", table=timetable(day, whole=True, holidays=False, lead=2), kind="pass")
    service("parking", "prepare", waiting=True)
    today = "2026-03-02T06:00+01:00/2026-03-02T20:00+01:00"
    page = text(client.post(START, posted("", thing="parking", go="month 2026-03-01")))
    assert 'value="day 2026-03-02"' in page
    page = text(client.post(START, posted("", thing="parking", go="day 2026-03-02")))
    assert f'name="quand-from" value="{today}"' in page
    assert "trop tôt" in text(client.post(START, posted(today, thing="prepare")))
    assert client.post(START, posted(today, thing="parking")).status_code == 302
    taken = text(client.post(START, posted("", thing="parking", go="day 2026-03-02")))
    assert "liste-d-attente" not in taken  # a time that has begun has no waiting list
    wait = "/liste-d-attente/salle/quand/?resource=parking&day=2026-03-02"
    assert today not in client.get(wait).text
    Booking.objects.all().delete()
    time_machine.move_to(datetime(2026, 3, 2, 20, tzinfo=timezone.get_default_timezone()), tick=False)
    assert "passé" in text(client.post(START, posted(today, thing="parking")))


def hours(thing: str = "salle") -> list[str]:
    """Return the starts of held bookings in local time."""
    held = Booking.objects.filter(resource__key=thing, state="held").order_by("starts_at")
    return [f"{timezone.localtime(one.starts_at):%d.%m. %H:%M}" for one in held]


def test_weekly_series_offers_nearest_times_for_taken_dates(client):
    room = resource()
    service("salle", repeats=True)
    booking(room, "2026-03-10T19:00", "2026-03-10T20:00")  # the first day, free before it
    booking(room, "2026-03-10T14:00", "2026-03-10T16:00")
    booking(room, "2026-03-17T17:00", "2026-03-17T20:00")  # free after it
    booking(room, "2026-03-24T16:00", "2026-03-24T22:00")  # nothing free nearby
    every = posted("2026-03-10T18:00+01:00", "2026-03-10T20:00+01:00", repeat="1", until="2026-03-31")
    page = text(client.post(START, every))
    said = page.split('class="errors"')[1][:900]
    assert "10.03.2026 (libre : 17 h à 19 h), 17.03.2026 (libre : 20 h à 22 h), 24.03.2026." in said
    assert 'href="#id_quand-until"' in said  # beside the checkbox
    page = text(client.post(START, every | {"quand-near": "1"}))
    said = page.split('class="errors"')[1][:900]
    assert "Pas libre : 24.03.2026." in said
    assert 'name="quand-near" value="1" checked' in page
    assert hours() == []
    answer = client.post(START, every | {"quand-near": "1", "quand-leave": "1"})
    assert answer.status_code == 302
    assert hours() == ["10.03. 17:00", "17.03. 20:00", "31.03. 18:00"]
    draft = Draft.objects.get()
    client.post(answer.url, {"nom": "Ada"})
    assert "17 mars 2026, 20 h à 22 h" in text(client.get(f"/demande/d/{draft.secret}/verifier/"))
    step = f"/demande/d/{draft.secret}/etape/reserver/"
    again = inputs(client.get(step).text)
    assert (again["quand-from"], again["quand-to"]) == ([every["quand-from"]], [every["quand-to"]])
    assert client.post(step, again).status_code == 302
    assert hours() == ["10.03. 17:00", "17.03. 20:00", "31.03. 18:00"]  # the same if it is saved again


def test_taken_first_date_stays_selected_for_the_nearest_time(client):
    counter()
    service("guichet", repeats=True)
    for _ in range(4):
        booking(Resource.objects.get(), "2026-03-10T09:00", "2026-03-10T09:30")
    every = posted("2026-03-10T09:00+01:00", thing="guichet", repeat="1", until="2026-03-24")
    shown = inputs(client.post(START, every).text)
    assert shown["quand-from"] == ["2026-03-10T09:00+01:00"]
    assert client.post(START, shown | {"quand-near": "1"}).status_code == 302
    assert hours("guichet") == ["10.03. 08:30", "17.03. 09:00", "24.03. 09:00"]
    once = inputs(client.post(START, every | {"quand-repeat": ""}).text)
    assert "quand-from" not in once  # a single time has no substitute


@pytest.mark.parametrize("live", ["", "1"])
@pytest.mark.parametrize("leaf", ["month 2026-04-01", "week 2026-03-30", "list 2026-04-01"])
def test_viewing_another_month_keeps_the_series(client, leaf, live):
    room = resource()
    service("salle", repeats=True)
    booking(room, "2026-03-17T19:00", "2026-03-17T20:00")  # the nearest time replaces it
    booking(room, "2026-03-24T08:00", "2026-03-24T22:00")  # left out
    every = posted("2026-03-10T18:00+01:00", "2026-03-10T20:00+01:00", repeat="1", until="2026-03-31")
    every |= {"quand-near": "1", "quand-leave": "1"}
    shown = inputs(client.post(START, every | {"quand-go": leaf, "quand-live": live}).text)
    assert "quand-day" not in shown
    assert client.post(START, shown).status_code == 302
    assert hours() == ["10.03. 18:00", "17.03. 17:00", "31.03. 18:00"]


def test_repetition_can_be_chosen_before_the_day(client):
    resource()
    service("salle", repeats=True)
    first = posted("", day="2026-03-03", repeat="2", until="2026-04-28")
    shown = inputs(client.post(START, first | {"quand-go": "month 2026-04-01"}).text)
    shown = inputs(client.post(START, shown | {"quand-go": "day 2026-04-14"}).text)
    assert (shown["quand-repeat"], shown["quand-until"]) == (["2"], ["2026-04-28"])


def test_biweekly_series_keeps_its_hour_over_clock_changes(client):
    resource()
    service("salle", repeats=True)
    every = posted("2026-03-17T18:00+01:00", "2026-03-17T20:00+01:00", repeat="2", until="2026-04-14")
    assert client.post(START, every).status_code == 302
    assert hours() == ["17.03. 18:00", "31.03. 18:00", "14.04. 18:00"]
    starts = Booking.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert [one.astimezone(UTC).hour for one in starts] == [17, 16, 16]
    assert {one.ends_at - one.starts_at for one in Booking.objects.all()} == {timedelta(hours=2)}


def test_series_leaves_out_a_skipped_hour(client):
    resource(table=timetable(weekly("00:00", "06:00"), holidays=False))
    service("salle", repeats=True)
    every = posted("2026-03-22T02:00+01:00", "2026-03-22T04:00+01:00", repeat="1", until="2026-04-05")
    assert client.post(START, every).status_code == 302
    assert hours() == ["22.03. 02:00", "05.04. 02:00"]


@pytest.mark.parametrize("times", ["9999-12-31T00:00Z/9999-12-31T01:00Z", "x/y", "2026-03-10T18:00/z", "/ /"])
def test_forged_times_of_a_series_cause_no_error(client, times):
    resource()
    service("salle", repeats=True)
    answer = client.post(START, posted("2026-03-10T18:00+01:00", "2026-03-10T20:00+01:00", times=times))
    assert answer.status_code == 302
    assert Booking.objects.count() == 1


def test_linter_reports_missing_closed_or_unpriced_resources():
    resource("fermee", offered=False, rates=[rate("sans-prix", what="disparu")])
    asked = question("quand", "booking", required=True, settings={"resources": ["fermee", "disparue"]})
    found = {
        (one.level, plain(one.message))
        for one in lint_service(content(step("un", asked)))
        if one.path == "field.quand"
    }
    assert found == {
        ("absent", "Il n’y a ici rien à réserver qui s’appelle « disparue »."),
        ("warning", "« Fermee » n’est pas proposé en ce moment."),
        ("warning", "Il n’y a ici aucun supplément « disparu » : son prix n’a pas de nom."),
        ("absent", "Le tarif n’a pas de prix pour « sans-prix » aujourd’hui."),
    }


@pytest.mark.parametrize(
    ("confirmed_if", "asked_if", "warned"),
    [
        (when("motif", value="a"), None, True),
        (when("motif", value="a"), when("motif", value="b"), True),
        (when("motif", value="a"), when("motif", value="a"), False),
        (None, None, False),
        (None, when("motif", value="a"), False),
    ],
)
def test_linter_warns_if_bookings_may_stay_provisional(confirmed_if, asked_if, warned):
    resource()
    reason = question("motif", "choice", options=options("a", "b"))
    asked = question("quand", "booking", condition=asked_if, settings={"resources": ["salle"]})
    stage = {"key": "reserver", "type": "booking", "condition": confirmed_if}
    found = lint_service(content(step("un", reason, asked), stages=[stage]))
    assert any("provisoire" in one.message for one in found if one.path == "field.quand") is warned


@pytest.mark.parametrize(
    "before", [PAYMENT, {"key": "decider", "type": "decision"}], ids=["payment", "decision"]
)
def test_linter_warns_if_no_message_has_the_access_code(before):
    resource(access_code="4711#", remind_before=0)
    resource("tard", table=timetable(lead=23), access_code="4711#", remind_before=24)
    resource("rappel", table=timetable(lead=24), access_code="4711#", remind_before=24)
    resource("ouverte", remind_before=0)
    asked = question(
        "quand", "booking", required=True, settings={"resources": ["salle", "tard", "rappel", "ouverte"]}
    )

    def hears(*stages: dict) -> list[tuple[str, str]]:
        found = lint_service(content(step("un", asked), stages=list(stages)))
        return [(one.level, plain(one.message)) for one in found if one.path == "field.quand"]

    booking_stage = "car il faut d’abord payer ou décider : placez ensuite une étape « Réservation », ou"
    assert hears(before) == [
        ("warning", f"Aucun e-mail ne donne le code d’accès de « Salle », {booking_stage} fixez un rappel."),
        (
            "warning",
            "Qui réserve « Tard » après l’heure du rappel ne reçoit le code d’accès dans aucun e-mail, "
            f"{booking_stage} faites partir le rappel plus tard.",
        ),
    ]
    assert hears(before, {"key": "reserver", "type": "booking"}) == []
    assert hears({"key": "informer", "type": "notify"}) == hears() == []


def test_choices_show_prices_and_the_total_follows(client):
    for key, amount in (("habitant", 18_000), ("societe", 9_000), ("heure", 2_000), ("caution", 20_000)):
        entry(key, amount)
    resource(
        rates=[
            rate("habitant", who="habitant"),
            rate("societe", who="societe"),
            rate("caution", deposit=True),
        ]
    )
    resource("petite", capacity=20, rates=[rate("heure", per="hour")])
    who = question("qui", "choice", required=True, options=options("habitant", "societe"))
    asked = question(
        "quand", "booking", required=True, settings={"resources": ["salle", "petite"], "who": "qui"}
    )
    FormVersionFactory(form__slug="salle", content=content(step("reserver", who, asked), slug="salle"))
    page = text(client.post(START, {"quand-resource": "petite", "quand-go": "show"}))
    assert "CHF 180.–" not in page  # the applicant's group is not answered yet
    page = text(client.post(START, {"qui": "societe", "quand-resource": "petite", "quand-go": "show"}))
    assert '<span class="price">CHF 90.–, plus une caution de CHF 200.–</span>' in page
    assert '<span class="price">CHF 20.–</span>' in page
    evening = posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00", "petite", live="1", go="price")
    page = text(client.post(START, evening | {"qui": "societe"}))
    assert 'data-own="8000"' in page
    assert "22 h · CHF 80.–" in page
    page = text(client.post(START, evening | {"qui": "societe", "quand-resource": "salle"}))
    assert 'data-own="9000"' in page
    assert 'data-own="20000"' in page  # plus the deposit


def test_extras_are_translated_and_frozen_into_the_submission(client):
    entry("salle", 18_000), entry("beamer", 4_000)
    french = BookingExtra.objects.create(key="beamer", title="projecteur", locale=locale())
    german = french.copy_for_translation(locale("de"))
    german.title = "Beamer"
    german.save()
    resource(
        rates=[
            rate("salle"),
            rate("beamer", what="beamer", asked=True),
            rate("salle", what="kitchen", asked=True),
        ]
    )
    service("salle")
    page = text(client.post(START, posted("", go="day 2026-03-10")))
    assert "Projecteur" in page
    assert "Beamer" in text(client.get(f"/de{START}"))
    evening = posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00", live="1", go="price")
    assert 'data-own="18000"' in text(client.post(START, evening))
    page = text(client.post(START, evening | {"quand-extras": ["beamer"]}))
    assert 'data-own="4000"' in page
    assert page.count('name="quand-extras" value="beamer" checked') == 1
    sent = posted("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00", extras=["beamer", "forged"])
    answer = client.post(START, sent)
    client.post(answer.url, {"nom": "Ada"})
    draft = Draft.objects.get()
    assert draft.answers["quand"]["extras"] == ["beamer"]
    assert "avec projecteur" in text(client.get(f"/demande/d/{draft.secret}/verifier/"))
    client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    french.title = "vidéoprojecteur"
    french.save()
    FeePrice.objects.filter(entry__key="beamer").update(amount=9_900)
    client.force_login(SuperuserFactory())
    assert "Vidéoprojecteur" in client.get("/admin/bookings/", {"view": "list", "day": "2026-03-10"}).text
    fees = Booking.objects.get().submission.fees
    assert [(one["label"], one["total"]) for one in fees] == [("Salle", 18_000), ("Salle, projecteur", 4_000)]
