"""Two at the same moment. Counts on PostgreSQL only: SQLite lets one writer in at a time anyway."""

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
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def at_once(*calls):
    """Runs the calls in threads of their own, started together; answers results, or what was raised."""
    start = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()  # which takes longer than what is to meet
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


def test_of_two_agents_pressing_take_together_one_wins_and_the_other_is_told():
    case, agents = CaseFactory(), [member(), member()]
    answers = at_once(*(lambda one=one: actions.take_case(actor=one, case=case) for one in agents))
    assert sorted(isinstance(answer, IllegalTransition) for answer in answers) == [False, True]
    assert case.events.filter(kind="taken").count() == 1


def test_of_two_agents_who_accept_and_refuse_together_one_decides_and_the_other_is_told():
    case = CaseFactory()
    seen = {"seen": audit_log.last_relevant_event(case)}

    def press(do: str):
        agent, url = signed_in(), reverse("cases:do", args=[case.reference, do])
        return lambda: agent.post(url, seen | {"reason": "Non."})

    answers = {one.status_code: one for one in at_once(press("accept"), press("refuse"))}

    assert set(answers) == {302, 409}
    assert "plus possible" in answers[409].context["why"]
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
    at_once(*[lambda: process.advance_case(case.pk)] * 4)
    titles = Delivery.objects.about(case.subject).filter(recipient="x").values_list("title", flat=True)
    assert sorted(titles) == ["s0", "s1", "s2"]
    assert process.current_stage(Case.objects.get(pk=case.pk)).key == "decision"


def test_agents_who_press_next_together_get_different_cases_and_those_that_are_most_urgent():
    urgent = [CaseFactory(late=True), CaseFactory(today=True)]
    for _case in range(2):
        CaseFactory()
    agents = [signed_in(), signed_in()]
    given = at_once(*(lambda one=one: one.post(reverse("cases:next")).url for one in agents))
    assert sorted(given) == sorted(reverse("cases:case", args=[one.reference]) for one in urgent)


def test_of_more_agents_than_cases_who_press_next_together_nobody_gets_what_another_has():
    case, agents = CaseFactory(), [signed_in() for _ in range(3)]
    given = at_once(*(lambda one=one: one.post(reverse("cases:next")).url for one in agents))
    assert sorted(given) == sorted(
        [reverse("cases:case", args=[case.reference]), reverse("cases:queue"), reverse("cases:queue")]
    )
