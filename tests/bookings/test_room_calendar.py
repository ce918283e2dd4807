"""The public calendar of a room: taken times, without names."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from eservices.bookings.models import BlockedTime, WaitingEntry
from tests.factories.bookings import booking, described, hall, resource, tables, unit
from tests.factories.cases import CaseFactory
from tests.factories.large_forms import content, question, step
from tests.factories.submissions import FormVersionFactory

ZONE = timezone.get_default_timezone()
ROOM = "/reservations/salle/"
VIEWS = ("mois", "semaine", "liste")
HALL = ("grande-salle", "gauche", "droite")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 9, 9, tzinfo=ZONE), tick=False)


@pytest.fixture
def room():
    return resource()


@pytest.mark.parametrize("view", VIEWS)
def test_public_bookings_are_named_and_private_ones_are_busy(client, room, view):
    case = CaseFactory()
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Don du sang", public=True)
    booking(room, "2026-03-11T18:00", "2026-03-11T20:00", title="Fête de Rosa", submission=case.submission)
    asked = {"public": True, "state": "provisional"}
    booking(room, "2026-03-12T18:00", "2026-03-12T20:00", title="Pas encore décidé", **asked)
    page = client.get(ROOM, {"vue": view, "jour": "2026-03-09"}).text
    assert "Don du sang" in page
    assert not any(words in page for words in ("Rosa", "décidé", case.applicant, case.reference))
    assert ("occupée" in page) == (view != "mois")


def test_adjacent_private_bookings_are_one_busy_time(client, room):
    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Une")
    booking(room, "2026-03-10T20:00", "2026-03-10T22:00", title="Autre")
    page = client.get(ROOM, {"vue": "liste"}).text
    assert page.count("occupée") == 1
    assert "à 22" in page


def test_day_is_free_busy_partly_free_or_closed(client, room):
    booking(room, "2026-03-10T08:00", "2026-03-10T22:00")
    booking(room, "2026-03-11T08:00", "2026-03-11T09:00")
    day = datetime(2026, 3, 12, tzinfo=ZONE)
    BlockedTime.objects.create(unit=unit(), starts_at=day, ends_at=day.replace(day=13), reason="Chut")
    page = client.get(ROOM, {"vue": "semaine", "jour": "2026-03-09"}).text
    assert [page.count(f"</i>{words}</small>") for words in ("occupé", "libre en partie", "libre")] == [
        2,
        1,
        4,
    ]
    assert "Chut" not in page


def waits(room, start: str, end: str) -> WaitingEntry:
    """Create a waiting entry for a time."""
    starts, ends = (datetime.fromisoformat(at).replace(tzinfo=ZONE) for at in (start, end))
    form = FormVersionFactory().form
    who = {"form": form, "field": "quand", "email": "ada@courriel.example", "language": "fr"}
    return WaitingEntry.objects.create(resource=room, starts_at=starts, ends_at=ends, **who)


def test_past_days_are_not_shown_as_free(client, room, time_machine):
    days = client.get(f"{ROOM}?jour=2026-03-09").text.count("</i><span>libre")
    time_machine.move_to(datetime(2026, 3, 16, 9, tzinfo=ZONE), tick=False)
    assert client.get(f"{ROOM}?jour=2026-03-09").text.count("</i><span>libre") == days - 7


@pytest.mark.parametrize("view", VIEWS)
def test_time_promised_to_the_waiting_list_is_busy(client, room, view, time_machine):
    until = timezone.now() + timedelta(minutes=15)
    booking(room, "2026-03-10T08:00", "2026-03-10T22:00", state="held", held_until=until)
    one = waits(room, "2026-03-10T08:00", "2026-03-10T22:00")
    time_machine.shift(timedelta(minutes=16))

    def is_busy() -> bool:
        page = client.get(ROOM, {"vue": view, "jour": "2026-03-10"}).text
        return ("<span>occupé</span>" if view == "mois" else "</i>occupé</small>") in page

    assert is_busy()
    one.delete()
    assert not is_busy()


def test_promised_half_blocks_the_hall_but_not_the_other_half(client):
    _whole, left, _right = hall()
    waits(left, "2026-03-10T18:00", "2026-03-10T20:00")
    asked = {"vue": "liste", "jour": "2026-03-10"}
    busy = {key: client.get(f"/reservations/{key}/", asked).text.count("occupée") for key in HALL}
    assert busy == {"grande-salle": 1, "gauche": 1, "droite": 0}


def test_half_is_busy_while_the_hall_is_booked(client):
    whole, _left, _right = hall()
    booking(whole, "2026-03-10T18:00", "2026-03-10T20:00", title="Bal", public=True)
    booking(whole, "2026-03-11T18:00", "2026-03-11T20:00", title="Noces")
    page = client.get("/reservations/gauche/", {"vue": "liste"}).text
    assert "Bal (Grande-salle)" in page
    assert "Noces" not in page


def test_calendar_describes_the_room_in_the_readers_language(client, room):
    document = described(room)
    asked = question("quand", "booking", required=True, settings={"resources": ["salle"]})
    FormVersionFactory(form__slug="louer", content=content(step("reserver", asked), slug="louer"))
    page = client.get(ROOM).text
    for words in (
        *("Grande salle", "Rue du Lac 1", "Scène", "<picture>", "jusqu’à minuit"),
        *("Plan des tables", document.url, "/demande/louer/"),
    ):
        assert words in page, words
    assert "Grande salle" in client.get("/reservations/").text
    page = client.get(f"/de{ROOM}").text
    for words in (
        "Grosser Saal",
        "<picture>",
        "Seestrasse 1",
        "Klavier",
        "Bühne",
        "bis Mitternacht",
        "Tischplan",
    ):
        assert words in page, words
    for words in ("Grande salle", "Rue du Lac", "Piano", "Plan des tables"):
        assert words not in page.split("<main")[1].split("</main>")[0], words
    assert "Grosser Saal" in client.get("/de/reservations/").text
    assert "Grande salle" in client.get(f"/it{ROOM}").text  # untranslated texts are shown in French


def test_only_offered_rooms_have_a_calendar(client, room):
    tables()
    assert client.get("/reservations/tables/").status_code == 404
    assert client.get("/reservations/inconnue/").status_code == 404
    room.offered = False
    room.save()
    assert client.get(ROOM).status_code == 404
    assert client.post("/reservations/").status_code == 405


@pytest.mark.parametrize(
    "asked", [{"vue": "an", "jour": "x"}, {"jour": "0001-01-01"}, {"jour": "8999-12-31"}, {"jour": "\x00"}]
)
def test_calendar_accepts_any_query(client, room, asked):
    for view in VIEWS:
        assert client.get(ROOM, {"vue": view} | asked).status_code == 200


@pytest.mark.parametrize("view", VIEWS)
def test_calendar_needs_constant_queries(client, room, view, django_assert_max_num_queries):
    asked = {"vue": view, "jour": "2026-03-09"}

    def cost() -> int:
        with django_assert_max_num_queries(20) as queries:
            client.get(ROOM, asked)
        return len(queries)

    booking(room, "2026-03-10T18:00", "2026-03-10T20:00", title="Bal", public=True)
    client.get(ROOM, asked)
    before = cost()
    for day in range(11, 25):
        booking(room, f"2026-03-{day}T18:00", f"2026-03-{day}T20:00", title="Bal", public=day % 2 == 0)
    assert cost() == before


def test_calendar_sets_no_cookie_and_is_not_cached(client, room):
    response = client.get(ROOM)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert "<script" not in response.text.split("<main")[1].split("</main>")[0]
