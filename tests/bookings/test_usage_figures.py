"""Usage figures: occupancy and revenue of resources, for their teams."""

import csv
import re
from datetime import date, datetime
from io import StringIO

import pytest
from django.utils import timezone

from eservices.bookings.schedule import usage_figures
from eservices.cases.models import Role
from eservices.payments.models import Charge
from home.caching.site_version import bump_version
from tests.factories.bookings import booking, hall, resource, timetable, unit, weekly
from tests.factories.cases import CaseFactory, TeamFactory, member

FIGURES = "/admin/bookings/figures/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime(2026, 3, 9, 9, tzinfo=timezone.get_default_timezone()), tick=False)


@pytest.fixture
def team():
    return TeamFactory(key="salles", name="Salles")


@pytest.fixture
def room(team):
    return resource(team=team, table=timetable(weekly("08:00", "18:00")))


def rows(client, **asked) -> list[dict]:
    answer = client.get(f"{FIGURES}csv/", {"months": 3} | asked)
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def charged(case, *lines: tuple, refunded: int = 0, state: str = "paid") -> None:
    """Create a charge of the case as fully paid.

    ``lines``: tuples of key, amount, and whether it is a deposit.
    """
    made = [
        {"key": key, "total": amount} | ({"deposit": True} if held else {}) for key, amount, held in lines
    ]
    amount = sum(line["total"] for line in made)
    Charge.objects.create(
        case=case,
        stage=case.stages.first(),
        amount=amount,
        paid=amount,
        refunded=refunded,
        lines=made,
        state=state,
        currency="CHF",
        expires_at=timezone.now(),
    )


def test_months_end_with_the_requested_one():
    found = usage_figures.calendar_months(date(2026, 3, 31), 3)
    assert [(month.first, month.last) for month in found] == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 31)),
    ]


def test_open_hours_and_outcomes_of_bookings_are_counted(client, team, room):
    booking(room, "2026-02-10T08:00", "2026-02-10T18:00")
    booking(room, "2026-02-11T16:00", "2026-02-11T22:00")  # two hours of it while it is open
    booking(room, "2026-03-02T08:00", "2026-03-02T09:00", state="missed")
    booking(room, "2026-03-03T08:00", "2026-03-03T09:00", state="cancelled")
    client.force_login(member(Role.READ, team))
    january, february, march = rows(client)
    assert (january["Réservations"], january["Part occupée"]) == ("0", "0,00")
    assert (february["Heures ouvertes"], february["Heures occupées"], february["Réservations"]) == (
        "280,00",
        "12,00",
        "2",
    )
    assert [
        march[name] for name in ("Heures occupées", "Réservations", "Annulées", "Personne n’est venu")
    ] == [*("0,00", "1", "1", "1")]


def plots(client, **asked) -> dict[str, list[tuple[float, str]]]:
    """Return the bars of each plot of the page: height in pixels, and the label above."""
    drawn = (
        client.get(FIGURES, {"months": 3} | asked).text.replace("\N{NO-BREAK SPACE}", " ").split("<svg")[1:]
    )
    bar = r'<rect [^>]*height="([\d.]+)"/>(?:<text[^>]*>([^<]*)</text>)?'
    found = [re.findall(bar, one.split("</svg>")[0]) for one in drawn if 'class="plot' in one]
    named = ("share", "booked", "revenue", "Salle")
    return {name: [(float(high), said) for high, said in one] for name, one in zip(named, found, strict=True)}


def test_plots_are_proportional_and_labelled(client, team, room):
    case = CaseFactory()
    for day in (10, 11, 12, 13):
        booking(room, f"2026-02-{day}T08:00", f"2026-02-{day}T18:00")
    asked = {"submission": case.submission, "field": "quand"}
    booking(room, "2026-03-10T08:00", "2026-03-10T18:00", **asked)
    booking(room, "2026-03-11T08:00", "2026-03-11T18:00", **asked)
    charged(case, ("quand_1", 20_000, False))
    client.force_login(member(Role.READ, team))
    found = plots(client)
    share, booked, revenue, room_share = found.values()
    assert [said for _high, said in share] == ["0 %", "14 %", "6 %"]  # 40 of 280 hours, 20 of 310 hours
    assert [said for _high, said in booked] == ["0", "4", "2"]
    assert [said for _high, said in revenue] == ["CHF 0.–", "", "CHF 200.–"]
    for plot in (share, booked, room_share):
        assert [high > 0 for high, _said in plot] == [False, True, True]
    assert booked[1][0] == pytest.approx(2 * booked[2][0], abs=1)
    assert share[2][0] == pytest.approx(share[1][0] * 6 / 14, abs=1)
    assert [high > 0 for high, _said in revenue] == [False, False, True]
    table = client.get(FIGURES, {"months": 3}).text.replace("\N{NO-BREAK SPACE}", " ")
    cells = re.findall(r'<td class="(?:x1 )?r">([^<]+)</td>', table.split("<tbody>")[1].split("</tbody>")[0])
    assert cells[4:] == ["14 %", "4", "0", "CHF 0.–", "6 %", "2", "0", "CHF 200.–"]


def test_overlapping_openings_count_once(client, team):
    table = timetable(weekly("08:00", "12:00"), weekly("08:00", "18:00"), whole=True, holidays=False)
    room = resource(team=team, table=table)
    booking(room, "2026-02-10T08:00", "2026-02-10T12:00")
    booking(room, "2026-02-11T08:00", "2026-02-11T18:00")
    client.force_login(member(Role.READ, team))
    _january, february, _march = rows(client)
    assert (february["Heures ouvertes"], february["Heures occupées"]) == ("280,00", "14,00")


def test_booked_half_counts_as_half_of_the_hall(client, team):
    whole, left, _right = hall()
    for one in (whole, left):
        one.team = team
        one.save()
    booking(left, "2026-03-10T08:00", "2026-03-10T22:00")
    client.force_login(member(Role.READ, team))
    hours = {row["Quoi"]: row["Heures occupées"] for row in rows(client) if row["Mois"] == "2026-03"}
    assert hours == {"Grande-salle": "7,00", "Gauche": "14,00"}


def test_hours_with_half_of_the_desks_count_for_half(client, team):
    table = timetable(weekly("08:00", "10:00", count=1))
    desk = resource("guichet", unit("guichets", 2), table=table, team=team, kind="appointment")
    booking(desk, "2026-03-10T08:00", "2026-03-10T10:00")
    client.force_login(member(Role.READ, team))
    march = next(row for row in rows(client) if row["Mois"] == "2026-03")
    assert (march["Heures ouvertes"], march["Heures occupées"]) == ("31,00", "1,00")
    month = client.get("/admin/bookings/", {"view": "month", "day": "2026-03-10"}).text
    assert 'y="0%" height="100%"' in month  # the day is fully booked


def test_revenue_excludes_deposits_and_refunds(client, team, room):
    submission = CaseFactory().submission
    for day in (10, 17):  # two times of one answer
        booking(room, f"2026-03-{day}T08:00", f"2026-03-{day}T09:00", submission=submission, field="quand")
    charged(submission.case, ("quand_1", 20000, False), ("quand_2", 5000, True), ("autre", 999, False))
    again = CaseFactory()
    gone = {"submission": again.submission, "field": "quand", "state": "cancelled"}
    booking(room, "2026-02-12T08:00", "2026-02-12T09:00", **gone)
    charged(again, ("quand_1", 10000, False), ("quand_2", 5000, True), refunded=10000)
    open_ = CaseFactory()
    booking(room, "2026-01-12T08:00", "2026-01-12T09:00", submission=open_.submission, field="quand")
    charged(open_, ("quand_1", 7000, False), state="open")
    client.force_login(member(Role.READ, team))
    assert [row["Recettes"] for row in rows(client)] == ["0,00", "50,00", "200,00"]


@pytest.mark.parametrize(
    ("lines", "refunded", "part"),
    [([], 0, 0), ([100], 0, 1), ([100], 100, 0), ([100, -50], 50, 1), ([100, -50], 100, 0.5), ([-50], 0, 0)],
)
def test_refunds_count_against_deposits_first(lines, refunded, part):
    made = [{"total": abs(total), "deposit": total < 0} for total in lines]
    assert usage_figures.retained_share(made, refunded) == part


def test_other_teams_see_no_figures(client, team, room):
    booking(room, "2026-02-10T08:00", "2026-02-10T18:00")
    assert client.get(FIGURES).status_code == 302
    client.force_login(member(Role.CONFIGURE, TeamFactory(key="police", name="Police")))
    assert rows(client) == []
    assert "Salle" not in client.get(FIGURES).text


def test_figures_need_constant_queries(client, team, room, django_assert_max_num_queries):
    def cost() -> int:
        bump_version()  # invalidates the cache, so that each call reads again
        with django_assert_max_num_queries(30) as queries:
            assert client.get(FIGURES).status_code == 200
        return len(queries)

    client.force_login(member(Role.READ, team))
    booking(room, "2026-02-10T08:00", "2026-02-10T09:00", submission=CaseFactory().submission, field="quand")
    client.get(FIGURES)
    before = cost()
    for number in range(3):
        other = resource(f"salle-{number}", team=team, table=room.timetable)
        made = CaseFactory().submission
        for day in range(10, 20):
            booking(other, f"2026-02-{day}T08:00", f"2026-02-{day}T09:00", submission=made, field="quand")
    assert cost() == before


@pytest.mark.parametrize(
    "asked",
    [{"kind": "x"}, {"months": "x"}, {"months": "1000"}, {"last": "0001-01-01"}, {"last": "9999-12-31"}],
)
def test_figures_accept_any_query(client, team, room, asked):
    client.force_login(member(Role.READ, team))
    assert client.get(FIGURES, asked).status_code == 200


def test_summary_counts_bookings_and_cancellations(client, team, room):
    booking(room, "2026-03-03T08:00", "2026-03-03T09:00", state="confirmed")
    client.force_login(member(Role.READ, team))

    def summary_of_march() -> str:
        page = client.get(FIGURES, {"months": 3}).text.replace("\N{NO-BREAK SPACE}", " ")
        return re.search(r"mars 2026 : ([^<]*)\.</p>", page)[1]

    assert summary_of_march() == "1 réservation, CHF 0.–"
    booking(room, "2026-03-04T08:00", "2026-03-04T09:00", state="cancelled")
    bump_version()
    assert summary_of_march() == "1 réservation, 1 annulée, CHF 0.–"
    for day in (5, 6):
        booking(room, f"2026-03-0{day}T08:00", f"2026-03-0{day}T09:00", state="cancelled")
    bump_version()
    assert summary_of_march() == "1 réservation, 3 annulées, CHF 0.–"
