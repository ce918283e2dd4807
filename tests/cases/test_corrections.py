"""Corrections of answers by agents: the corrected answer applies, the submission stays unchanged."""

import pytest
from django.urls import reverse

from eservices.accounts.models import IdentityLevel
from eservices.cases import actions, audit_log
from eservices.cases.actions import IllegalTransition, StaleCase
from eservices.cases.export.answers import answer_rows
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
    return next(one for _t, rows in answer_rows(case, []) for one in rows if one.key == key)


def test_correction_applies_and_keeps_declared_answer():
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


def test_correction_back_to_declared_answer_is_cleared():
    case = amend(amend(CaseFactory()), answer="Marchetti")
    assert (case.amended, case.contact, case.amendments.count()) == ({}, {}, 2)
    with pytest.raises(IllegalTransition):
        amend(case, answer="Marchetti")


def test_stage_condition_uses_corrected_answers():
    condition = {"field": "pour", "operator": "equals", "value": "autre"}
    second = {"key": "visa", "type": "decision", "condition": condition}
    case = CaseFactory(stages=[{"key": "decision", "type": "decision"}, second])
    amend(case, "pour", "autre")
    actions.accept_case(actor=member(), case=case)
    case.refresh_from_db()
    assert case.outcome == ""  # the second decision follows


def test_corrected_email_gets_receipt_and_revokes_old_link():
    case = CaseFactory()
    actions.confirm_email_address(actor=applicant(case), case=case)
    old = case.links.get(mailed=True)
    case = amend(case, "courriel", "elodie.m@courriel.example")
    assert (case.email_confirmed_at, case.identity_level) == (None, IdentityLevel.NONE)
    assert StatusLink.objects.get(pk=old.pk).revoked_at
    last = Delivery.objects.for_subject(case.subject).latest("created_at")
    assert last.recipient == "elodie.m@courriel.example"
    assert old.secret not in last.payload["text"]


def test_correction_on_stale_page_is_refused():
    case = CaseFactory()
    seen = audit_log.last_relevant_event(case)
    actions.send_message(actor=applicant(case), case=case, text="Encore un mot.")
    with pytest.raises(StaleCase):
        amend(case, seen=seen)


def test_agent_corrects_answer_in_form_of_question(client):
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
def test_files_and_unasked_questions_cannot_be_corrected(client, key):
    case = CaseFactory()
    client.force_login(member())
    assert client.get(reverse("cases:amend", args=[case.reference, key])).status_code == 404


def test_closed_case_cannot_be_corrected(client):
    case = CaseFactory(refused=True)
    client.force_login(member())
    url = reverse("cases:amend", args=[case.reference, "nom"])
    assert client.post(url, {"nom": "Rochat", "amend-reason": "Vu."}).status_code == 409


def test_corrected_household_keeps_outcomes_of_persons():
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
