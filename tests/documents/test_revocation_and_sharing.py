"""Issued documents: expiry, revocation, and share links."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import Applicant
from eservices.cases.models import Role
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing
from eservices.documents.jobs import delete_orphans
from eservices.documents.models import Document, DocumentLink
from tests.factories.cases import TeamFactory, member
from tests.factories.documents import issued

pytestmark = pytest.mark.django_db


def verdict(client, document):
    return client.get(reverse("documents:verdict", args=[document.code]))


def applicant(document) -> Applicant:
    return Applicant(link=document.case.links.first())


def decider(document):
    return member(team=document.case.team, role=Role.DECIDE)


# -- Files left by killed workers ----------------------------------------------------------------------------
def test_orphaned_pdf_is_deleted_after_a_day(document):
    storage = document.content.storage
    folder = document.content.name.rpartition("/")[0]
    lost = storage.save(f"{folder}/{document.pk.hex}-7.pdf", ContentFile(b"of an attempt that was cut short"))
    for hours, gone in ((20, False), (25, True)):
        for look in range(256):
            delete_orphans(timezone.now() + timedelta(hours=hours, seconds=15 * look))
        assert storage.exists(lost) is not gone
    assert storage.exists(document.content.name)


# -- Expiry --------------------------------------------------------------------------------------------------
def test_expired_document_is_authentic_but_not_valid(client, document):
    Document.objects.update(valid_until=timezone.localdate())
    assert 'class="verdict yes t5"' in verdict(client, document).text
    Document.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    page = verdict(client, document).text
    assert 'class="verdict t5"' in page
    assert 'class="verdict yes' not in page


# -- Revocation ----------------------------------------------------------------------------------------------
def test_decider_revokes_with_a_reason_for_the_applicant(client, document):
    url = reverse("revoke_document", args=[document.pk])
    agent = decider(document)
    client.force_login(agent)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " ", "again": "none"}).status_code == 422
    said = {"reason": "L’adresse était fausse.", "again": "none"}
    assert client.post(url, said).status_code == 302
    document.refresh_from_db()
    assert (document.state, document.revoked_reason) == (Document.State.REVOKED, "L’adresse était fausse.")
    event = document.case.events.last()
    assert (event.kind, event.actor) == ("document_revoked", agent)
    assert "L’adresse était fausse." in Delivery.objects.order_by("created_at").last().payload["text"]
    page = verdict(client, document).text
    assert 'class="verdict no t5"' in page
    assert "fausse" not in page
    link = document.case.links.first()
    download = reverse("space:status_document", args=[link.secret, document.pk])
    assert client.get(download).status_code == 404
    status = client.get(reverse("space:status", args=[link.secret])).text
    assert "L’adresse était fausse." in status
    assert download not in status
    with pytest.raises(IllegalTransition):
        issuing.revoke_document(actor=agent, document=document, reason="Encore.")


def test_unposted_letter_of_a_revoked_document_is_skipped():
    lies, gone, other = (issued(identity_check="posted") for _number in range(3))
    letter = {
        one: Delivery.objects.for_subject(one.case.subject).get(carrier="print")
        for one in (lies, gone, other)
    }
    Delivery.objects.filter(pk=letter[gone].pk).update(state="done")
    for one in (lies, gone):
        issuing.revoke_document(actor=decider(one), document=one, reason="L’adresse était fausse.")
    states = {one: Delivery.objects.get(pk=letter[one].pk).state for one in letter}
    assert states == {lies: "skipped", gone: "done", other: "to_print"}


def test_revocation_requires_the_right_to_decide(client, document):
    url = reverse("revoke_document", args=[document.pk])
    other = member(team=TeamFactory(key="police", name="Police"), role=Role.LEAD)
    for agent in (member(team=document.case.team, role=Role.TREAT), other):
        client.force_login(agent)
        assert client.post(url, {"reason": "Non."}).status_code == 404
    assert not Document.objects.filter(state=Document.State.REVOKED).exists()


# -- Sharing -------------------------------------------------------------------------------------------------
def test_applicant_shares_a_document_for_a_limited_time(client, document):
    secret = document.case.links.first().secret
    url = reverse("space:status_share", args=[secret, document.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"days": "7"}).status_code == 302
    link = DocumentLink.objects.get()
    assert link.url in client.get(url).text
    client.logout()
    page = client.get(reverse("documents:shared", args=[link.secret]))
    assert document.number in page.text
    assert page["X-Robots-Tag"] == "noindex"
    for private in (secret, document.case.reference, "Marchetti"):
        assert private not in page.text
    fetched = client.get(reverse("documents:shared_file", args=[link.secret]))
    assert b"".join(fetched.streaming_content).startswith(b"%PDF-")
    assert document.case.events.last().kind == "document_shared_read"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.get(reverse("documents:shared", args=[link.secret])).status_code == 404


def test_share_link_ends_by_hand_or_with_the_document(client, document):
    first = issuing.share_document(actor=applicant(document), document=document, days=30)
    second = issuing.share_document(actor=applicant(document), document=document, days=30)
    secret = document.case.links.first().secret
    client.post(reverse("space:status_unshare", args=[secret, document.pk, first.pk]))
    assert client.get(reverse("documents:shared", args=[first.secret])).status_code == 404
    assert client.get(reverse("documents:shared", args=[second.secret])).status_code == 200
    issuing.revoke_document(actor=decider(document), document=document, reason="Erreur.")
    assert client.get(reverse("documents:shared_file", args=[second.secret])).status_code == 404


def test_share_links_of_other_documents_are_not_found(client, document):
    other = issued()
    link = issuing.share_document(actor=applicant(document), document=document, days=30)
    secret = other.case.links.first().secret
    assert client.get(reverse("space:status_share", args=[secret, document.pk])).status_code == 404
    assert client.post(reverse("space:status_unshare", args=[secret, other.pk, link.pk])).status_code == 404
    assert client.get(reverse("documents:shared", args=["x" * 22])).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


def test_share_links_are_limited_in_number_and_duration(client, document):
    url = reverse("space:status_share", args=[document.case.links.first().secret, document.pk])
    for days in ("", "0", "9999", "x"):
        assert client.post(url, {"days": days}).status_code == 422
    for _ in range(issuing.MAX_SHARE_LINKS):
        issuing.share_document(actor=applicant(document), document=document, days=7)
    assert client.post(url, {"days": "7"}).status_code == 422
    assert document.links.count() == issuing.MAX_SHARE_LINKS
