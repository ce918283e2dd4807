"""Revoked documents: replaced in the same case, and both transferred to the document store."""

import pytest
from django.urls import reverse

from eservices.cases import process
from eservices.cases.models import Case, Role
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing
from eservices.documents.models import Document
from tests.connectors.test_transfer import FILING
from tests.factories.cases import member
from tests.factories.documents import STAGES, DocumentTemplateFactory, accepted_case

pytestmark = pytest.mark.django_db


def made(document: Document) -> Document:
    """Process the case as the worker does and return the issued document."""
    issuing.issue_document(document.pk)
    process.advance_case(document.case_id)
    for delivery in Delivery.objects.filter(carrier="ged", state="pending"):
        attempt_delivery(delivery.pk)
    process.advance_case(document.case_id)
    return Document.objects.get(pk=document.pk)


@pytest.fixture
def paper(settings, tmp_path) -> Document:
    """Create a closed and transferred case and return its document."""
    settings.GED_URL = f"directory:{tmp_path}"
    DocumentTemplateFactory()
    return made(accepted_case(stages=[*STAGES, FILING]).documents.get())


def test_revoked_document_is_issued_again_and_transferred(client, paper, tmp_path):
    client.force_login(member(Role.DECIDE, paper.case.team))
    client.post(
        reverse("revoke_document", args=[paper.pk]), {"reason": "Le prénom était faux.", "again": "new"}
    )
    new = made(Document.objects.get(replaces=paper))
    assert f"remplace {paper.number}" in client.get(reverse("cases:case", args=[paper.case.reference])).text
    client.logout()
    old, current = (client.get(reverse("documents:verdict", args=[one.code])).text for one in (paper, new))
    assert 'class="verdict no' in old
    assert 'class="verdict yes' in current
    [folder] = tmp_path.glob("Habitants/*/*/supplement-01")
    assert paper.number in (folder / "dossier.json").read_text()
    assert "document_revoked" in (folder / "supplement.json").read_text()


def test_reopened_case_does_not_close_with_its_revoked_document(client, paper):
    agent, case = member(Role.DECIDE, paper.case.team), paper.case
    client.force_login(agent)
    client.post(reverse("revoke_document", args=[paper.pk]), {"reason": "Faux.", "again": "none"})

    def do(deed: str, **said):
        page = client.post(reverse("cases:do", args=[case.reference, deed]), said)
        process.advance_case(case.pk)
        return page.status_code

    assert do("reopen", reason="Le prénom est à corriger.") == 302
    said = {"documents-identity_check": "seen"}
    assert do("accept", **said) == 422  # the form asks whether a new document follows
    assert do("accept", **said, **{"reissue-again": "new"}) == 302
    assert Case.objects.get(pk=case.pk).is_open
    new = made(Document.objects.get(replaces=paper))
    assert new.is_issued
    assert Case.objects.get(pk=case.pk).state == "closed"
