"""Two at the same moment. Counts on PostgreSQL only: SQLite lets one writer in at a time anyway."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from eservices.cases import actions, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case
from eservices.cases.stages import Done, Stage, stages
from eservices.deliveries.models import Delivery
from tests.factories.cases import DECISION, CaseFactory, member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def at_once(*calls):
    """Runs the calls in threads of their own, started together; answers results, or what was raised."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait()
            return call()
        except IllegalTransition as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_agents_pressing_take_together_one_wins_and_the_other_is_told():
    case, agents = CaseFactory(), [member(), member()]
    answers = at_once(*(lambda one=one: actions.take(actor=one, case=case) for one in agents))
    assert sorted(isinstance(answer, IllegalTransition) for answer in answers) == [False, True]
    assert case.events.filter(kind="taken").count() == 1


def test_accepting_and_refusing_together_decides_once():
    case, agents = CaseFactory(), [member(), member()]
    answers = at_once(
        lambda: actions.accept(actor=agents[0], case=case),
        lambda: actions.refuse(actor=agents[1], case=case, reason="Non."),
    )
    assert sorted(isinstance(answer, IllegalTransition) for answer in answers) == [False, True]
    assert case.events.filter(kind__in=["accepted", "refused"]).count() == 1


def test_workers_that_meet_on_a_case_run_each_stage_once(monkeypatch):
    class Writes(Stage):
        def enter(self, case, row, settings):
            Delivery.objects.create(carrier="email", recipient="x", title=row.key, subject=case.subject)
            return Done()

    list(stages)  # whatever is installed is found first
    monkeypatch.setitem(stages._offers, "writes", Writes)
    laid = [{"key": f"s{number}", "type": "writes"} for number in range(3)]
    case = CaseFactory(stages=[*laid, DECISION], advanced=False)
    at_once(*[lambda: process.advance(case.pk)] * 4)
    titles = Delivery.objects.about(case.subject).filter(recipient="x").values_list("title", flat=True)
    assert sorted(titles) == ["s0", "s1", "s2"]
    assert process.current(Case.objects.get(pk=case.pk)).key == "decision"


def test_agents_who_press_next_together_get_different_cases_and_nobody_goes_away_empty():
    cases, agents = [CaseFactory() for _ in range(3)], [member() for _ in range(3)]
    given = at_once(
        *(lambda one=one: actions.take_next(actor=one, cases=Case.objects.all()) for one in agents)
    )
    assert {case.pk for case in given} == {case.pk for case in cases}
