"""Benchmark of public pages: rendered, cached (against a bare Django view), and the delay of a publication.

usage: python -m tests.benchmarks.pages [--requests N]. Needs the demo commune: ``bin/demo --setup-only``. An article of
the demo is published twice, and has its text back afterwards.
"""

import argparse
import gzip
import json
import os
import sys
import time
from statistics import median

import django

from tests.benchmarks.server import get, gunicorn, measure

SETTINGS = "tests.benchmarks.settings"
BUDGETS = {"of_bare": 0.75, "queries": 10, "queries_cold": 10, "ms": 12, "ms_cold": 12, "seen_s": 1}
KEPT = ("home", "article", "service", "index")


def pages() -> dict[str, str]:
    """Return the addresses to measure, by name, from the demo's pages."""
    from django.utils.translation import override

    from eservices.catalogue.models import ServicePage
    from news.articles.models import NewsIndexPage

    with override("fr"):
        service = _first(ServicePage.objects.filter(slug="attestation-domicile")) or _first(
            ServicePage.objects
        )
        return {
            "home": "/",
            "article": article().get_url(),
            "service": service.get_url(),
            "form step": f"/demande/{service.slug}/",
            "index": _first(NewsIndexPage.objects).get_url(),
            "search": "/recherche/?q=attestation",
        }


def article():
    from news.articles.models import NewsPage

    return _first(NewsPage.objects)


def _first(pages):
    return pages.filter(live=True, locale__language_code="fr").order_by("path").first()


def made_anew(path: str, times: int) -> dict:
    """Measure queries and CPU time of a page that is not cached: with a warm cache of its parts, and without."""
    from django.core.cache import cache
    from django.test import Client

    client = Client(headers={"host": "localhost", "accept-encoding": "gzip"})
    client.get(path)  # compiles templates and creates renditions
    cache.clear()
    asked = queries(client, path)
    cold, took = [], []
    for _ in range(times):
        cache.clear()
        cold.append(processor_ms(client, path))
        took.append(processor_ms(client, path))
    return {
        "ms": round(median(took), 2),
        "ms_cold": round(median(cold), 2),
        "queries": queries(client, path),
        "queries_cold": asked,
        "gzip_kb": round(len(client.get(path).content) / 1000, 1),
    }


def processor_ms(client, path: str) -> float:
    ask = client.get
    start = time.process_time()
    response = ask(path)
    took = time.process_time() - start
    assert response.status_code == 200, path
    return took * 1000


def queries(client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def seen_after(port: int) -> float:
    """Return the seconds from the end of a publication until the last visit that showed the old content."""
    page = article()
    words, marked = page.lead, f"{page.lead} {time.time():.0f}"
    try:
        for number in range(40):  # every worker has compiled its templates and cached the page
            get(port, page.get_url() + ("?anew" if number % 2 else ""))
        _publish(page, marked)
        published = since = time.perf_counter()
        shown = 0
        while shown < 20:  # in a row: no worker has the old text any more
            body = gzip.decompress(get(port, page.get_url())[1]).decode()
            if marked not in body:
                shown, since = 0, time.perf_counter()
            else:
                shown += 1
        return round(since - published, 3)
    finally:
        _publish(page, words)


def _publish(page, lead: str) -> None:
    page.lead = lead
    page.save_revision().publish()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    requests = parser.parse_args().requests
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    from django.conf import settings

    addresses = pages()
    settings.PAGE_CACHE = False
    figures = {name: made_anew(path, max(20, requests // 10)) for name, path in addresses.items()}
    with gunicorn(SETTINGS) as port:
        for path in ("/bare/", *addresses.values()):
            get(port, path)  # the first request compiles templates
        bare = measure(port, "/bare/", requests=requests * 5)
        for name in KEPT:
            row = measure(port, addresses[name], requests=requests * 5)
            row["of_bare"] = round(row["requests_per_s"] / bare["requests_per_s"], 3)
            figures[name] |= row
    with gunicorn(SETTINGS, workers=2) as port:
        figures["publication"] = {"seen_s": seen_after(port)}
    figures["bare"] = bare
    report(figures)


def report(figures: dict) -> None:
    """Print the table and the figures. Exit with 1 if a budget is missed."""
    columns = (
        *("ms", "ms_cold", "queries", "queries_cold", "gzip_kb"),
        *("requests_per_s", "p50_ms", "of_bare", "seen_s"),
    )
    print(f"{'':12}" + "".join(f"{column:>15}" for column in columns))
    for name, row in figures.items():
        print(f"{name:12}" + "".join(f"{row.get(column, ''):>15}" for column in columns))
    missed = [
        f"{name}: {key} {row[key]}, budget {budget}"
        for name, row in figures.items()
        for key, budget in BUDGETS.items()
        if key in row and (row[key] < budget if key == "of_bare" else row[key] > budget)
    ]
    print(*missed, sep="\n")
    print(json.dumps({"figures": figures, "budgets": BUDGETS, "missed": missed}))
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
