"""Reissuing of a revoked document in the same case, under a new number that names the old one."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case, Role
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing, permits, reissuing
from eservices.documents.models import Document, Zone
from tests.documents.test_permits import (
    asked,
    permitted,
    zone,  # noqa: F401 - a fixture
)
from tests.factories.cases import member
from tests.factories.documents import DocumentTemplateFactory, agent, issued
from tests.support.programs import parse_words

pytestmark = pytest.mark.django_db


def revoked(**fields) -> Document:
    document = issued(**fields)
    return issuing.revoke_document(actor=agent(), document=document, reason="Le prénom était faux.")


def closed(document: Document) -> Case:
    """Return the closed case of the document."""
    process.advance_case(document.case_id)
    return Case.objects.get(pk=document.case_id, state="closed")


def revoked_after_closing() -> Document:
    document = issued()
    closed(document)
    return issuing.revoke_document(actor=agent(), document=document, reason="Le prénom était faux.")


def decider(document):
    return member(team=document.case.team, role=Role.DECIDE)


def made(document: Document) -> Document:
    issuing.issue_document(document.pk)
    return Document.objects.get(pk=document.pk)


def accept(case: Case, **details) -> Case:
    said = {"documents": {"identity_check": "seen"}} | details
    cases.accept_case(actor=agent(), case=case, details=said)
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


# -- At once -------------------------------------------------------------------------------------------------
def test_reissued_document_names_the_number_it_replaces():
    old = revoked()
    new = made(reissuing.reissue(actor=agent(), document=old))
    assert new.number != old.number
    assert (new.replaces, new.case, new.stage, new.state) == (old, old.case, old.stage, "issued")
    day = timezone.localdate(old.revoked_at)
    assert f"Remplace le no {old.number}, annulé le {day:%-d}" in new.texts["replaces"].replace("\xa0", " ")
    assert old.number in parse_words(new.content.read())
    assert old.case.events.get(kind="document_drawn", data__number=new.number).data["replaces"] == old.number
    told = Delivery.objects.for_subject(old.case.subject).order_by("created_at").last()
    assert old.number in told.payload["text"]


def test_reissued_document_uses_the_current_answers():
    DocumentTemplateFactory(tells_register=False)
    old = revoked()
    Case.objects.filter(pk=old.case_id).update(amended={"prenom": "Éloïse"})
    new = reissuing.reissue(actor=agent(), document=old)
    assert "Éloïse" in str(new.texts)
    assert "Éloïse" not in str(old.texts)


def test_register_document_is_not_reissued_for_another_applicant():
    old = revoked()
    Case.objects.filter(pk=old.case_id).update(amended={"prenom": "Peter", "nom": "Schmid"})
    with pytest.raises(IllegalTransition):
        reissuing.reissue(actor=agent(), document=old)


@pytest.mark.parametrize("which", ["standing", "replaced"])
def test_valid_or_replaced_document_is_not_reissued(which):
    document = issued() if which == "standing" else revoked()
    if which == "replaced":
        reissuing.reissue(actor=agent(), document=document)
    with pytest.raises(IllegalTransition):
        reissuing.reissue(actor=agent(), document=document)


def test_stage_never_has_two_valid_documents():
    document = issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(case=document.case, stage=document.stage, number="X-2", title="Attestation")


def test_agent_reissues_a_document_from_the_case_page(client):
    old = revoked()
    url = reverse("reissue_document", args=[old.pk])
    client.force_login(member(team=old.case.team, role=Role.TREAT))
    assert client.post(url).status_code == 404
    client.force_login(decider(old))
    case_page = reverse("cases:case", args=[old.case.reference])
    assert url in client.get(case_page).text
    assert client.get(url).status_code == 200
    assert client.post(url).url == case_page
    new = Document.objects.get(replaces=old)
    made(new)
    page = client.get(case_page).text
    assert url not in page
    assert f"remplace {old.number}" in page
    client.post(url)
    assert Document.objects.filter(stage=old.stage).count() == 2


@pytest.mark.parametrize("again", ["new", "none"])
def test_revocation_asks_whether_to_reissue(client, again):
    document = issued()
    url = reverse("revoke_document", args=[document.pk])
    client.force_login(decider(document))
    assert client.post(url, {"reason": "Faux."}).status_code == 422
    client.post(url, {"reason": "Faux.", "again": again})
    assert Document.objects.filter(replaces=document).exists() is (again == "new")


# -- After reopening ----------------------------------------------------------------------------------------
def test_reopened_case_closes_after_its_document_is_reissued():
    old = revoked_after_closing()
    case = cases.reopen_case(actor=agent(), case=old.case, reason="Le prénom est à corriger.")
    process.advance_case(case.pk)
    case = accept(Case.objects.get(pk=case.pk), reissue={"again": "new"})
    assert case.is_open  # the new one is in progress
    new = made(Document.objects.get(replaces=old))
    process.advance_case(case.pk)
    assert Case.objects.get(pk=case.pk).state == "closed"
    assert new.is_issued


def test_agent_decides_that_no_new_document_is_issued():
    old = revoked_after_closing()
    case = cases.reopen_case(actor=agent(), case=old.case, reason="Un autre point.")
    process.advance_case(case.pk)
    case = accept(Case.objects.get(pk=case.pk), reissue={"again": "none"})
    assert case.state == "closed"
    assert Document.objects.filter(case=case).count() == 1
    told = Delivery.objects.for_subject(case.subject).order_by("created_at", "pk").last()
    assert "accepté votre demande" in told.payload["text"]


def test_decision_asks_whether_to_reissue(client):
    old = revoked_after_closing()
    case = cases.reopen_case(actor=agent(), case=old.case, reason="Le prénom est à corriger.")
    process.advance_case(case.pk)
    client.force_login(decider(old))
    url = reverse("cases:do", args=[case.reference, "accept"])
    said = {"documents-identity_check": "seen"}
    asked = client.post(url, said)
    assert asked.status_code == 422
    assert f"Le document {old.number} de ce dossier est annulé" in asked.text
    assert client.post(url, said | {"reissue-again": "new"}).status_code == 302


def test_valid_document_is_kept_when_its_case_is_reopened():
    document = issued()
    case = cases.reopen_case(actor=agent(), case=closed(document), reason="Un autre point.")
    process.advance_case(case.pk)
    accept(Case.objects.get(pk=case.pk))
    assert Document.objects.filter(case=case).count() == 1


def refused_since(old: Document) -> Case:
    case = cases.reopen_case(actor=agent(), case=old.case, reason="À revoir.")
    process.advance_case(case.pk)
    return cases.refuse_case(actor=agent(), case=Case.objects.get(pk=case.pk), reason="Non.")


def decided_anew(old: Document) -> Case:
    return cases.reopen_case(actor=agent(), case=old.case, reason="À revoir.")


@pytest.mark.parametrize("happened", [refused_since, decided_anew])
def test_refused_or_undecided_case_reissues_nothing(client, happened):
    old = revoked_after_closing()
    case = happened(old)
    client.force_login(decider(old))
    url = reverse("reissue_document", args=[old.pk])
    assert url not in client.get(reverse("cases:case", args=[case.reference])).text
    client.post(url)
    assert not Document.objects.filter(replaces=old).exists()


# -- Permits -------------------------------------------------------------------------------------------------
def test_reissued_permit_keeps_its_last_day(zone):  # noqa: F811
    permit = permitted()
    old, until = permit.document, permit.valid_until
    issuing.revoke_document(actor=agent(), document=old, reason="La plaque était fausse.")
    new = made(reissuing.reissue(actor=agent(), document=old))
    permit.refresh_from_db()
    assert (permit.document, permit.valid_until, new.valid_until) == (new, until, until)
    assert permits.look_up_plate(actor=agent(), plate=permit.plate) == [permit]


def test_permit_is_not_reissued_if_its_place_is_taken(zone):  # noqa: F811
    permit, waiting = permitted(), asked("VD 2")
    issuing.revoke_document(actor=agent(), document=permit.document, reason="Vendue.")
    process.advance_case(waiting.pk)
    assert Zone.objects.get(pk=zone.pk).free(timezone.localdate()) == 0
    with pytest.raises(IllegalTransition, match="complète"):
        reissuing.reissue(actor=agent(), document=permit.document)


def test_permit_of_a_reopened_case_is_left_to_its_stage(client, zone):  # noqa: F811
    old = permitted().document
    issuing.revoke_document(actor=agent(), document=old, reason="La plaque était fausse.")
    cases.reopen_case(actor=agent(), case=Case.objects.get(pk=old.case_id), reason="À revoir.")
    client.force_login(decider(old))
    url = reverse("reissue_document", args=[old.pk])
    assert client.post(url).status_code == 302
    assert not Document.objects.filter(replaces=old).exists()
