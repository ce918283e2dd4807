"""The benchmark of forms: it measures every cost, reports those over budget, and detects superlinear growth.

Whether the site keeps to the budgets is for the benchmark to say, on a quiet machine.
"""

import pytest

from tests.benchmarks.forms import BUDGETS, NAMES, is_bent, measured, over, prepared
from tests.factories.large_forms import large_form


def test_every_cost_of_a_form_is_measured(db, settings):
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}}
    assert set(measured(12, *prepared())) == set(NAMES)


@pytest.mark.parametrize("name", BUDGETS)
def test_cost_over_its_budget_is_reported(name):
    within = dict(BUDGETS)
    assert over(within) == {}
    assert over(within | {name: BUDGETS[name] + 1}) == {name: BUDGETS[name] + 1}


@pytest.mark.parametrize(
    ("cost", "too_fast"),
    [
        (lambda n: 3 * n, False),
        (lambda n: 200 + n / 10, False),
        (lambda n: n * n.bit_length() / 2, False),
        (lambda n: 30 + n * n / 1000, True),
        (lambda n: n**1.5, True),
        (lambda n: n * n / 100_000, False),  # a cost too small to measure is accepted
    ],
    ids=["linear", "nearly all fixed", "by its logarithm", "hidden square", "power", "noise"],
)
def test_superlinear_growth_is_detected(cost, too_fast):
    assert is_bent({size: {"import": cost(size)} for size in (10, 50, 100, 400)}, "import") is too_fast


def test_conditions_of_a_large_form_are_evenly_spread():
    steps = large_form(400)["steps"]
    conditional = [sum("condition" in one for one in step["fields"]) for step in steps]
    assert (len(steps), sum(conditional)) == (25, 210)
    assert max(conditional) - min(conditional) <= 4
