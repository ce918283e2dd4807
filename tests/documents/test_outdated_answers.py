"""Register documents: drawn from a recent register check of the current answers."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from wagtail.rich_text import RichText

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case
from eservices.documents.actions import issuing, reissuing
from eservices.documents.models import Document
from tests.factories.cases import DECISION, CaseFactory
from tests.factories.documents import KEY, DocumentTemplateFactory, agent
from tests.factories.register import CHECK, ELODIE, ask, check_of
from tests.register.test_named_persons import GROUP, NOE

pytestmark = pytest.mark.django_db
DOCUMENT = {"key": "attestation", "type": "document", "settings": {"template": KEY}}
REASON = {"key": "motif", "type": "short_text"}
NAMES = [
    ("statement", {"text": RichText("<p>{register_name}</p>"), "about": "everybody", "condition": None}),
]


def case_about(*people: dict) -> Case:
    """Create a case whose applicant, found in the register, names ``people``; it waits for the decision."""
    DocumentTemplateFactory(body=NAMES)
    answers = ELODIE | {"personnes": list(people)}
    return ask(CaseFactory(stages=[CHECK, DECISION, DOCUMENT], asks=[GROUP, REASON], answers=answers))


def accept(case: Case) -> Case:
    cases.accept_case(actor=agent(), case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def checked(case: Case) -> str:
    return case.stages.get(key="check").progress


def test_corrected_person_is_checked_again_and_documented():
    case = case_about(NOE | {"p_prenom": "Noee"})
    said = {"choice": "person:ORV-1", "named_0": "person:ORV-2"}
    cases.complete_stage_task(actor=agent(), case=case, stage="check", data=said)
    case = ask(case)
    cases.correct_answer(actor=agent(), case=case, field="personnes", answer=[NOE], reason="Faute de frappe")
    assert checked(case) == "todo"
    process.advance_case(case.pk)
    case = ask(case)
    assert (checked(case), check_of(case).decided_by) == ("done", None)
    document = accept(case).documents.get()
    assert "Noé" in str(document.texts["body"])


def test_correction_of_another_answer_keeps_the_register_check():
    case = case_about(NOE)
    cases.correct_answer(actor=agent(), case=case, field="motif", answer="Bail", reason="Oubli")
    assert checked(case) == "done"


def test_open_case_repeats_an_old_register_check():
    case = case_about()
    with time_machine.travel(timezone.now() + timedelta(days=45), tick=False):
        case = accept(case)
        assert not case.documents.exists()
        process.advance_case(case.pk)
        case = ask(case)
        assert case.documents.exists()


def closed_and_revoked() -> Document:
    document = accept(case_about()).documents.get()
    issuing.issue_document(document.pk)
    process.advance_case(document.case_id)
    return issuing.revoke_document(actor=agent(), document=document, reason="Faux.")


def test_old_register_check_is_repeated_after_reopening_only():
    old = closed_and_revoked()
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        with pytest.raises(IllegalTransition, match="30"):
            reissuing.reissue(actor=agent(), document=old)
        case = cases.reopen_case(actor=agent(), case=Case.objects.get(pk=old.case_id), reason="À refaire.")
        process.advance_case(case.pk)
        case = ask(case)
        assert accept_again(case).documents.filter(replaces=old).exists()


def accept_again(case: Case) -> Case:
    said = {"documents": {"identity_check": "seen"}, "reissue": {"again": "new"}}
    cases.accept_case(actor=agent(), case=case, details=said)
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)
