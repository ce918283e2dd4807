"""Home, article and service page against a bare Django view under the same gunicorn, in the same run.

usage: python -m tests.benchmarks.pages [--requests N]. Needs the demo commune: ``bin/demo --setup-only``.
"""

import argparse
import json
import os

import django

from .server import get, gunicorn, measure

SETTINGS = "tests.benchmarks.settings"


def pages() -> dict[str, str]:
    """The addresses to measure, by name: from the demo's own pages."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    from django.conf import settings
    from django.utils.translation import override

    from eservices.catalogue.models import ServicePage
    from news.models import NewsPage

    with override(settings.LANGUAGE_CODE):
        first = {
            "article": NewsPage.objects.live().filter(locale__language_code="fr").first(),
            "service": ServicePage.objects.live().filter(locale__language_code="fr").first(),
        }
        return {"home": "/"} | {name: page.get_url() for name, page in first.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    requests = parser.parse_args().requests
    addresses = pages()
    figures = {}
    with gunicorn(SETTINGS) as port:
        for path in ("/bare/", *addresses.values()):
            get(port, path)  # the first request compiles templates
        bare = measure(port, "/bare/", requests=requests * 5)
        print(f"{'page':10} {'requests/s':>11} {'p50 ms':>8} {'p95 ms':>8} {'gzip kB':>8} {'of bare':>8}")
        for name, path in [("bare", "/bare/"), *addresses.items()]:
            row = bare if name == "bare" else measure(port, path, requests=requests)
            row["gzip_kb"] = round(len(get(port, path)[1]) / 1000, 1)
            row["of_bare"] = round(row["requests_per_s"] / bare["requests_per_s"], 3)
            figures[name] = row
            print(
                f"{name:10} {row['requests_per_s']:11} {row['p50_ms']:8} {row['p95_ms']:8}"
                f" {row['gzip_kb']:8} {row['of_bare']:8}"
            )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
