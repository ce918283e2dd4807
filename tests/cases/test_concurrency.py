"""Concurrent actions on one case. PostgreSQL only: SQLite admits one writer at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from eservices.cases import actions, audit_log, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case
from eservices.cases.stages import Done, Stage, stages
from eservices.deliveries.models import Delivery
from tests.factories.cases import DECISION, CaseFactory, member

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def at_once(*calls):
    """Run the calls in one thread each, started together; return each result or ``IllegalTransition``."""
    start = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()  # it takes longer than the actions that should overlap
            start.wait()
            return call()
        except IllegalTransition as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def signed_in() -> Client:
    client = Client()
    client.force_login(member())
    return client


def test_two_agents_taking_case_together_one_is_refused():
    case, agents = CaseFactory(), [member(), member()]
    answers = at_once(*(lambda one=one: actions.take_case(actor=one, case=case) for one in agents))
    assert sorted(isinstance(answer, IllegalTransition) for answer in answers) == [False, True]
    assert case.events.filter(kind="taken").count() == 1


def test_concurrent_accept_and_refuse_decide_once():
    case = CaseFactory()
    seen = {"seen": audit_log.last_relevant_event(case)}

    def press(do: str):
        agent, url = signed_in(), reverse("cases:do", args=[case.reference, do])
        return lambda: agent.post(url, seen | {"reason": "Non."})

    answers = {one.status_code: one for one in at_once(press("accept"), press("refuse"))}

    assert set(answers) == {302, 409}
    assert "plus possible" in answers[409].context["why"]
    assert case.events.filter(kind__in=["accepted", "refused"]).count() == 1


def test_concurrent_workers_run_each_stage_once(monkeypatch):
    class Writes(Stage):
        def enter(self, case, row, settings):
            Delivery.objects.create(carrier="email", recipient="x", title=row.key, subject=case.subject)
            return Done()

    list(stages)  # load installed stages first
    monkeypatch.setitem(stages._offers, "writes", Writes)
    laid = [{"key": f"s{number}", "type": "writes"} for number in range(3)]
    case = CaseFactory(stages=[*laid, DECISION], advanced=False)
    at_once(*[lambda: process.advance_case(case.pk)] * 4)
    titles = Delivery.objects.for_subject(case.subject).filter(recipient="x").values_list("title", flat=True)
    assert sorted(titles) == ["s0", "s1", "s2"]
    assert process.current_stage(Case.objects.get(pk=case.pk)).key == "decision"


def test_concurrent_next_gives_agents_different_urgent_cases():
    urgent = [CaseFactory(late=True), CaseFactory(today=True)]
    for _case in range(2):
        CaseFactory()
    agents = [signed_in(), signed_in()]
    given = at_once(*(lambda one=one: one.post(reverse("cases:next")).url for one in agents))
    assert sorted(given) == sorted(reverse("cases:case", args=[one.reference]) for one in urgent)


def test_concurrent_next_gives_case_to_one_agent():
    case, agents = CaseFactory(), [signed_in() for _ in range(3)]
    given = at_once(*(lambda one=one: one.post(reverse("cases:next")).url for one in agents))
    assert sorted(given) == sorted(
        [reverse("cases:case", args=[case.reference]), reverse("cases:queue"), reverse("cases:queue")]
    )
