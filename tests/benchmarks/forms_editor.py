"""Benchmark of the editor in a real chromium: the outline of the largest form, and a step of 16 questions.

usage: python -m tests.benchmarks.forms_editor [--fields 390] [--runs N] [--times 1]. Creates a database of its own and
serves it with one gunicorn. *Ready* is counted from the click: loaded, every question there, and a frame rendered after
that. The smallest page of Wagtail for editors, the history of the site, is timed in the same run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from statistics import median

import django

from tests.benchmarks.server import HOST, gunicorn
from tests.support.browser import NO_BROWSER, chromium, launch

SETTINGS = "tests.benchmarks.settings"
BUDGETS = {"outline": 1500, "step": 1500}  # milliseconds
DRAWN = """() => new Promise(
  (done) => requestAnimationFrame(() => setTimeout(() => done(performance.now())))
)"""


def prepared(fields: int) -> tuple[dict[str, tuple[str, str]], str]:
    """Return by name an address and the selector to wait for; and the session key of an editor."""
    subprocess.run([sys.executable, "manage.py", "prepare"], check=True)
    django.setup()
    from django.test import Client

    from home.models import HomePage
    from tests.factories.bookings import resource
    from tests.factories.catalogue import make_counter, make_editor, make_service
    from tests.factories.home import CommuneSettingsFactory
    from tests.factories.large_forms import large_form

    CommuneSettingsFactory()
    resource("salle")
    service = make_service(make_counter(HomePage.objects.get()), large_form(fields))
    editor = Client()
    editor.force_login(make_editor())
    step = max(service.form, key=lambda one: len(one.value["fields"]))
    last = f"[name=step-fields-{len(step.value['fields']) - 1}-value-label]"
    addresses = {
        "reports": ("/admin/reports/site-history/", "main"),
        "outline": (f"/admin/pages/{service.pk}/edit/#form-outline", "#form-verdict"),
        "step": (f"/admin/pages/services/{service.pk}/steps/{step.id}/", last),
    }
    return addresses, editor.cookies["sessionid"].value


def ready(browser, origin: str, session: str, path: str, seen: str) -> float:
    """Return the milliseconds until ``path`` is usable, in a window with a warm cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": origin}])
    page = context.new_page()
    for _visit in range(2):  # the first visit fills the window's cache
        page.goto("about:blank")
        page.goto(origin + path, wait_until="load")
        page.locator(seen).wait_for(state="attached")
        took = page.evaluate(DRAWN)
    context.close()
    return took


def measured(addresses: dict, session: str, runs: int) -> dict[str, dict]:
    from playwright.sync_api import sync_playwright

    with gunicorn(SETTINGS) as port, sync_playwright() as playwright:
        browser = launch(playwright)
        times = {
            name: sorted(ready(browser, f"http://{HOST}:{port}", session, *place) for _run in range(runs))
            for name, place in addresses.items()
        }
        browser.close()
    return {
        name: {"p50_ms": round(median(found)), "worst_ms": round(found[-1])} for name, found in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", type=int, default=390)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--times", type=float, default=1, help="Of the budgets, on a machine that has other work."
    )
    arguments = parser.parse_args()
    if not chromium():
        raise SystemExit(NO_BROWSER)
    with tempfile.TemporaryDirectory(prefix="commune-forms-editor-") as folder:
        os.environ |= {"COMMUNE_VAR": folder, "DJANGO_SETTINGS_MODULE": SETTINGS}
        figures = measured(*prepared(arguments.fields), arguments.runs)
    for name, row in figures.items():
        row["of_reports"] = round(row["p50_ms"] / figures["reports"]["p50_ms"], 2)
        print(f"{name:10} {row['p50_ms']:6} ms, at worst {row['worst_ms']} ms, × {row['of_reports']}")
    budgets = {name: most * arguments.times for name, most in BUDGETS.items()}
    missed = [name for name, most in budgets.items() if figures[name]["p50_ms"] > most]
    print(json.dumps({"fields": arguments.fields, "budgets_ms": budgets, "missed": missed} | figures))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
