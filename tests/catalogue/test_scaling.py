"""Costs of a large form grow linearly with it, counted and not timed: calls of functions, and bytes to open.

A clock means little on a shared machine; ``tests/benchmarks`` has one. The number of calls of Python functions is the
same on every machine, and grows faster than the form where each part looks at all the others.
"""

import sys
from collections.abc import Callable
from itertools import count
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from eservices.cases.models import Team
from eservices.catalogue import actions
from eservices.catalogue.definition.linter import lint_service
from tests.benchmarks.forms import in_line
from tests.factories.bookings import resource
from tests.factories.catalogue import make_counter, make_editor
from tests.factories.formbuilder import make_table
from tests.factories.large_forms import large_form
from tests.factories.random_answers import Thorough
from tests.factories.submissions import DraftFactory

SIZES = (32, 80, 208)  # whole steps of 16 questions, so that the first step is the same in all
TOLERATED = 1.25  # factor over the line through the smaller forms: questions differ in what they cost
# Limits for what an editor's browser opens within 1.5 s for 390 questions (tests/benchmarks/forms_editor.py), with a
# margin: calls and bytes for the largest form.
EDITOR = {"editor's outline": (280_000, 380_000), "editor's step": (340_000, 300_000)}


def calls(work: Callable) -> tuple:
    """Run ``work`` and return its result and the number of Python functions called."""
    tool, seen = sys.monitoring, count()
    tool.use_tool_id(tool.PROFILER_ID, "calls")
    tool.register_callback(tool.PROFILER_ID, tool.events.PY_START, lambda _code, _offset: next(seen) and None)
    tool.set_events(tool.PROFILER_ID, tool.events.PY_START)
    try:
        return work(), next(seen)
    finally:
        tool.set_events(tool.PROFILER_ID, 0)
        tool.free_tool_id(tool.PROFILER_ID)


@pytest.fixture
def index(db):
    Team.objects.create(key="habitants", name="Contrôle des habitants")
    resource("salle")
    make_table("rues", *(f"Rue {number}" for number in range(30)))
    return make_counter()


@pytest.fixture
def editor():
    client = Client()
    client.force_login(make_editor())
    return client


def counted(size: int, index, editor: Client, resident: Client) -> tuple[dict[str, int], dict[str, int]]:
    """Return the calls per operation on a form of ``size`` questions, and the bytes of the opened pages."""
    content, counts, sizes = large_form(size, table="rues"), {}, {}

    def opened(name: str, client: Client, url: str) -> None:
        answer, counts[name] = calls(lambda: client.get(url))
        assert answer.status_code == 200, name
        sizes[name] = len(answer.content)

    _faults, counts["check"] = calls(lambda: lint_service(content))
    page, counts["publication"] = calls(
        lambda: actions.import_service(actor=None, index=index, definition=content)
    )
    step = max(page.form, key=lambda one: len(one.value["fields"]))
    opened("editor's outline", editor, f"/admin/pages/services/{page.pk}/outline/")
    opened("editor's step", editor, f"/admin/pages/services/{page.pk}/steps/{step.id}/")

    version = page.online_form.current
    walker, steps = Thorough(resident, version, Random(size)), version.definition.steps
    answers = {one.key: walker.draw(one) for step in steps for one in step.fields}
    draft = DraftFactory(version=version, answers=answers, completed=[one.key for one in steps])
    first = reverse("submissions:step", args=[draft.secret, steps[0].key])
    opened("step", resident, first)
    saved, counts["saving"] = calls(lambda: resident.post(first, walker.typed(steps[0])))
    assert saved.status_code == 302
    opened("review", resident, saved.url)
    return counts, sizes


def test_operations_on_a_form_scale_linearly(index, editor, client):
    counted(
        SIZES[0], index, editor, client
    )  # the first form of every type compiles templates and fills caches
    found = {size: counted(size, index, editor, client) for size in SIZES}
    counts = {size: done for size, (done, _sizes) in found.items()}
    largest, sizes = found[SIZES[-1]]
    allowed = {name: TOLERATED * in_line(counts, name) for name in largest}
    assert {name: (done, allowed[name]) for name, done in largest.items() if done > allowed[name]} == {}
    for name, (most_calls, most_bytes) in EDITOR.items():
        assert largest[name] <= most_calls, name
        assert sizes[name] <= most_bytes, name
