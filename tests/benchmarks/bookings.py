"""Benchmark of the calendar of a counter with five years of bookings, and of the search over many rooms.

usage: python -m tests.benchmarks.bookings [--bookings 50000] [--resources 100] [--rounds 60]. Starts a PostgreSQL. The
times are those of the server, measured within one process: the page with the next whole month of a counter with four
desks, the search for free rooms on the Saturdays of a month, and the page with its results; that page also over HTTP
from a gunicorn.
"""

import argparse
import http.client
import json
import os
import time
from datetime import datetime, timedelta
from random import Random
from statistics import median
from urllib.parse import urlencode

import django

from tests.benchmarks.postgresql import postgresql
from tests.benchmarks.server import HOST, gunicorn

SETTINGS = "tests.benchmarks.queue_settings"
SERVER = {"fsync": "off", "synchronous_commit": "off"}
COUNTER, SEARCH = "/demande/rendez-vous/", "/demande/salle/"
TOKEN = "measured" * 4  # CSRF token: cookie and header are equal
DESKS, A_DAY, DAYS = 4, 14, 5 * 365
LEAST_OPEN = 15  # days, in a month with holidays
MONTH_MS, SEARCH_MS = 50, 150  # p95


def filled(bookings: int, resources: int) -> None:
    """Create a migrated database, a counter with a full past, and rooms that are partly booked on Saturdays."""
    from django.core.management import call_command

    from tests.factories.bookings import counter, resource, timetable
    from tests.factories.large_forms import content, question, step
    from tests.factories.submissions import FormVersionFactory

    call_command("migrate", verbosity=0)
    desks = counter(desks=DESKS)
    table = timetable()
    rooms = [resource(f"salle-{n}", table=table, capacity=30 + n) for n in range(resources)]
    for slug, keys in (("rendez-vous", ["guichet"]), ("salle", [room.key for room in rooms])):
        asked = question("quand", "booking", required=True, settings={"resources": keys})
        FormVersionFactory(form__slug=slug, content=content(step("quand", asked), slug=slug))
    take_all(desks, bookings)
    take_evenings(rooms)


def take_all(counter, bookings: int) -> None:
    """Create appointments on all desks over five years and the next whole month, evenly distributed."""
    random, unit = Random(1), counter.uses.get().unit_id
    end = next_month(next_month())
    days = [end - timedelta(days=n + 1) for n in range(DAYS)]
    working = [day for day in days if day.weekday() < 5]
    places = [(day, place, desk) for day in working for place in range(A_DAY) for desk in range(1, DESKS + 1)]
    rows = []
    for day, place, desk in random.sample(places, min(bookings, len(places))):
        hour = 8 + place / 2 if place < 8 else 14 + (place - 8) / 2
        rows.append((counter.pk, unit, desk, at(day, hour), at(day, hour + 0.5)))
    take(rows)


def take_evenings(rooms) -> None:
    from django.utils import timezone

    random, today = Random(2), timezone.localdate()
    rows = []
    for room in rooms:
        unit = room.uses.get().unit_id
        for ahead in random.sample(range(1, 120), 40):
            day = today + timedelta(days=ahead)
            rows.append((room.pk, unit, 1, at(day, 14), at(day, 20)))
    take(rows)


def at(day, hour: float) -> datetime:
    from django.utils import timezone

    zone = timezone.get_default_timezone()
    return datetime(day.year, day.month, day.day, int(hour), int(hour % 1 * 60), tzinfo=zone)


def take(rows: list[tuple]) -> None:
    from eservices.bookings.models import BookedPiece, Booking

    made = [
        Booking(resource_id=resource, starts_at=start, ends_at=end, state="confirmed")
        for resource, _unit, _number, start, end in rows
    ]
    Booking.objects.bulk_create(made, batch_size=2000)
    pieces = [
        BookedPiece(booking=booking, unit_id=unit, number=number, starts_at=start, ends_at=end)
        for booking, (_resource, unit, number, start, end) in zip(made, rows, strict=True)
    ]
    BookedPiece.objects.bulk_create(pieces, batch_size=2000)


def timed(act, rounds: int) -> dict[str, float]:
    times = []
    for _ in range(rounds + 5):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    times = sorted(times[5:])
    return {"p50_ms": round(median(times), 1), "p95_ms": round(times[int(len(times) * 0.95)], 1)}


def measured(rounds: int) -> dict[str, dict]:
    from django.test import Client
    from django.utils import timezone

    from eservices.bookings.bookable_resources import bookable_resources
    from eservices.bookings.question.free_search import SearchRequest, find_free_resources

    client = Client()

    def month():
        if month_ahead(client).count(b'name="quand-go" value="day ') < LEAST_OPEN:
            raise SystemExit("The page does not show a month of open days.")

    first = next_month(next_month())

    def page():
        if b'value="pick salle-' not in client.post(SEARCH, wished(first)).content:
            raise SystemExit("The page found nothing.")

    wish = SearchRequest(first, people=30, weekday=5, length=timedelta(hours=4))
    rooms = [offer for offer in bookable_resources().values() if offer.kind == "room"]
    if not find_free_resources(rooms, wish, timezone.now()):
        raise SystemExit("Nothing was found.")
    return {
        "month": timed(month, rounds),
        "search": timed(lambda: find_free_resources(rooms, wish, timezone.now()), rounds),
        "search page": timed(page, rounds),
    }


def month_ahead(client) -> bytes:
    """Return the counter's page of the next month, so that all its days are in the future, whatever the date."""
    return client.post(COUNTER, {"quand-resource": "guichet", "quand-go": f"month {next_month()}"}).content


def next_month(day=None):
    """Return the first day of the month after that of ``day``, or after the current month."""
    from django.utils import timezone

    return ((day or timezone.localdate()).replace(day=1) + timedelta(days=31)).replace(day=1)


def wished(first) -> dict[str, str]:
    """Return the POST data of a search for a room for thirty people on a Saturday of a month."""
    wish = {"people": "30", "weekday": "5", "month": f"{first:%Y-%m}", "go": "find"}
    return {f"quand-{name}": said for name, said in wish.items()}


def over_http(rounds: int) -> dict[str, float]:
    """Measure the search over HTTP with a persistent connection."""
    body = urlencode(wished(next_month(next_month())))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }
    with gunicorn(SETTINGS) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=60)

        def search():
            connection.request("POST", SEARCH, body, headers)
            answer = connection.getresponse()
            if answer.status != 200 or b'value="pick salle-' not in answer.read():
                raise SystemExit(f"The search answered {answer.status}.")

        return timed(search, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=50_000)
    parser.add_argument("--resources", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with postgresql(SERVER) as url:
        os.environ |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "DATABASE_URL": url}
        django.setup()
        filled(options.bookings, options.resources)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        figures = measured(options.rounds)
        connection.close()
        figures["search over HTTP"] = over_http(options.rounds)
    budgets = dict.fromkeys(figures, SEARCH_MS) | {"month": MONTH_MS}
    missed = [name for name, most in budgets.items() if figures[name]["p95_ms"] > most]
    for name, found in figures.items():
        print(f"{name:18}{found['p50_ms']:>10} ms{found['p95_ms']:>10} ms p95, budget {budgets[name]} ms")
    print(json.dumps(vars(options) | {"ms": figures, "budgets": budgets, "missed": missed}))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
