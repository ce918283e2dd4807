"""Benchmark of memory over many requests: one process of the site answers pages, forms, searches and errors.

usage: python -m tests.benchmarks.memory [--requests 100000]. A new commune with an SQLite of its own. The site may be
at most a twentieth larger at the end than after a tenth of the requests.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
from itertools import cycle, islice

from tests.benchmarks.applicants import Applicant
from tests.benchmarks.footprint import memory
from tests.benchmarks.journeys import ENVIRONMENT, SETTINGS
from tests.benchmarks.server import HOST, gunicorn_process

BUDGET = 1.05
PATHS = [
    "/",
    "/?fresh={}",
    "/recherche/?q=mot{}",
    "/demande/attestation/",
    "/missing/{}/",
    "/robots.txt",
    "/health/",
]
FILING_EVERY = 500  # requests


def prepare_form() -> None:
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import FormFactory, FormVersionFactory, certificate

    TeamFactory()
    content = certificate()
    FormVersionFactory(form=FormFactory(slug=content["slug"]), content=content)


def ask(port: int, first: int, number: int) -> None:
    """Send so many requests, each from another network."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    for count, path in enumerate(islice(cycle(PATHS), number), first):
        if count % FILING_EVERY == 0:
            Applicant(f"http://{HOST}:{port}").file()
        address = f"10.{count >> 16 & 255}.{count >> 8 & 255}.{count & 255}"
        connection.request("GET", path.format(count), headers={"X-Forwarded-For": address})
        response = connection.getresponse()
        response.read()
        if response.status >= 500:
            raise SystemExit(f"{path} answered {response.status}")


def measured(requests: int) -> list[tuple[int, float]]:
    """Return the MiB of the site after each tenth of the requests."""
    with gunicorn_process(SETTINGS) as (process, port):
        share, found = requests // 10, []
        for number in range(10):
            ask(port, number * share, share)
            found.append(((number + 1) * share, round(memory([process.pid])["pss"], 1)))
            print(*found[-1], "MB", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000)
    requests = parser.parse_args().requests
    with tempfile.TemporaryDirectory(prefix="commune-memory-") as folder:
        os.environ |= ENVIRONMENT | {"COMMUNE_VAR": folder, "MAIL_URL": f"smtp://{HOST}:9"}
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, stdout=subprocess.DEVNULL)
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        import django

        django.setup()
        prepare_form()
        found = measured(requests)
    growth = round(found[-1][1] / found[0][1], 3)
    print(
        json.dumps(
            {"mb": found, "growth": growth, "budget": BUDGET, "missed": ["growth"] if growth > BUDGET else []}
        )
    )
    sys.exit(growth > BUDGET)


if __name__ == "__main__":
    main()
