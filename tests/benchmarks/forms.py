"""Benchmark of a form by its size: import, publication, check, the editor's pages, and every step of a resident.

usage: python -m tests.benchmarks.forms [--fields 10 50 100 400] [--walks 3]. In one process and in memory, by the test
client: times are those of the processor, the minimum of several runs, so that nothing else on the machine counts. A
time that grows faster than linearly with the fields fails: the line through the smallest size and the last but one is
the limit for the largest.
"""

import argparse
import json
import os
import time
from collections.abc import Iterable
from statistics import median

import django
from django.db import connection

BUDGETS = {  # milliseconds, for the largest form
    "import": 3000,
    "publish": 3000,
    "translations": 30_000,
    "outline": 300,
    "editor_step": 500,
    "step_render": 80,
    "step_save": 60,
}
BY_ITSELF = {"Accept": "application/json"}
TOLERATED = 1.5  # times the limit of the line
NOISE_MS = 10
ROWS = 60  # of the table of the choices
NAMES = {
    "lint": "check of the definition",
    "import": "import as a draft",
    "publish": "publication",
    "translations": "two translations follow",
    "outline": "the editor's outline",
    "editor_step": "the editor's largest step",
    "step_render": "a step rendered (median)",
    "step_save": "a step saved (median)",
    "last_render": "the last step rendered",
    "last_save": "the last step saved",
    "review": "the review rendered",
    "send": "sending",
}


class Stopwatch:
    """Collector of times in milliseconds by name. The figure of a repeated measurement is the median."""

    def __init__(self):
        self.times: dict[str, list[float]] = {}

    def __call__(self, name: str, work):
        start = time.process_time()
        found = work()
        self.times.setdefault(name, []).append((time.process_time() - start) * 1000)
        return found

    @property
    def figures(self) -> dict[str, float]:
        return {name: round(median(times), 1) for name, times in self.times.items()}


def measured(fields: int, index, client, editor) -> dict[str, float]:
    """Return the figures of one form with this number of fields."""
    from eservices.catalogue.actions import import_service
    from eservices.catalogue.definition import translation_sync
    from eservices.catalogue.definition.linter import lint_service
    from eservices.catalogue.models import ServicePage
    from tests.factories.large_forms import large_form

    watch = Stopwatch()
    definition = large_form(fields, languages=("de", "en"), table="rues")
    watch("lint", lambda: lint_service(definition))
    draft = watch(
        "import", lambda: import_service(actor=None, index=index, definition=definition, publish=False)
    )
    watch("publish", draft.get_latest_revision().publish)
    page = ServicePage.objects.get(pk=draft.pk)
    watch("translations", lambda: translation_sync.sync_translations(page, definition))
    outline = f"/admin/pages/services/{page.pk}/outline/"
    _ok(editor.get(outline))
    watch("outline", lambda: _ok(editor.get(outline)))
    largest = max(page.form, key=lambda one: len(one.value["fields"]))
    opened = f"/admin/pages/services/{page.pk}/steps/{largest.id}/"
    _ok(editor.get(opened))
    watch("editor_step", lambda: _ok(editor.get(opened)))
    walk(watch, client, page.online_form)
    return watch.figures


def quickest(walks: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return the minimum of each figure: a step that runs once per walk, such as sending, varies by chance."""
    first, *others = walks
    return {name: min([found, *(one[name] for one in others)]) for name, found in first.items()}


def walk(watch: Stopwatch, client, form) -> None:
    """Fill in every step to the receipt, with answers of every type.

    Each step is opened twice, of which the second is measured. Files are uploaded before the step is sent, as from a
    page with JavaScript.
    """
    from random import Random

    from django.urls import reverse

    from eservices.submissions.models import Draft
    from tests.factories.random_answers import Thorough

    walker, draft = Thorough(client, form.current, Random(form.slug)), None
    url = reverse("submissions:start", args=[form.slug])
    for step in form.current.definition.steps:
        _ok(client.get(url))
        watch("step_render", lambda url=url: _ok(client.get(url)))
        files = walker.chosen(step)
        for key, file in files.items() if draft else ():
            sent = {"files_of": key, key: file}
            _ok(client.post(url, sent, headers=BY_ITSELF))
        typed = walker.typed(step) | ({} if draft else files)
        url = watch("step_save", lambda url=url, typed=typed: _followed(client.post(url, typed)))
        draft = draft or Draft.objects.order_by("created_at").last()
    for name in ("render", "save"):
        watch.times[f"last_{name}"] = watch.times[f"step_{name}"][-1:]
    assert url == reverse("submissions:review", args=[draft.secret])
    watch("review", lambda: _ok(client.get(url)))
    send = reverse("submissions:send", args=[draft.secret])
    _followed(watch("send", lambda: client.post(send, {"declared": "1"})))


def _followed(response) -> str:
    """Return the target of the redirect."""
    assert response.status_code == 302, response.text
    return response.url


def _ok(response) -> None:
    assert response.status_code == 200, response.status_code


def prepared():
    """Create a counter in three languages, and test clients of a resident and an editor."""
    from django.test import Client

    from eservices.cases.models import Team
    from tests.factories.bookings import resource
    from tests.factories.catalogue import make_counter, make_editor
    from tests.factories.formbuilder import make_table
    from tests.factories.home import translated

    Team.objects.create(key="habitants", name="Contrôle des habitants")
    resource("salle")
    make_table("rues", *(f"Rue {number}" for number in range(ROWS)))
    index = make_counter()
    for language in ("de", "en"):
        translated(index, language, title=f"Guichet {language}")
    editor = Client()
    editor.force_login(make_editor())
    return index, Client(), editor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", type=int, nargs="+", default=[10, 50, 100, 400])
    parser.add_argument("--walks", type=int, default=3, help="Forms of each size (3).")
    options = parser.parse_args()
    sizes = sorted(options.fields)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.in_process_settings"
    django.setup()
    connection.creation.create_test_db(verbosity=0)
    place = prepared()
    measured(sizes[0] + 1, *place)  # the first run compiles templates and fills caches
    figures = {size: quickest(measured(size, *place) for _walk in range(options.walks)) for size in sizes}
    print_table(figures)
    missed = over(figures[sizes[-1]])
    bent = {name: figures[sizes[-1]][name] for name in NAMES if is_bent(figures, name)}
    found = {"budgets_ms": BUDGETS, "missed": missed, "faster_than_linear": bent}
    print(json.dumps({"fields": sizes, "ms": figures} | found))
    raise SystemExit(1 if missed or bent else 0)


def over(figures: dict[str, float]) -> dict[str, float]:
    """Return the figures above their budgets."""
    return {name: figures[name] for name, most in BUDGETS.items() if figures[name] > most}


def in_line(figures: dict[int, dict[str, float]], name: str) -> float:
    """Return the limit of the largest form: the line through the smallest and the last but one, at least the latter."""
    least, *_, before, largest = sorted(figures)
    low, high = figures[least][name], figures[before][name]
    return high + max(0.0, high - low) / (before - least) * (largest - before)


def is_bent(figures: dict[int, dict[str, float]], name: str) -> bool:
    """Return whether a figure grows faster than linearly with the fields. False with fewer than three sizes."""
    if len(figures) < 3:
        return False
    found, allowed = figures[max(figures)][name], in_line(figures, name)
    return found > TOLERATED * allowed and found - allowed > NOISE_MS


def print_table(figures: dict[int, dict[str, float]]) -> None:
    sizes = list(figures)
    print(
        f"{'milliseconds, by number of fields':34}"
        + "".join(f"{size:>9}" for size in sizes)
        + " of line  budget"
    )
    print(f"{'':34}" + "".join(f"{f'× {size / sizes[0]:g}':>9}" for size in sizes))
    for name, label in NAMES.items():
        row = [figures[size][name] for size in sizes]
        ratio = f"{row[-1] / max(in_line(figures, name), 0.1):8.2f}" if len(row) > 2 else " " * 8
        print(f"{label:34}" + "".join(f"{one:9.1f}" for one in row) + f"{ratio}{BUDGETS.get(name, ''):>8}")
    if len(sizes) > 2:
        print(f"of line: the largest against the line through the others; at most {TOLERATED}")


if __name__ == "__main__":
    main()
