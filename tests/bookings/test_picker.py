"""The booking question: its views and what can be requested in them."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from eservices.bookings import time_text
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import BlockedTime, Booking, WaitingEntry
from tests.bookings.test_question import START, plain, posted, service, text
from tests.factories.bookings import booking, counter, described, rate, resource, timetable, unit, weekly
from tests.factories.payments import entry

pytestmark = pytest.mark.django_db

ZONE = timezone.get_default_timezone()


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=ZONE), tick=False)


def days(page: str) -> dict[str, str]:
    """Return the days of a week or a list with their texts: “Mardi 10 mars” and the free times."""
    shown = page.split('<ul class="days">')[1].split("</ul>", maxsplit=1)[0]
    said = re.findall(r"<(?:button|span)[^>]*>([^<]+)<small>([^<]+)</small>", shown)
    return {day: words.strip() for day, words in said}


def bars(page: str) -> list[list[tuple[int, int, bool]]]:
    """Return the bars of a page, in hours: start, length, whether taken."""
    drawn = [one.split("</svg>")[0] for one in page.split('<svg class="bar"')[1:]]
    parts = [re.findall(r'<rect x="(\d+)" width="(\d+)" height="60"( class="full")?/>', one) for one in drawn]
    return [[(int(x) // 60, int(width) // 60, bool(full)) for x, width, full in one] for one in parts]


def buttons(page: str) -> list[str]:
    return re.findall(r'name="quand-go" value="((?:day|time) [^"]+)"', page)


# -- Views ---------------------------------------------------------------------------------------------------
def test_week_shows_the_free_times_of_each_day(client):
    room = resource(table=timetable(weekly("08:00", "22:00", days="01234"), holidays=False))
    service("salle")
    booking(room, "2026-03-10T12:00", "2026-03-10T18:00")
    booking(room, "2026-03-12T08:00", "2026-03-12T22:00")
    page = text(client.post(START, posted("", go="week 2026-03-10")))
    assert "dès le 9 mars" in page
    assert days(page) == {
        "Lundi 9 mars": "libre 8 h à 22 h",
        "Mardi 10 mars": "libre 8 h à 12 h, 18 h à 22 h",
        "Mercredi 11 mars": "libre 8 h à 22 h",
        "Jeudi 12 mars": "occupé",
        "Vendredi 13 mars": "libre 8 h à 22 h",
        "Samedi 14 mars": "fermé",
        "Dimanche 15 mars": "fermé",
    }
    assert buttons(page) == [f"day 2026-03-{day}" for day in ("09", "10", "11", "13")]
    assert bars(page)[1] == [(12, 6, True), (8, 4, False), (18, 4, False)]
    assert 'value="week 2026-03-02"' in page
    assert 'value="week 2026-03-16"' in page


def test_day_with_only_a_waiting_list_is_busy_and_opens(client):
    room = resource(table=timetable(holidays=False))
    service("salle", waiting=True)
    booking(room, "2026-03-12T08:00", "2026-03-12T22:00")
    page = text(client.post(START, posted("", go="week 2026-03-10")))
    assert days(page)["Jeudi 12 mars"] == "occupé"
    assert "day 2026-03-12" in buttons(page)
    page = text(client.post(START, posted("", go="day 2026-03-12")))
    assert "Rien n’est libre ce jour" in page
    assert "/liste-d-attente/salle/quand/?resource=salle&amp;day=2026-03-12" in page


def test_list_shows_only_days_with_free_times(client):
    room = resource(table=timetable(weekly("18:00", "22:00", days="1"), holidays=False))
    service("salle")
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00")
    booking(room, "2026-03-17T18:00", "2026-03-17T22:00")
    page = text(client.post(START, posted("", go="list 2026-03-04")))
    assert days(page) == {
        "Mardi 10 mars": "libre 20 h à 22 h",
        "Mardi 24 mars": "libre 18 h à 22 h",
        "Mardi 31 mars": "libre 18 h à 22 h",
    }
    assert 'value="list 2026-04-01"' in page
    booking(room, "2026-03-10T20:00", "2026-03-10T22:00")
    assert "Mardi 10 mars" not in days(text(client.post(START, posted("", go="list 2026-03-04"))))


def test_list_of_appointments_offers_free_ones_to_choose(client):
    desk = counter(desks=1, minutes=60)
    service("guichet")
    booking(desk, "2026-03-10T08:00", "2026-03-10T10:00")
    page = text(client.post(START, posted("", thing="guichet", go="list 2026-03-10")))
    assert "Mardi 10 mars" in page
    first, second = buttons(page)[:2]
    assert (first, second) == ("time 2026-03-10T10:00+01:00", "time 2026-03-10T11:00+01:00")
    page = text(client.post(START, posted("", thing="guichet", go=second)))
    assert 'value="2026-03-10T11:00+01:00" checked' in page


@pytest.mark.parametrize(("longest", "horizon"), [(None, 45), (15, 12)], ids=["hours", "appointments"])
def test_list_pages_cover_every_day_with_free_times(client, longest, horizon):
    table = timetable(horizon=horizon, holidays=False, step=15, shortest=15, longest=longest)
    resource(table=table)
    service("salle")
    press, seen = "list 2026-03-02", []
    while press and len(seen) < 100:
        page = text(client.post(START, posted("", go=press)))
        seen += dict.fromkeys(one.split()[1][:10] for one in buttons(page))
        later = re.search(r'value="(list [^"]+)"[^>]*data-keep="later"', page)
        press = later and later[1]
    assert seen == [f"{date(2026, 3, 2) + timedelta(days=number)}" for number in range(horizon + 1)]


def test_list_without_free_times_shows_a_message(client):
    resource(table=timetable(weekly(first="2026-06-01")))
    service("salle")
    page = text(client.post(START, posted("", go="list 2026-03-10")))
    assert "Rien n’est libre durant ces semaines." in page


# -- Description of the resource -----------------------------------------------------------------------------
def test_question_describes_the_room_in_the_readers_language(client):
    entry("salle", 18_000), entry("heure", 2_500)
    room = resource(
        capacity=120, rates=[rate("salle"), rate("heure", per="hour", what="cleaning", asked=True)]
    )
    service("salle")
    document = described(room)
    page = text(client.get(START))
    for said in (
        *("Grande salle", "Avec vue, 120 personnes", "Rue du Lac 1", "Piano, Scène", "<picture>"),
        *("CHF 180.–", "CHF 25.– par heure", "jusqu’à minuit", "Plan des tables", document.url),
    ):
        assert said in page, said
    assert '/reservations/salle/"' in page  # link to the room's public calendar
    page = text(client.get(f"/de{START}"))
    for said in (
        "Grosser Saal",
        "Mit Aussicht",
        "Seestrasse 1",
        "Klavier, Bühne",
        "bis Mitternacht",
        "Tischplan",
    ):
        assert said in page, said
    for said in ("Grande salle", "Rue du Lac", "Piano", "Plan des tables"):
        assert said not in page.split("<main")[1], said


# -- Times that can be requested -----------------------------------------------------------------------------
def test_blocked_time_is_not_offered_and_refused_when_forged(client):
    resource()
    service("salle")
    closed = {
        "starts_at": datetime(2026, 3, 10, 12, tzinfo=ZONE),
        "ends_at": datetime(2026, 3, 10, 18, tzinfo=ZONE),
    }
    BlockedTime.objects.create(unit=unit(), reason="Ponçage secret", **closed)
    page = text(client.post(START, posted("", go="day 2026-03-10")))
    starts = page.split('id="id_quand-start"')[1].split("</select>")[0]
    assert [hour for hour in range(8, 22) if f"T{hour:02}:00" in starts] == [8, 9, 10, 11, 18, 19, 20, 21]
    assert "Ponçage" not in page
    for start, end in ((11, 13), (13, 14), (17, 19)):
        answer = client.post(START, posted(f"2026-03-10T{start}:00+01:00", f"2026-03-10T{end}:00+01:00"))
        assert answer.status_code == 200
        assert 'class="errors"' in text(answer)
    assert not Booking.objects.exists()
    assert client.post(START, posted("2026-03-10T10:00+01:00", "2026-03-10T12:00+01:00")).status_code == 302


def test_rental_over_closed_hours_starts_and_ends_in_open_ones(client):
    entry("table", 500)
    table = timetable(weekly("08:00", "17:00", days="01234"), across=True, holidays=False)
    resource("tables", unit("tables", 40), table=table, counted=True, rates=[rate("table", per="day")])
    service("tables")
    friday = posted("2026-03-13T16:00+01:00", "2026-03-16T09:00+01:00", thing="tables", count="2")
    page = text(
        client.post(START, friday | {"quand-go": "price", "quand-live": "1", "quand-day": "2026-03-13"})
    )
    ends = page.split('id="id_quand-to"')[1].split("</select>")[0]
    assert re.findall(r'value="2026-03-1(\dT\d\d):00', ends)[:3] == ["3T17", "6T08", "6T09"]
    assert 'data-own="4000"' in page  # two tables, from Friday to Monday
    for end in ("2026-03-14T10:00+01:00", "2026-03-13T20:00+01:00"):
        assert 'class="errors"' in text(client.post(START, friday | {"quand-to": end}))
    assert client.post(START, friday).status_code == 302
    assert timezone.localtime(Booking.objects.get().ends_at).day == 16
    weekend = posted("2026-03-13T16:00+01:00", "2026-03-16T08:00+01:00", thing="tables", count="39")
    assert "Quelqu’un d’autre" in text(client.post(START, weekend))


def test_known_school_holidays_need_no_entries(client, settings):
    settings.COUNTRY, settings.SUBDIVISION = "DE", "BW"
    table = timetable(weekly("08:00", "12:00", school="term"), weekly("14:00", "18:00", school="holidays"))
    resource(table=table)
    service("salle")

    def opens(day: str) -> list[str]:
        page = text(client.post(START, posted("", go=f"day {day}")))
        return re.findall(rf'<option value="{day}T(08|14):00', page.split('id="id_quand-to"')[0])

    assert [opens(day) for day in ("2026-03-26", "2026-03-31", "2026-04-14")] == [["08"], ["14"], ["08"]]
    settings.SUBDIVISION = "NI"  # where they begin a week earlier
    table.save()
    assert opens("2026-03-26") == ["14"]


# -- Search among many ---------------------------------------------------------------------------------------
def finds(client, **wish) -> str:
    """Return the result of a search, by default in May."""
    asked = {f"quand-{name}": value for name, value in ({"month": "2026-05"} | wish).items()}
    page = text(client.post(START, asked | {"quand-go": "find"}))
    return page.split('id="id_quand-find"')[1].split("</details>")[0]


def test_search_names_rooms_of_unknown_capacity_apart(client):
    resource("grande", capacity=40)
    resource("cave")
    resource("tables", kind="equipment")
    service("grande", "cave", "tables")
    page = finds(client, people="30", weekday="5")
    assert set(re.findall(r'value="pick (\w+)', page)) == {"grande"}
    assert "On ne sait pas combien de personnes y ont place : Cave." in page
    page = finds(client, weekday="5")  # without a number of people
    assert set(re.findall(r'value="pick (\w+)', page)) == {"grande", "cave", "tables"}
    assert "On ne sait pas" not in page


@pytest.mark.parametrize("typed", ["trente", "0", "-3", "1.5", "²", "9" * 9])
def test_search_with_a_wrong_number_shows_an_error(client, typed):
    resource("grande", capacity=40)
    resource("petite", capacity=4)
    service("grande", "petite")
    page = finds(client, people=typed, weekday="5")
    assert "pick " not in page
    assert "Écrivez un nombre, comme 30." in page
    assert (
        f'value="{typed}" inputmode="numeric" aria-invalid="true" aria-describedby="id_quand-people-e"'
        in page
    )
    assert 'value="5" selected' in page


def test_search_counts_results_beyond_the_limit(client):
    for key in ("une", "deux"):
        resource(key, unit(key), capacity=40, table=timetable(holidays=False))
    service("une", "deux")
    page = finds(client)
    assert page.count("pick ") == 30
    assert "Il y en a encore 32." in page
    assert "Il y en a encore" not in finds(client, weekday="5")


def test_search_finds_rooms_free_for_the_needed_length(client):
    lines = (weekly("08:00", "12:00", days="5"), weekly("08:00", "22:00", days="6"))
    resource("salle", table=timetable(*lines, step=30, shortest=90, holidays=False))
    resource("courte", table=timetable(*lines, longest=120, holidays=False))
    resource("entiere", table=timetable(*lines, whole=True, holidays=False))
    service("salle", "courte", "entiere")
    saturday, sunday = "2026-05-02", "2026-05-03"

    def found(length: str) -> set[tuple[str, str]]:
        return {
            one
            for one in re.findall(r'value="pick (\w+) (\S+)"', finds(client, length=length))
            if one[1] <= sunday
        }

    assert len(found("")) == 6
    assert found("180") == {(key, day) for key in ("salle", "entiere") for day in (saturday, sunday)}
    assert found("360") == {("salle", sunday), ("entiere", sunday)}
    assert found("gestern") == found("")


# -- Openings that begin together ----------------------------------------------------------------------------
MORNING, DAY = (
    "2026-03-10T06:00+01:00/2026-03-10T12:00+01:00",
    "2026-03-10T06:00+01:00/2026-03-10T20:00+01:00",
)


def passes() -> None:
    """Create a morning and a whole day that begin at the same hour, with one place each."""
    table = timetable(weekly("06:00", "12:00"), weekly("06:00", "20:00"), whole=True, holidays=False)
    resource("parking", table=table, kind="pass")
    service("parking", repeats=True, waiting=True)


def radios(page: str) -> dict[str, bool]:
    """Return the times of a day that can be selected, each with whether it is."""
    return {
        value: bool(ticked)
        for value, ticked in re.findall(r'type="radio" name="quand-from" value="([^"]+)"( checked)?', page)
    }


@pytest.mark.parametrize(("wanted", "length"), [(MORNING, 6), (DAY, 14)])
def test_openings_with_the_same_start_can_both_be_chosen(client, wanted, length):
    passes()
    page = text(client.post(START, posted("", thing="parking", go="day 2026-03-10")))
    assert radios(page) == {MORNING: False, DAY: False}
    assert buttons(text(client.post(START, posted("", thing="parking", go="list 2026-03-10"))))[:2] == [
        f"time {MORNING}",
        f"time {DAY}",
    ]
    page = text(client.post(START, posted("", thing="parking", go=f"time {wanted}")))
    assert [value for value, ticked in radios(page).items() if ticked] == [wanted]
    stale = "2026-03-10T09:00+01:00"  # from a day viewed earlier
    answer = client.post(START, posted(wanted, stale, thing="parking"))
    assert answer.status_code == 302
    held = Booking.objects.get()
    assert held.ends_at - held.starts_at == timedelta(hours=length)
    page = text(client.get(f"/demande/d/{held.draft.secret}/etape/reserver/"))
    assert [value for value, ticked in radios(page).items() if ticked] == [wanted]


def test_start_alone_is_refused_if_two_openings_begin_then(client):
    passes()
    answer = text(client.post(START, posted("2026-03-10T06:00+01:00", thing="parking")))
    assert 'class="errors"' in answer
    assert not Booking.objects.exists()


def test_waiting_entry_names_one_of_two_openings(client):
    passes()
    assert client.post(START, posted(DAY, thing="parking")).status_code == 302
    url = "/liste-d-attente/salle/quand/?resource=parking&day=2026-03-10"
    page = client.get(url).text
    assert page.count(MORNING) == page.count(DAY) == 1
    assert client.post(url, {"start": DAY, "email": "ada@courriel.example"}).status_code == 302
    waiting = WaitingEntry.objects.get()
    assert waiting.ends_at - waiting.starts_at == timedelta(hours=14)


# -- The night with a repeated hour --------------------------------------------------------------------------
def test_repeated_hour_is_labelled_and_the_day_drawn_longer(client, time_machine):
    time_machine.move_to(datetime(2026, 10, 20, 9, tzinfo=ZONE), tick=False)
    room = resource(table=timetable(weekly("00:00", "05:00"), step=30, shortest=30, holidays=False))
    service("salle", repeats=True)
    page = text(client.post(START, posted("", go="day 2026-10-25")))
    starts = dict(
        re.findall(r'value="([^"]+)">([^<]+)<', page.split('id="id_quand-start"')[1].split("</select>")[0])
    )
    assert starts["2026-10-25T02:30+02:00"] == "2 h 30 (heure d’été)"
    assert starts["2026-10-25T02:30+01:00"] == "2 h 30 (heure d’hiver)"
    assert starts["2026-10-25T03:00+01:00"] == "3 h"
    assert len(starts) == len({*starts.values()}) == 12  # half hours
    winter = posted("2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00", repeat="1", until="2026-11-01")
    assert client.post(START, winter).status_code == 302
    held = Booking.objects.order_by("starts_at")
    assert [f"{one.starts_at:%d %H:%M}" for one in held] == ["25 01:30", "01 01:30"]
    said = time_text.format_span(TimeSpan(held[0].starts_at, held[0].ends_at))
    assert plain(said) == "dimanche 25 octobre 2026, 2 h 30 (heure d’hiver) à 3 h 30"
    held.delete()
    night = TimeSpan.of(
        datetime(2026, 10, 25, 2, 30, tzinfo=ZONE), datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZONE)
    )
    assert plain(time_text.format_hours(night)) == "2 h 30 (heure d’été) à 2 h 30 (heure d’hiver)"
    BlockedTime.objects.create(
        unit=room.uses.get().unit, starts_at=night.start, ends_at=night.end, reason="Pause"
    )
    page = text(client.post(START, posted("", go="day 2026-10-25")))
    drawn = re.findall(r'<rect x="([^"]+)" width="([^"]+)" height="60"( class="full")?/>', page)
    assert drawn == [("144", "58", ' class="full"'), ("0", "144", ""), ("202", "144", "")]  # of 25 hours


@pytest.mark.parametrize("series", ["nonsense", "\0", "9" * 400, "{}"])
def test_invalid_series_is_ignored(client, series):
    """Accept any value of this hidden input, which only tells the draft’s own hold from others’ bookings."""
    resource()
    service("salle")
    page = client.post(START, posted("", go="day 2026-03-10", series=series))
    assert page.status_code == 200
    assert 'id="id_quand-start"' in page.text


def test_date_with_weekday_follows_the_language():
    span = TimeSpan(datetime(2026, 12, 1, 9, tzinfo=ZONE), datetime(2026, 12, 1, 12, tzinfo=ZONE))
    with override("de"):
        assert plain(time_text.format_span(span)) == "Dienstag, 1. Dezember 2026, 9 Uhr bis 12 Uhr"
    with override("it"):
        assert plain(time_text.format_span(span)).startswith("martedì 1° dicembre 2026, ")
