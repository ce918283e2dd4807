"""Supplements of transferred records: later events of a case, in order, each inside the record's folder."""

import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from eservices.cases.retention import archive
from eservices.connectors.document_store import StoreUnreachable
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing as documents
from eservices.documents.actions import reissuing
from eservices.documents.models import Document
from tests.connectors.test_transfer import FILING, fresh, proven
from tests.factories.cases import DECISION, CaseFactory
from tests.factories.documents import STAGES, DocumentTemplateFactory, accepted_case, agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(settings, tmp_path):
    """Return the folder of the document store."""
    settings.GED_URL = f"directory:{tmp_path}"
    return tmp_path


def dossiers():
    return Delivery.objects.filter(carrier="ged").order_by("created_at")


def run_transfers() -> None:
    """Send all due transfers as the worker does, and continue the cases."""
    for delivery in dossiers().filter(state="pending"):
        attempt_delivery(delivery.pk)
    for case in Case.objects.all():
        process.advance_case(case.pk)


@pytest.fixture
def filed(shelf):
    """Create a case whose record with its document was transferred a minute ago."""
    DocumentTemplateFactory()
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        case = accepted_case(stages=[*STAGES, FILING])
        documents.issue_document(case.documents.get().pk)
        process.advance_case(case.pk)
        run_transfers()
    assert fresh(case).state == "closed"
    return fresh(case)


def supplement(shelf, number: int):
    [folder] = shelf.glob(f"Habitants/*/*/supplement-{number:02}")
    proven(folder)
    return folder, *(json.loads((folder / name).read_text()) for name in ("supplement.json", "dossier.json"))


def test_record_without_later_events_has_no_supplement(filed):
    cases.add_note(actor=agent(), case=filed, text="Classé.")
    cases.send_message(actor=agent(), case=filed, text="Bonne journée.")
    assert dossiers().count() == 1


def test_revocation_is_transferred_with_the_new_document(filed, shelf):
    old = filed.documents.get()
    documents.revoke_document(actor=agent(), document=old, reason="Le prénom était faux.")
    assert [one.state for one in dossiers()] == ["done", "pending"]
    run_transfers()
    folder, told, facts = supplement(shelf, 1)
    assert "document_revoked" in [one["kind"] for one in told["events"]]
    assert "opened" not in [one["kind"] for one in told["events"]]
    [document] = facts["documents"]
    assert (document["state"], document["revoked_because"]) == ("revoked", "Le prénom était faux.")
    assert not list(folder.glob("documents/*"))  # the record contains it already

    new = reissuing.reissue(actor=agent(), document=old)
    documents.issue_document(new.pk)
    run_transfers()
    folder, _told, facts = supplement(shelf, 2)
    assert [one["replaces"] for one in facts["documents"]] == ["", old.number]
    [paper] = folder.glob("documents/*")
    assert new.number.lower() in paper.name
    assert fresh(filed).state == "closed"
    assert fresh(filed).due_at is None


def test_several_waiting_events_become_one_supplement(filed, shelf):
    case = cases.reopen_case(actor=agent(), case=filed, reason="Le nom est à corriger.")
    cases.correct_answer(actor=agent(), case=case, field="nom", answer="Rochat", reason="Faute de frappe.")
    assert dossiers().count() == 2
    run_transfers()
    _folder, told, facts = supplement(shelf, 1)
    assert {"reopened", "amended"} <= {one["kind"] for one in told["events"]}
    [correction] = facts["corrections"]
    assert (correction["question"], correction["after"]) == ("nom", "Rochat")
    assert facts["answers"]["nom"] == "Rochat"


def test_supplements_are_transferred_in_order(filed, shelf, monkeypatch):
    old = filed.documents.get()

    def refuse(self, folder):
        raise StoreUnreachable("no route to host")

    with monkeypatch.context() as patch:
        patch.setattr("eservices.connectors.contrib.folder.FolderStore.claim", refuse)
        documents.revoke_document(actor=agent(), document=old, reason="Faux.")
        run_transfers()
    first = dossiers().last()
    Delivery.objects.filter(pk=first.pk).update(state="carrying", due_at=timezone.now() + timedelta(hours=1))
    documents.issue_document(reissuing.reissue(actor=agent(), document=old).pk)
    second = dossiers().last()
    assert second.pk != first.pk
    attempt_delivery(second.pk)
    second.refresh_from_db()
    assert (second.state, second.attempts) == ("pending", 0)
    assert not list(shelf.glob("Habitants/*/*/supplement-*"))


def test_case_that_was_never_transferred_has_no_supplement(shelf):
    case = CaseFactory(stages=[DECISION, FILING])
    cases.correct_answer(actor=agent(), case=case, field="nom", answer="Rochat", reason="Faute de frappe.")
    assert not dossiers().exists()


def test_case_whose_transfer_was_skipped_has_no_supplement(filed):
    dossiers().update(state="skipped")
    documents.revoke_document(actor=agent(), document=filed.documents.get(), reason="Faux.")
    assert dossiers().count() == 1


def test_archive_includes_revocation_and_replacement(filed):
    old = filed.documents.get()
    documents.revoke_document(actor=agent(), document=old, reason="Le prénom était faux.")
    documents.issue_document(reissuing.reissue(actor=agent(), document=old).pk)
    location, _digest = archive.archive_case(fresh(filed), timezone.now())
    with archive.configured_archive().open(location) as kept, zipfile.ZipFile(kept) as package:
        told = json.loads(package.read("documents.json"))
        names = package.namelist()
    assert [(one["state"], one["replaces"]) for one in told] == [("revoked", ""), ("issued", old.number)]
    assert {f"documents/{one.number}.pdf" for one in Document.objects.all()} <= set(names)
