"""The queue benchmark: its generated cases and the budgets of its report."""

import pytest
from django.db import connection

from tests.benchmarks import many_cases
from tests.benchmarks.queue import report, requests_of


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_small_queue_benchmark_requests_succeed(client):
    known = many_cases.known(many_cases.fill(400))
    client.cookies["sessionid"] = known["session"]
    answers = {
        name: getattr(client, method.lower())(path) for name, (method, path) in requests_of(known).items()
    }
    assert {name: one.status_code for name, one in answers.items()} == {
        "first page": 200,
        "filter": 200,
        "search": 200,
        "common term": 200,
        "next case": 302,
        "case screen": 200,
    }
    assert 1 <= known["rare"]["found"] <= known["common"]["found"]
    assert f" {known['rare']['term']}<" in answers["search"].text
    assert known["reference"] in answers["first page"].text
    assert "/admin/cases/ORV-" in answers["next case"].url


@pytest.mark.parametrize(
    ("few", "many", "missed"),
    [
        ((20, 30), (30, 45), []),
        ((20, 30), (31, 45), ["search: ratio of p50"]),
        ((20, 30), (20, 46), ["search: ratio of p95"]),
        ((90, 99), (90, 101), ["search: p95"]),
    ],
)
def test_slow_or_growing_request_exceeds_benchmark_budget(few, many, missed):
    sizes = {10: few, 1000: many}
    figures = {"search": {cases: {"p50_ms": p50, "p95_ms": p95} for cases, (p50, p95) in sizes.items()}}
    assert report(figures, [*sizes]) == missed
