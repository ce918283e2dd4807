"""Many simultaneous bookings of the same times: every time is taken once, and no applicant sees an error.

usage: python -m tests.resilience.bookings [--attempts 10000] [--clients 64] [--slots 200] [--others 2000] [--seed 1].

Starts a PostgreSQL and a gunicorn with several workers. Each attempt posts the step of a form over HTTP, from its own
network address, for a random time of a desk; an applicant who is too late gets the page again with what to do. Other
applicants book a hall, one of its halves or some of a few tables, at overlapping times. One of four continues and sends
the held times.
"""

import argparse
import http.client
import os
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from queue import Empty, SimpleQueue
from random import Random
from urllib.parse import urlencode

import django

from tests.benchmarks.postgresql import postgresql
from tests.benchmarks.server import HOST, gunicorn
from tests.resilience.reporting import report_and_exit

SETTINGS = "tests.resilience.booking_settings"
SERVER = {"max_connections": "100", "fsync": "off", "synchronous_commit": "off"}
WORKERS = 4
PATH, PLACES = "/demande/rendez-vous/", "/demande/salle/"
TOKEN = "resilient" * 3 + "token"  # CSRF token: the same in cookie and header
A_DAY = 16  # times of a day
TABLES, DAYS = 7, 20  # number of tables to book, and of days to book them on
SENDS = 4  # one of so many applicants continues and sends


@dataclass(frozen=True)
class Wish:
    """The path and the data of an attempt."""

    path: str
    posted: dict[str, str]


@dataclass(frozen=True)
class Answered:
    """The path of an attempt, the statuses of its posts, and whether it was sent."""

    path: str
    statuses: tuple[int, ...]
    sent: bool = False


def filled(slots: int) -> list[str]:
    """Create a database with a desk, a hall and tables, and their services; return the desk's times."""
    from django.core.management import call_command
    from django.utils import timezone

    from tests.factories.bookings import hall, resource, tables, timetable, weekly
    from tests.factories.large_forms import content, question, step
    from tests.factories.submissions import FormVersionFactory

    call_command("migrate", verbosity=0)
    lengths = {"step": 30, "shortest": 30, "longest": 30, "holidays": False}
    resource("guichet", table=timetable(weekly("08:00", "16:00"), **lengths), kind="appointment")
    places = [one.key for one in (*hall(), tables(TABLES))]
    for slug, keys in (("rendez-vous", ["guichet"]), ("salle", places)):
        asked = question("quand", "booking", required=True, settings={"resources": keys})
        made = content(step("quand", asked), step("qui", question(required=True)), slug=slug)
        FormVersionFactory(form__slug=slug, content=made)
    zone, today = timezone.get_default_timezone(), timezone.localdate()
    times = []
    for number in range(slots):
        day, place = divmod(number, A_DAY)
        start = datetime.combine(today, datetime.min.time(), zone) + timedelta(days=day + 2)
        times.append((start + timedelta(hours=8, minutes=30 * place)).isoformat(timespec="minutes"))
    return times


def desk(start: str) -> Wish:
    return Wish(PATH, {"quand-resource": "guichet", "quand-from": start})


def place(random: Random) -> Wish:
    """Return a random wish for the hall, a half of it or some tables, for up to three hours."""
    from django.utils import timezone

    zone, today = timezone.get_default_timezone(), timezone.localdate()
    day = datetime.combine(today, datetime.min.time(), zone) + timedelta(days=2 + random.randrange(DAYS))
    start = day + timedelta(hours=random.randint(8, 18))
    key = random.choice(["grande-salle", "gauche", "droite", "tables"])
    ends = {"from": start, "to": start + timedelta(hours=random.randint(1, 3))}
    posted = {f"quand-{part}": at.isoformat(timespec="minutes") for part, at in ends.items()}
    return Wish(
        PLACES,
        posted | {"quand-resource": key, "quand-count": str(random.randint(1, 3) if key == "tables" else 1)},
    )


def attempt(port: int, wish: Wish, number: int) -> Answered:
    """Post the step for one time; one of ``SENDS`` who got a time answers the second step and sends."""
    status, where = post(port, wish.path, wish.posted, number)
    if status != 302 or number % SENDS:
        return Answered(wish.path, (status,))
    went_on, _where = post(port, where, {"nom": "Ada"}, number)
    sent, receipt = post(port, where.split("/etape/")[0] + "/envoyer/", {"declared": "on"}, number)
    return Answered(wish.path, (status, went_on, sent), receipt.endswith("/envoyee/"))


def post(port: int, path: str, data: dict[str, str], number: int) -> tuple[int, str]:
    """Return the status and the address of a redirect."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }
    connection.request("POST", path, urlencode(data), headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers.get("Location", "")


def fight(
    port: int, times: list[str], attempts: int, clients: int, seed: int, others: int = 0
) -> list[Answered]:
    """Run all attempts, those of other applicants among them, from many clients at once; return the results."""
    random, waiting, answered = Random(seed), SimpleQueue(), []
    wishes = [desk(times[n] if n < len(times) else random.choice(times)) for n in range(attempts)]
    wishes += [place(random) for _ in range(others)]
    random.shuffle(wishes)
    for number, wish in enumerate(wishes):
        waiting.put((wish, number))

    def client() -> None:
        while True:
            try:
                wish, number = waiting.get_nowait()
            except Empty:
                return
            answered.append(attempt(port, wish, number))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered


def faults(answered: list[Answered], slots: int, attempts: int, others: int = 0) -> list[str]:
    """Return everything that did not happen as promised."""
    from eservices.bookings.models import Booking

    found = []
    statuses = Counter(status for one in answered for status in one.statuses)
    if other := {status: n for status, n in statuses.items() if status not in (200, 302)}:
        found.append(f"answers other than a page or the next step: {other}")
    if len(answered) != attempts + others:
        found.append(f"{len(answered)} of {attempts + others} attempts answered")
    held = Counter(one.path for one in answered if one.statuses[0] == 302)
    if held[PATH] != slots:
        found.append(f"{held[PATH]} of {slots} times of the desk were given")
    if Booking.objects.count() != sum(held.values()):
        found.append(f"{Booking.objects.count()} bookings of {sum(held.values())} that were given")
    went_on = sum(len(one.statuses) > 1 for one in answered)
    if not went_on == sum(one.sent for one in answered) == Booking.objects.filter(state="confirmed").count():
        found.append(f"not all of {went_on} who went on have sent, or have what they sent")
    return found + _taken_badly()


def _taken_badly() -> list[str]:
    """Return pieces that are taken twice, that do not exist, or whose number differs from their booking."""
    from eservices.bookings.models import BookedPiece, Booking

    found = []
    pieces = BookedPiece.objects.order_by("unit", "number", "starts_at").values_list(
        "unit", "number", "starts_at", "ends_at", "unit__quantity", named=True
    )
    for one, following in pairwise(pieces):
        if (one.unit, one.number) == (following.unit, following.number) and following.starts_at < one.ends_at:
            found.append(f"taken twice: {one}")
    found += [f"there is no such piece: {one}" for one in pieces if one.number > one.unit__quantity]
    for booking in Booking.objects.select_related("resource").prefetch_related("pieces", "resource__uses"):
        needs = booking.count * sum(use.quantity for use in booking.resource.uses.all())
        if len(booking.pieces.all()) != needs:
            found.append(f"{booking} has {len(booking.pieces.all())} pieces of {needs}")
    return found


def _too_slow(took: float) -> list[str]:
    """Return an error if the run outlasts the holds: expired times are correctly given again."""
    from eservices.bookings.actions.holds import HOLD_DURATION

    lasts = HOLD_DURATION.total_seconds()
    return [f"{took:.0f} s are longer than times are held for, {lasts:.0f} s"] if took >= lasts else []


def run(attempts: int, clients: int, slots: int, others: int, seed: int) -> tuple[dict, list[str]]:
    with ExitStack() as stack:
        url = stack.enter_context(postgresql(SERVER))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-bookings-"))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DATABASE_URL": url,
            "COMMUNE_VAR": folder,
            "TRUSTED_PROXIES": "1",
        }
        django.setup()
        times = filled(slots)
        port = stack.enter_context(gunicorn(SETTINGS, workers=WORKERS))
        began = time.monotonic()
        answered = fight(port, times, attempts, clients, seed, others)
        took = time.monotonic() - began
        found = _too_slow(took) + faults(answered, slots, attempts, others)
        from django.db import connection

        connection.close()
    given = Counter(one.path for one in answered if one.statuses[0] == 302)
    figures = {
        "attempts": attempts,
        "clients": clients,
        "slots": slots,
        "others": others,
        "held": given[PATH],
        "held_by_others": given[PLACES],
        "sent": sum(one.sent for one in answered),
        "refused": sum(one.statuses[0] == 200 for one in answered),
        "errors": sum(status >= 500 for one in answered for status in one.statuses),
        "seconds": round(took, 1),
        "attempts_per_s": round(len(answered) / took, 1),
    }
    return figures, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--others", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures, found = run(options.attempts, options.clients, options.slots, options.others, options.seed)
    report_and_exit(figures, found)


if __name__ == "__main__":
    main()
