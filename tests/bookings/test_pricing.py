"""Prices of bookings: by length, hour, day and applicant; deposits and extras."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from eservices.bookings.bookable_resources import EVERY_DAY, bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.logic.cancellation_terms import refund_percent_on
from eservices.bookings.logic.pricing import PriceLine, due_lines
from eservices.bookings.question.answers import read_answer
from eservices.bookings.question.fee_lines import Tariff
from tests.factories.bookings import rate, resource
from tests.factories.payments import entry

ZONE = ZoneInfo("Europe/Zurich")
TODAY = date(2026, 3, 2)
WEEKEND = frozenset({5, 6})


def span(start: str, end: str, day: str = "2026-03-10", last: str = "") -> TimeSpan:
    """Return a time span from one hour to another, by default on a Tuesday."""
    return TimeSpan.of(
        *(
            datetime.fromisoformat(f"{on} {at}").replace(tzinfo=ZONE)
            for on, at in ((day, start), (last or day, end))
        )
    )


def quantities(*spans: TimeSpan, count: int = 1, who: str = "", **more) -> list[Decimal]:
    one = PriceLine(**{"entry": "salle", "per": "booking", "days": EVERY_DAY} | more)
    return [found.quantity for found in due_lines([one], spans, count, who, ZONE)]


@pytest.mark.parametrize(
    ("times", "more", "expected"),
    [
        ([span("18:00", "22:00")], {}, [1]),
        ([span("18:00", "22:00")], {"per": "hour"}, [4]),
        ([span("18:00", "18:45")], {"per": "hour"}, [Decimal("0.75")]),
        ([span("18:00", "10:00", last="2026-03-12")], {"per": "day"}, [3]),
        (
            [span("16:00", "20:00")],
            {"per": "hour", "hours": (time(18), time(0))},
            [2],
        ),  # a surcharge for the evening
        ([span("22:00", "02:00", last="2026-03-11")], {"per": "hour", "hours": (time(18), time(0))}, [2]),
        ([span("08:00", "10:00")], {"hours": (time(18), time(0))}, []),
        ([span("18:00", "22:00")], {"days": WEEKEND}, []),
        ([span("18:00", "22:00", day="2026-03-14")], {"days": WEEKEND}, [1]),
        (
            [span("22:00", "02:00", day="2026-03-13", last="2026-03-14")],
            {"per": "hour", "days": WEEKEND},
            [2],
        ),
        ([span("01:00", "05:00", day="2026-03-29")], {"per": "hour"}, [3]),  # the clock goes forward
        ([span("01:00", "05:00", day="2026-10-25")], {"per": "hour"}, [5]),
        ([span("18:00", "20:00"), span("18:00", "20:00", day="2026-03-17")], {"per": "hour"}, [4]),
        (
            [span("18:00", "20:00"), span("18:00", "20:00", day="2026-03-17")],
            {"deposit": True},
            [1],
        ),  # due once
    ],
)
def test_rate_counts_times_hours_or_days_where_it_applies(times, more, expected):
    assert quantities(*times, **more) == expected


def test_rate_applies_by_answer_and_counts_each_piece():
    members = {"who": "societe"} | {"count": 12}
    assert (
        due_lines(
            [PriceLine("a", "booking", EVERY_DAY, who=frozenset({"habitant"}))],
            [span("18:00", "19:00")],
            **members,
            zone=ZONE,
        )
        == []
    )
    (found,) = due_lines(
        [PriceLine("a", "day", EVERY_DAY, who=frozenset({"societe"}))],
        [span("18:00", "19:00")],
        **members,
        zone=ZONE,
    )
    assert found.quantity == 12


def test_extra_is_due_only_if_ticked():
    beamer = PriceLine("beamer", "time", EVERY_DAY, what="beamer", asked=True)
    cloth = PriceLine("nappe", "booking", EVERY_DAY, what="nappe", asked=True)
    sound = PriceLine("sono", "hour", EVERY_DAY, what="sono", asked=True)
    evenings = [span("18:00", "20:00"), span("18:00", "20:00", day="2026-03-17")]

    def asked(*extras: str) -> list[tuple[str, Decimal]]:
        found = due_lines([beamer, cloth, sound], evenings, 12, "", ZONE, extras)
        return [(one.entry, one.quantity) for one in found]

    assert asked() == asked("ailleurs") == []
    assert asked("beamer", "nappe", "sono") == [("beamer", 2), ("nappe", 24), ("sono", 48)]


@pytest.mark.parametrize(("days", "share"), [(20, 100), (14, 100), (13, 50), (2, 50), (1, 0), (-1, 0)])
def test_refund_share_depends_on_the_cancellation_date(days, share):
    start = datetime(2026, 3, 30, 18, tzinfo=ZONE)
    now = datetime(2026, 3, 30 - days, 17, tzinfo=ZONE) if days < 30 else start
    assert refund_percent_on([(2, 50), (14, 100)], start, now) == share


@pytest.mark.django_db
def test_bill_names_each_line_and_separates_deposits():
    for key, amount in (("salle", 18_000), ("nettoyage", 6_000), ("caution", 20_000)):
        entry(key, amount)
    resource(rates=[rate("salle"), rate("nettoyage", what="cleaning"), rate("caution", deposit=True)])
    tariff = Tariff([bookable_resource("salle")], TODAY)
    wanted = read_answer(
        {
            "resource": "salle",
            "times": [["2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00"]],
            "series": "0" * 32,
        }
    )
    lines = tariff.lines("quand", wanted, "", "fr")
    assert [(one["key"], one["label"], one["total"], one.get("deposit", False)) for one in lines] == [
        ("quand_1", "Salle", 18_000, False),
        ("quand_2", "Salle, nettoyage", 6_000, False),
        ("quand_3", "Salle, caution", 20_000, True),
    ]
    assert tariff.cost(wanted.offer, wanted.spans, 1, "") == (24_000, 20_000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("per", "count", "days", "label", "quantity"),
    [
        ("day", 4, 8, "Salle (4 pièces pendant 8 jours)", "32"),
        ("hour", 4, 1, "Salle (4 pièces pendant 1,5 h)", "6"),
        ("day", 4, 1, "Salle", "4"),
        ("day", 1, 8, "Salle", "8"),
    ],
)
def test_fee_line_shows_its_pieces_and_days(per, count, days, label, quantity):
    entry("table", 500)
    resource(rates=[rate("table", per=per)])
    last = f"2026-03-{9 + days:02}"
    wanted = read_answer(
        {
            "resource": "salle",
            "count": count,
            "times": [["2026-03-10T18:00+01:00", f"{last}T19:30+01:00"]],
            "series": "0" * 32,
        }
    )
    (line,) = Tariff([bookable_resource("salle")], TODAY).lines("quand", wanted, "", "fr")
    assert (line["label"], line["quantity"], line["total"]) == (label, quantity, int(quantity) * 500)
    assert line.get("bare", label) == "Salle"
