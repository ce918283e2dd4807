"""Many people want the same times at the same moment: every time is taken once, and nobody sees an error.

usage: python -m tests.resilience.bookings [--attempts 10000] [--clients 64] [--slots 200] [--seed 1]. Starts a
PostgreSQL and a gunicorn with several workers. Each attempt is the step of a form, posted over HTTP from an address of
its own, for one of the times by chance; whoever is too late gets the page again with what to do.
"""

import argparse
import http.client
import json
import os
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from random import Random
from urllib.parse import urlencode

import django

from tests.benchmarks.postgresql import postgresql
from tests.benchmarks.server import HOST, gunicorn

SETTINGS = "tests.benchmarks.queue_settings"
SERVER = {"max_connections": "100", "fsync": "off", "synchronous_commit": "off"}
WORKERS = 4
PATH = "/demande/rendez-vous/"
TOKEN = "resilient" * 3 + "token"  # against forgery: cookie and header say the same
A_DAY = 16  # times of a day


def filled(slots: int) -> list[str]:
    """A migrated database, a counter with one desk, a service that asks for an appointment; the times as posted."""
    from django.core.management import call_command
    from django.utils import timezone

    from tests.factories.bookings import resource, timetable, weekly
    from tests.factories.forms import content, question, step
    from tests.factories.submissions import FormVersionFactory

    call_command("migrate", verbosity=0)
    lengths = {"step": 30, "shortest": 30, "longest": 30, "holidays": False}
    resource("guichet", table=timetable(weekly("08:00", "16:00"), **lengths), kind="appointment")
    asked = question("quand", "booking", required=True, settings={"resources": ["guichet"]})
    made = content(step("quand", asked), step("qui", question(required=True)), slug="rendez-vous")
    FormVersionFactory(form__slug="rendez-vous", content=made)
    zone, today = timezone.get_default_timezone(), timezone.localdate()
    times = []
    for number in range(slots):
        day, place = divmod(number, A_DAY)
        start = datetime.combine(today, datetime.min.time(), zone) + timedelta(days=day + 2)
        times.append((start + timedelta(hours=8, minutes=30 * place)).isoformat(timespec="minutes"))
    return times


def attempt(port: int, start: str, number: int) -> int:
    """Posts the step for one time; answers the status."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    body = urlencode({"quand-resource": "guichet", "quand-from": start})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }
    connection.request("POST", PATH, body, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def fight(port: int, times: list[str], attempts: int, clients: int, seed: int) -> Counter:
    """All attempts, from many clients at once; how often each status was answered."""
    random, waiting, answered = Random(seed), SimpleQueue(), []
    for number in range(attempts):
        waiting.put((random.choice(times) if number >= len(times) else times[number], number))

    def client() -> None:
        while True:
            try:
                start, number = waiting.get_nowait()
            except Empty:
                return
            answered.append(attempt(port, start, number))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answered)


def faults(statuses: Counter, slots: int, attempts: int) -> list[str]:
    """Everything that did not happen as promised."""
    from django.db.models import Count

    from eservices.bookings.models import Booking, Piece

    found = []
    if other := {status: n for status, n in statuses.items() if status not in (200, 302)}:
        found.append(f"answers other than a page or the next step: {other}")
    if statuses[302] != slots or sum(statuses.values()) != attempts:
        found.append(
            f"{statuses[302]} of {slots} times were given, {sum(statuses.values())} attempts answered"
        )
    if not Booking.objects.count() == Piece.objects.count() == slots:
        found.append(f"{Booking.objects.count()} bookings and {Piece.objects.count()} pieces")
    if Piece.objects.values("starts_at").annotate(n=Count("pk")).filter(n__gt=1).exists():
        found.append("a time was taken twice")
    return found


def run(attempts: int, clients: int, slots: int, seed: int) -> tuple[dict, list[str]]:
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
        statuses = fight(port, times, attempts, clients, seed)
        took = time.monotonic() - began
        found = faults(statuses, slots, attempts)
        from django.db import connection

        connection.close()
    figures = {
        "attempts": attempts,
        "clients": clients,
        "slots": slots,
        "held": statuses[302],
        "refused": statuses[200],
        "errors": sum(n for status, n in statuses.items() if status >= 500),
        "seconds": round(took, 1),
        "attempts_per_s": round(attempts / took, 1),
    }
    return figures, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures, found = run(options.attempts, options.clients, options.slots, options.seed)
    for name, figure in figures.items():
        print(f"{name:16}{figure:>10}")
    for fault in found:
        print(f"FAULT: {fault}")
    print(json.dumps(figures | {"faults": found}))
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
