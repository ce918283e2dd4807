"""Enclosures and concerned persons of a case, each judged by agents."""

import pytest
from django.urls import reverse

from eservices.cases import actions
from eservices.cases.actions import IllegalTransition
from eservices.cases.desk.case import page
from eservices.cases.models import Case, Role
from eservices.deliveries.models import Delivery
from tests.factories.cases import CaseFactory, asking_papers, household, member

pytestmark = pytest.mark.django_db


def do(client, case, deed, **data):
    return client.post(reverse("cases:do", args=[case.reference, deed]), data)


def test_enclosure_is_received_refused_with_reason_or_waived(client):
    case = asking_papers(CaseFactory())
    client.force_login(member(Role.TREAT))
    assert do(client, case, "enclosure", field="piece", state="received").status_code == 302
    assert do(client, case, "enclosure", field="piece", state="refused").status_code == 422
    refused = do(client, case, "enclosure", field="piece", state="refused", reason="Illisible.")
    assert refused.status_code == 302
    assert (case.enclosures.get().state, case.enclosures.get().reason) == ("refused", "Illisible.")
    assert do(client, case, "enclosure", field="nom", state="waived").status_code == 409
    page = client.get(reverse("cases:case", args=[case.reference]))
    assert "Illisible." in page.context["decisions"][0].form.initial["text"]  # text of a question
    assert [one.kind for one in case.events.filter(kind__startswith="enclosure")] == [
        "enclosure_received",
        "enclosure_refused",
    ]


@pytest.mark.parametrize("state", ["received", "waived"])
def test_missing_enclosure_is_pending_until_received_or_waived(client, state):
    case = asking_papers(CaseFactory())
    client.force_login(member(Role.TREAT))
    page = client.get(reverse("cases:case", args=[case.reference]))
    assert "Manque\u00a0: La procuration." in page.context["pending"]
    assert page.context["decisions"][0].form.initial["text"] == "La procuration\u00a0: manque"
    assert do(client, case, "enclosure", field="piece", state="lost").status_code == 422
    assert do(client, case, "enclosure", field="piece", state=state).status_code == 302
    assert case.events.latest("number").kind == f"enclosure_{state}"
    page = client.get(reverse("cases:case", args=[case.reference]))
    assert not page.context["pending"]
    assert page.context["decisions"][0].form.initial["text"] == ""


def test_concerned_person_has_own_outcome():
    case = household("Marc Marchetti", "Lina Marchetti")
    marc = case.persons.get(name="Marc Marchetti")
    with pytest.raises(IllegalTransition):
        actions.judge_person(actor=member(), case=case, person=marc, outcome="refused", reason=" ")
    actions.judge_person(actor=member(), case=case, person=marc, outcome="refused", reason="Majeur.")
    actions.accept_case(actor=member(), case=case)
    assert [(one.name, one.outcome) for one in case.persons.all()] == [
        ("Marc Marchetti", "refused"),
        ("Lina Marchetti", "accepted"),
    ]
    text = Delivery.objects.for_subject(case.subject).latest("created_at").payload["text"]
    assert "Majeur." in text
    assert "Lina Marchetti" in text


def test_case_with_all_persons_refused_cannot_be_accepted():
    case = household("Marc Marchetti")
    actions.judge_person(
        actor=member(), case=case, person=case.persons.get(), outcome="refused", reason="Majeur."
    )
    with pytest.raises(IllegalTransition):
        actions.accept_case(actor=member(), case=case)
    actions.refuse_case(actor=member(), case=case, reason="Tous majeurs.")
    assert not Case.objects.get(pk=case.pk).is_open


def test_only_agent_who_may_decide_judges_person(client):
    case = household("Marc Marchetti")
    client.force_login(member(Role.TREAT))
    person = case.persons.get().pk
    assert do(client, case, "person", person=person, outcome="accepted").status_code == 404
    client.force_login(member(Role.DECIDE))
    other = household("Zoé Rochat").persons.get().pk
    assert do(client, case, "person", person=other, outcome="accepted").status_code == 422
    assert do(client, case, "person", person=person, outcome="accepted").status_code == 302


def test_pending_items_list_callbacks_and_persons():
    case = household("Marc Marchetti", "Lina Marchetti")
    actions.request_callback(actor=member(), case=case, phone="+41790000000", wish="demain")
    assert ["+41790000000" in line for line in page.pending_items(case)] == [True]
    actions.judge_person(actor=member(), case=case, person=case.persons.first(), outcome="accepted")
    assert len(page.pending_items(case)) == 2  # Lina is not judged yet
