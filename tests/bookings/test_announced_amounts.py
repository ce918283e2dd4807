"""Announced amounts, which equal the charged ones: on the service page, in the picker and in the bill."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.logic.cancellation_terms import changes, refund_percent_on
from eservices.bookings.models import Timetable
from eservices.bookings.public.services import booking_costs, costs_in
from eservices.bookings.question.answers import RequestedTimes
from eservices.bookings.question.fee_lines import Tariff
from eservices.catalogue.definition.linter import amounts_in, lint_service
from eservices.formbuilder import fee_breakdown
from home.caching import site_version
from tests.factories.bookings import rate, resource
from tests.factories.formbuilder import content, definition, options, question, step
from tests.factories.payments import entry

ZONE = ZoneInfo("Europe/Zurich")
TODAY = date(2026, 3, 2)  # a Monday
TERMS = [{"type": "step", "value": {"days": days, "percent": share}} for days, share in ((14, 100), (2, 50))]
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)


@pytest.fixture
def hall(db):
    """Create a hall as communes let it: rates for residents and others, at weekends, cleaning, deposit, extras."""
    for key, amount in (
        ("habitant", 18_000),
        ("externe", 42_000),
        ("week-end", 6_000),
        ("nettoyage", 6_000),
        ("caution", 20_000),
        ("regie", 8_050),
        ("heure", 2_000),
    ):
        entry(key, amount)
    return resource(
        rates=[
            rate("habitant", who="habitant"),
            rate("externe", who="externe"),
            rate("week-end", who="habitant, externe", what="weekend", days=["5", "6"]),
            rate("nettoyage", what="cleaning"),
            rate("caution", deposit=True),
            rate("regie", what="regie", asked=True),
        ],
        refunds=TERMS,
    )


def asking(**more) -> dict:
    """Build the content of a service in which the hall is booked."""
    who = question("qui", "choice", required=True, options=options("habitant", "externe"))
    asked = question("quand", "booking", required=True, settings={"resources": ["salle"], "who": "qui"})
    return content(step("reserver", who, asked), slug="salle", **more)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    starts=st.datetimes(datetime(2026, 3, 3), datetime(2026, 12, 30), timezones=st.just(ZONE)),
    hours=st.integers(1, 30),
    times=st.integers(1, 5),
    who=st.sampled_from(["habitant", "externe"]),
    extras=st.sets(st.just("regie")),
)
def test_bill_charges_the_price_shown_in_the_picker(hall, starts, hours, times, who, extras):
    known = bookable_resource("salle")
    spans = [
        TimeSpan.of(starts + timedelta(weeks=n), starts + timedelta(weeks=n, hours=hours))
        for n in range(times)
    ]
    tariff = Tariff([known], TODAY)
    shown = tariff.cost(known, spans, 1, who, extras)
    lines = tariff.lines("quand", RequestedTimes(known, spans, 1, UUID(int=0), tuple(extras)), who, "fr")
    assert (shown.price + shown.deposit, shown.deposit) == (
        fee_breakdown.sum_lines(lines),
        fee_breakdown.deposit(lines),
    )
    with translation.override("fr"):
        assert amounts_in(str(shown)) == [one for one in shown if one]
    back = [amount for _days, amount in fee_breakdown.cancellation(lines)]
    assert back == sorted(back, reverse=True)
    assert (back[0], back[-1]) == (fee_breakdown.sum_lines(lines), fee_breakdown.deposit(lines))


def amount_as_text(costs) -> str:
    with translation.override("fr"):
        return str(costs).replace("\N{NO-BREAK SPACE}", " ")


def test_service_shows_price_range_and_deposit_of_its_bookings(hall):
    found = booking_costs(definition(*asking()["steps"]), TODAY)
    assert (found.total.least, found.total.most, found.total.deposit, found.more) == (
        24_000,
        54_000,
        20_000,
        True,
    )
    assert amount_as_text(found.total) == "de CHF 240.– à CHF 540.–"
    assert found.rows("fr") == [("Salle", found.total)]


@pytest.mark.parametrize("days", [("2026-03-02", "2026-03-15"), ("2026-03-06", "2026-03-09")])
def test_announced_amount_ignores_temporary_closing(hall, days):
    shut(*days)
    found = booking_costs(definition(*asking()["steps"]), TODAY)
    assert (found.total.least, found.total.most) == (24_000, 54_000)


def test_room_closed_up_to_horizon_gives_no_price_warning(hall):
    shut("2026-03-02", "2030-01-01")
    made = asking(page={"texts": {"fr": {"price": "CHF 240.–", "price_note": ""}}})
    made["fees"] = [{"key": "dossier", "amount": 1_000}]
    assert not [one for one in lint_service(made) if one.path == "page.price"]


def shut(first: str, last: str) -> None:
    """Close the timetable from ``first`` to ``last``, both included."""
    hours = {"opens": None, "closes": None, "count": None, "reason": ""}
    table = Timetable.objects.get()
    table.specials = [
        ("special", hours | {"first": date.fromisoformat(first), "last": date.fromisoformat(last)})
    ]
    table.save()
    site_version.bump_version()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    opens=st.integers(8, 20),
    per=st.sampled_from(["booking", "time"]),
    day=st.integers(1, 7),
    starts=st.integers(8, 21),
    length=st.integers(1, 6),
    who=st.sampled_from(["habitant", "externe"]),
)
def test_bill_stays_within_the_range_of_the_service(hall, opens, per, day, starts, length, who):
    hours = {"opens": f"{opens:02}:00", "closes": f"{opens + 2:02}:00"}
    evening = rate("regie", per=per, what="evening", days=["1", "5"], **hours)
    hall.rates = [*list(hall.rates.raw_data)[:6], evening]
    hall.save()
    site_version.bump_version()
    start = datetime(2026, 3, 2 + day, starts, tzinfo=ZONE)
    end = min(start + timedelta(hours=length), start.replace(hour=22))
    wanted = RequestedTimes(bookable_resource("salle"), [TimeSpan.of(start, end)], 1, UUID(int=0), ())
    lines = Tariff([wanted.offer], TODAY).lines("quand", wanted, who, "fr")
    charged = fee_breakdown.sum_lines(lines) - fee_breakdown.deposit(lines)
    found = booking_costs(definition(*asking()["steps"]), TODAY).total
    assert found.least <= charged <= found.most


def test_service_page_shows_refunds_of_cancellations(hall):
    found = booking_costs(definition(*asking()["steps"]), TODAY)
    ((title, costs, sentences),) = found.rows_with_terms("en")
    assert (title, costs) == ("Salle", found.total)
    with translation.override("en"):
        said = [one.replace("\N{NO-BREAK SPACE}", " ") for one in found.rows_with_terms("en")[0][2]]
    assert len(sentences) == 3
    assert said == [
        "If you cancel at least 14 days before: CHF 440.– to CHF 740.– is refunded.",
        "If you cancel at least 2 days before: CHF 320.– to CHF 470.– is refunded.",
        "If you cancel later: CHF 200.– is refunded.",
    ]


def test_range_has_no_end_if_price_grows_with_time(hall):
    resource("petite", rates=[rate("heure", per="hour", who="externe")])
    asked = question("quand", "booking", settings={"resources": ["petite"], "who": "qui"})
    who = question("qui", "choice", options=options("habitant", "externe"))
    found = booking_costs(definition(step("reserver", who, asked)), TODAY)
    assert amount_as_text(found.total) == "gratuit ou dès CHF 20.–"


def test_service_without_priced_booking_has_no_range(db):
    resource(rates=[])
    asked = question("quand", "booking", settings={"resources": ["salle"]})
    assert booking_costs(definition(step("reserver", asked)), TODAY) is None


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("CHF 15.–", [1_500]),
        ("Dès CHF 60.– | Salle : CHF 180.–", [6_000, 18_000]),
        ("Fr. 1’200.50", [120_050]),
        ("12,50 €", [1_250]),
        ("Gratuit dès 14 jours", []),
    ],
)
def test_amounts_are_found_in_text(text, amounts):
    assert amounts_in(text) == amounts


@pytest.mark.parametrize(
    ("price", "warned"),
    [("CHF 180.–", True), ("CHF 240.– à CHF 540.–, caution CHF 200.–", False), ("", False)],
)
def test_linter_warns_of_announced_amount_that_is_never_charged(hall, price, warned):
    made = asking(page={"texts": {"fr": {"price": price, "price_note": ""}}})
    assert any("CHF" in one.message and one.path == "page.price" for one in lint_service(made)) is warned
    assert {240_00, 300_00} < {one.price for one in costs_in(definition(*made["steps"]), TODAY)}


STEPS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100)), max_size=4)


@given(STEPS, st.integers(1, 90))
def test_refund_share_stays_until_its_next_change(steps, ahead):
    starts = NOW + timedelta(days=ahead)
    found = changes(steps, starts, NOW)
    assert [at for at, _share in found] == sorted(at for at, _share in found)
    share = refund_percent_on(steps, starts, NOW)
    for at, after in found:
        assert refund_percent_on(steps, starts, at) == share > after
        assert refund_percent_on(steps, starts, at + timedelta.resolution) == after
        share = after
    assert refund_percent_on(steps, starts, starts - timedelta.resolution) == share


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([[14, 100], [2, 50]], [(14, 380), (2, 290), (None, 200)]),
        ([[14, 100], [0, 50]], [(14, 380), (0, 290)]),
        ([[0, 100]], [(0, 380)]),
        ([], [(None, 200)]),
    ],
    ids=["then nothing", "then half", "always all", "never"],
)
def test_bill_shows_refund_of_cancelled_booking(steps, expected):
    lines = [
        {"key": "a", "total": 18_000, "terms": steps},
        {"key": "b", "total": 20_000, "terms": steps, "deposit": True},
        {"key": "c", "total": 3_000},
    ]
    assert fee_breakdown.cancellation(lines) == [(days, amount * 100) for days, amount in expected]
    assert fee_breakdown.cancellation(lines[2:]) == []
