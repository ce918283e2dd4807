"""An answer that an agent put right: it holds everywhere, and what was declared stays as it was."""

import pytest
from django.urls import reverse

from eservices.accounts.models import IdentityLevel
from eservices.cases import actions, audit_log
from eservices.cases.actions import IllegalTransition, StaleCase
from eservices.cases.desk.case import page
from eservices.cases.models import Case, Role, StatusLink
from eservices.deliveries.models import Delivery
from tests.factories.cases import CaseFactory, applicant, household, member

pytestmark = pytest.mark.django_db


def amend(case, field="nom", answer="Rochat", **more):
    actions.correct_answer(
        actor=member(), case=case, field=field, answer=answer, reason="Faute de frappe.", **more
    )
    return Case.objects.get(pk=case.pk)


def shown(case, key):
    return next(one for _t, rows in page.answer_rows(case, []) for one in rows if one.key == key)


def test_the_corrected_answer_holds_and_what_was_declared_stays_beside_it():
    case = CaseFactory()
    declared = dict(case.submission.answers)
    case = amend(case)
    assert case.answers["nom"] == "Rochat"
    assert case.applicant == "Élodie Rochat"
    assert case.submission.answers == declared
    assert (shown(case, "nom").value, shown(case, "nom").declared) == ("Rochat", "Marchetti")
    found = Case.objects.search("rochat")
    assert list(found) == [case]
    event = case.events.get(kind="amended")
    assert (event.data["before"], event.data["after"]) == ("Marchetti", "Rochat")


def test_an_answer_corrected_back_is_as_it_was_declared():
    case = amend(amend(CaseFactory()), answer="Marchetti")
    assert (case.amended, case.contact, case.amendments.count()) == ({}, {}, 2)
    with pytest.raises(IllegalTransition):
        amend(case, answer="Marchetti")


def test_a_stage_asks_the_answers_in_force():
    condition = {"field": "pour", "operator": "equals", "value": "autre"}
    second = {"key": "visa", "type": "decision", "condition": condition}
    case = CaseFactory(stages=[{"key": "decision", "type": "decision"}, second])
    amend(case, "pour", "autre")
    actions.accept_case(actor=member(), case=case)
    case.refresh_from_db()
    assert case.outcome == ""  # the second decision follows


def test_a_corrected_address_gets_the_receipt_and_what_was_mailed_to_the_old_one_opens_nothing():
    case = CaseFactory()
    actions.confirm_email_address(actor=applicant(case), case=case)
    old = case.links.get(mailed=True)
    case = amend(case, "courriel", "elodie.m@courriel.example")
    assert (case.email_confirmed_at, case.identity_level) == (None, IdentityLevel.NONE)
    assert StatusLink.objects.get(pk=old.pk).revoked_at
    last = Delivery.objects.about(case.subject).latest("created_at")
    assert last.recipient == "elodie.m@courriel.example"
    assert old.secret not in last.payload["text"]


def test_on_an_old_screen_nothing_is_corrected():
    case = CaseFactory()
    seen = audit_log.last_relevant_event(case)
    actions.send_message(actor=applicant(case), case=case, text="Encore un mot.")
    with pytest.raises(StaleCase):
        amend(case, seen=seen)


def test_the_agent_corrects_the_question_as_it_was_asked(client):
    case = CaseFactory()
    client.force_login(member(Role.TREAT))
    url = reverse("cases:amend", args=[case.reference, "naissance"])
    day = {"naissance-day": "15", "naissance-month": "6", "naissance-year": "1986"}
    assert "naissance-day" in client.get(url).text
    assert client.post(url, day | {"amend-reason": ""}).status_code == 422
    assert client.post(url, day | {"naissance-month": "13", "amend-reason": "Vu."}).status_code == 422
    assert client.post(url, day | {"amend-reason": "Vu sur la carte."}).status_code == 302
    case.refresh_from_db()
    assert case.amended == {"naissance": "1986-06-15"}
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert "Vu sur la carte." in page
    assert "<del>" in page


@pytest.mark.parametrize("key", ["piece", "rien", "lien"])
def test_papers_and_what_was_not_asked_are_no_answers_to_correct(client, key):
    case = CaseFactory()
    client.force_login(member())
    assert client.get(reverse("cases:amend", args=[case.reference, key])).status_code == 404


def test_a_closed_case_is_corrected_no_more(client):
    case = CaseFactory(refused=True)
    client.force_login(member())
    url = reverse("cases:amend", args=[case.reference, "nom"])
    assert client.post(url, {"nom": "Rochat", "amend-reason": "Vu."}).status_code == 409


def test_a_corrected_household_keeps_the_outcomes_and_names_the_new_one():
    case = household("Marc Marchetti", "Lina Marchetti")
    actions.judge_person(actor=member(), case=case, person=case.persons.get(place=0), outcome="accepted")
    names = [("Marc", "Marchetti"), ("Lina", "Rochat"), ("Zoé", "Rochat")]
    rows = [{"enfant": {"first_name": first, "last_name": last}} for first, last in names]
    amend(case, "enfants", rows)
    assert [(one.name, one.outcome) for one in case.persons.all()] == [
        ("Marc Marchetti", "accepted"),
        ("Lina Rochat", ""),
        ("Zoé Rochat", ""),
    ]
