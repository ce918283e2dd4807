"""Rehearsals: an editor tries a service from the first question to the last e-mail, without effect on others."""

import copy
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission

from eservices.cases import access as case_access
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.emails import displayed_status_url
from eservices.cases.jobs import discard_old_rehearsals
from eservices.cases.models import Case, NumberSeries, Role
from eservices.cases.stages import SYSTEM, Waiting, stages
from eservices.catalogue import actions
from eservices.catalogue.models import ServicePage
from eservices.deliveries import actions as deliveries
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery, MailboxEntry
from eservices.documents.actions import issuing as documents
from eservices.documents.models import Document
from eservices.formbuilder.models import FormVersion
from eservices.submissions import actions as submissions
from eservices.submissions.jobs import erase_expired_drafts
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.accounts import EditorFactory, UserFactory
from tests.factories.cases import CaseFactory, member
from tests.factories.catalogue import SERVICE, make_service
from tests.factories.documents import STAGES, DocumentTemplateFactory
from tests.factories.submissions import pdf

pytestmark = pytest.mark.django_db
ANSWERS = {
    "identite": {"prenom": "Élodie", "nom": "Marchetti", "courriel": "elodie@courriel.example"},
    "motif": {"motif": "bail"},
}

OWN = copy.deepcopy(SERVICE) | {"slug": "domicile"}
NOTICE = {"key": "avis", "type": "notify", "settings": {"format": 1, "subject": "Avis", "text": "Bonjour."}}
PAUSING = copy.deepcopy(SERVICE) | {"slug": "pause", "stages": [NOTICE]}
PAUSING["texts"]["fr"] |= {"stage.avis.subject": "Avis", "stage.avis.text": "Bonjour."}


@pytest.fixture(scope="module")
def published(module_db):
    return make_service(definition=OWN)


@pytest.fixture
def editor(client, counter):
    """Sign in a user who may edit the pages of the counter and is in no team."""
    person = EditorFactory()
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=person.groups.get(), page=counter, permission=change)
    client.force_login(person)
    return person


def screen(page, name: str = "rehearsal", *args) -> str:
    return reverse(f"services:{name}", args=[page.pk, *args])


def rehearsed(page, actor=None) -> Case:
    """Create a case as an editor's rehearsal does: every step filled in and sent."""
    draft = actions.start_rehearsal(actor=actor, page=page, language="fr")
    for key, answers in ANSWERS.items():
        step = draft.version.definition.step(key)
        submissions.save_step(actor=actor, draft=draft, step=step, answers=answers)
    case = submissions.submit(actor=actor, draft=draft).case
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def text(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.content.decode()


# -- Start ---------------------------------------------------------------------------------------------------
def test_rehearsal_freezes_the_draft_and_opens_its_form(client, editor, page):
    page.form[1].value["title"] = "Pourquoi donc"
    page.save_revision()

    filing = text(client.post(screen(page), {"language": "fr"}, follow=True))

    version = FormVersion.objects.get(kind="rehearsal")
    assert version.definition.text("step.motif.title", "fr") == "Pourquoi donc"
    assert 'name="prenom"' in filing
    assert 'class="alert"' in filing
    assert page.online_form.current.kind == "published"
    assert page.online_form.current.definition.text("step.motif.title", "fr") != "Pourquoi donc"


def test_invalid_draft_is_not_rehearsed(client, editor, page):
    page.form[1].value["fields"][1].value["condition"] = {
        "field": "inconnu",
        "operator": "equals",
        "value": "x",
    }
    page.save_revision()

    shown = text(client.get(screen(page)))
    answer = text(client.post(screen(page), {"language": "fr"}, follow=True))

    assert "inconnu" in shown
    assert "inconnu" in answer
    assert not FormVersion.objects.filter(kind="rehearsal").exists()


def test_unpublished_service_can_be_rehearsed(client, editor, page):
    never = page.copy(update_attrs={"slug": "jamais", "title": "Jamais"}, keep_live=False)

    case = rehearsed(never, editor)

    assert case.form.key == never.translation_key
    assert case.form.current is None
    assert client.get(reverse("submissions:start", args=[case.form.slug])).status_code == 404


def test_rehearsal_draft_is_opened_by_its_editor_only(client, editor, page):
    draft = actions.start_rehearsal(actor=editor, page=page, language="fr")
    url = reverse("submissions:resume", args=[draft.secret])
    assert client.get(url, follow=True).status_code == 200
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


def test_rehearsal_draft_is_listed(client, editor, page):
    draft = actions.start_rehearsal(actor=editor, page=page, language="fr")
    assert reverse("submissions:resume", args=[draft.secret]) in text(client.get(screen(page)))


# -- No effect on others -------------------------------------------------------------------------------------
def test_rehearsal_number_has_its_own_series(editor, page):
    before = NumberSeries.objects.filter(key__startswith="ORV").values_list("key", "last")
    case = rehearsed(page, editor)
    assert case.reference.startswith("TEST-")
    assert list(before) == list(NumberSeries.objects.filter(key__startswith="ORV").values_list("key", "last"))


def test_rehearsal_emails_go_to_the_demo_mailbox_only(editor, page):
    case = rehearsed(page, editor)
    cases.accept_case(actor=editor, case=case)
    for letter in Delivery.objects.for_subject(case.subject):
        attempt_delivery(letter.pk)
    assert not mail.outbox
    assert MailboxEntry.objects.filter(rehearsed__subject=case.subject).count() == 2


def test_rehearsal_is_listed_only_in_its_view(client, editor, page):
    case = rehearsed(page, editor)
    agent = member(Role.LEAD)
    client.force_login(agent)
    for view in ("team", "mine", "unassigned", "overdue", "waiting", "closed"):
        for query in ("", "&q=Marchetti"):
            shown = text(client.get(reverse("cases:queue") + f"?view={view}{query}"))
            assert case.reference not in shown
    assert case.reference in text(client.get(reverse("cases:queue") + "?view=rehearsals"))


def test_rehearsal_is_not_listed_in_the_account(client, editor, page):
    rehearsed(page, editor)
    actions.start_rehearsal(actor=editor, page=page, language="fr")
    assert not case_access.own_cases(editor).exists()
    shown = text(client.get("/espace/"))
    assert "TEST-" not in shown
    assert "Attestation" not in shown


def test_querysets_separate_real_and_rehearsed_cases(editor, page):
    case, real = rehearsed(page, editor), CaseFactory()
    assert list(Case.objects.real()) == [real]
    assert list(Submission.objects.real()) == [real.submission]
    assert list(Draft.objects.real()) == [real.submission.draft]
    assert list(Case.objects.rehearsed()) == [case]


def test_queue_shows_the_published_title_of_a_service(client, editor, page):
    page.title = "Titre essayé"
    page.save_revision()
    rehearsed(page, editor)
    client.force_login(member(Role.LEAD))
    assert "Titre essayé" not in text(client.get(reverse("cases:queue")))
    assert "Titre essayé" not in text(client.get(reverse("cases:counter")))


# -- Observation and decision --------------------------------------------------------------------------------
def test_rehearsal_screen_shows_stages_emails_and_answers(client, editor, page):
    case = rehearsed(page, editor)
    shown = text(client.get(screen(page, "rehearsed", case.reference)))
    letter = Delivery.objects.for_subject(case.subject).get()
    assert letter.title in shown
    assert "Marchetti" in shown
    assert screen(page, "rehearsed_do", case.reference, "accept") in shown
    looks = client.get(screen(page, "rehearsed_letter", case.reference, letter.pk))
    assert "Marchetti" in text(looks) or "Élodie" in text(looks)
    assert "sandbox" in looks["Content-Security-Policy"]
    assert case.reference in text(client.get(screen(page)))


def test_status_page_is_marked_as_a_rehearsal(client, editor, page):
    alert = '<section class="alert"'
    assert alert in text(client.get(displayed_status_url(rehearsed(page, editor))))
    assert alert not in text(client.get(displayed_status_url(CaseFactory())))


def test_editor_decides_a_rehearsal(client, editor, page):
    case = rehearsed(page, editor)
    assert not case_access.may_do(editor, case, "accept")
    client.post(screen(page, "rehearsed_do", case.reference, "accept"), {"reason": "Bienvenue"})
    process.advance_case(case.pk)
    case.refresh_from_db()
    assert (case.outcome, case.reason) == ("accepted", "Bienvenue")
    assert not case.is_open


def test_refusal_requires_a_reason(client, editor, page):
    case = rehearsed(page, editor)
    answer = client.post(screen(page, "rehearsed_do", case.reference, "refuse"), {"reason": ""})
    assert 'class="err"' in text(answer, 422)
    client.post(screen(page, "rehearsed_do", case.reference, "refuse"), {"reason": "Pas d’ici."})
    case.refresh_from_db()
    assert case.outcome == "refused"


def test_acceptance_asks_the_same_as_for_agents(client, counter, editor):
    DocumentTemplateFactory(sentence="La commune atteste.", facts="")
    checked = {"key": "registre", "type": "register", "settings": {"format": 1, "with_birth_date": True}}
    page = make_service(counter, OWN | {"stages": [STAGES[0], checked, STAGES[1]]})
    case = rehearsed(page, editor)
    url = screen(page, "rehearsed_do", case.reference, "accept")
    assert client.post(url, {}).status_code == 422
    client.post(url, {"documents-identity_check": "seen"})
    assert Case.objects.get(pk=case.pk).outcome == "accepted"


@pytest.mark.parametrize("do", ["accept", "refuse", "skip", "discard"])
def test_real_case_cannot_be_reached_as_a_rehearsal(client, editor, page, do):
    real = CaseFactory()
    Case.objects.filter(pk=real.pk).update(form=page.online_form)
    assert client.get(screen(page, "rehearsed", real.reference)).status_code == 404
    assert client.post(screen(page, "rehearsed_do", real.reference, do), {"reason": "x"}).status_code == 404
    real.refresh_from_db()
    assert real.is_open


def test_rehearsal_of_another_service_is_not_found(client, editor, page):
    other = page.copy(update_attrs={"slug": "autre", "title": "Autre"})
    case = rehearsed(other, editor)
    assert client.get(screen(page, "rehearsed", case.reference)).status_code == 404
    assert client.get(screen(other, "rehearsed", case.reference)).status_code == 200


def test_rehearsal_requires_the_right_to_edit(client, editor, page):
    case = rehearsed(page, editor)
    client.force_login(UserFactory(is_staff=True, roles=["agents"]))
    assert client.get(screen(page, "rehearsed", case.reference)).status_code in (302, 403)
    for name, args in (("rehearsed_do", [case.reference, "accept"]), ("discard_rehearsals", [])):
        assert client.post(screen(page, name, *args)).status_code in (302, 403)
    assert Case.objects.get().is_open


@pytest.fixture
def paused(monkeypatch, counter, editor) -> Case:
    """Create a rehearsal that waits until tomorrow."""
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(stages["notify"], "enter", lambda *about: Waiting(SYSTEM, until=tomorrow))
    case = rehearsed(make_service(counter, PAUSING), editor)
    assert case.stages.get().progress == "active"
    return case


def test_wait_of_a_rehearsal_can_be_skipped(client, paused):
    page = ServicePage.objects.get(translation_key=paused.form_id)
    skip = screen(page, "rehearsed_do", paused.reference, "skip")
    assert skip in text(client.get(screen(page, "rehearsed", paused.reference)))
    client.post(skip)
    process.advance_case(paused.pk)
    paused.refresh_from_db()
    assert not paused.is_open
    assert paused.events.filter(kind="skipped").exists()


def test_decision_cannot_be_skipped(editor, page):
    case = rehearsed(page, editor)
    with pytest.raises(cases.IllegalTransition):
        process.skip_wait(actor=editor, case=case)


def test_real_case_cannot_skip_a_stage():
    case = CaseFactory()
    case.stages.update(type="notify", progress="active", waiting_for="applicant")
    with pytest.raises(cases.IllegalTransition):
        process.skip_wait(actor=member(), case=case)


# -- Discarding ----------------------------------------------------------------------------------------------
def everything_of_a_rehearsal(counter, editor) -> Case:
    """Create a rehearsal with a file, a message with a file, a document and its e-mails."""
    DocumentTemplateFactory(sentence="La commune atteste.", facts="", tells_register=False)
    definition = copy.deepcopy(OWN) | {"stages": STAGES}
    definition["steps"][1]["fields"].append({"key": "piece", "type": "files"})
    definition["texts"]["fr"]["field.piece.label"] = "Pièce"
    page = make_service(counter, definition)
    draft = actions.start_rehearsal(actor=editor, page=page, language="fr")
    for key, answers in ANSWERS.items():
        submissions.save_step(
            actor=editor, draft=draft, step=draft.version.definition.step(key), answers=answers
        )
    StoredFile.objects.create(
        draft=draft, field="piece", name="a.pdf", content=pdf(), content_type="application/pdf", size=1
    )
    case = submissions.submit(actor=editor, draft=draft).case
    process.advance_case(case.pk)
    said = StoredFile.objects.create(name="b.pdf", content=pdf(), content_type="application/pdf", size=1)
    cases.send_message(actor=editor, case=case, text="Voici.", files=[said])
    cases.accept_case(actor=editor, case=case, details={"documents": {"identity_check": "seen"}})
    process.advance_case(case.pk)
    documents.issue_document(Document.objects.get().pk)
    return Case.objects.get(pk=case.pk)


def test_specimen_is_marked_and_cannot_be_verified(client, counter, editor):
    everything_of_a_rehearsal(counter, editor)
    specimen = Document.objects.get()
    assert specimen.is_issued
    assert specimen.number.startswith("TEST-")
    assert specimen.texts["rehearsal"]
    assert client.get(reverse("documents:verdict", args=[specimen.code])).status_code == 404


def test_discarded_rehearsal_leaves_nothing_behind(
    client, counter, editor, django_capture_on_commit_callbacks
):
    real = CaseFactory()
    case = everything_of_a_rehearsal(counter, editor)
    contents = [one.content.name for one in StoredFile.objects.all()]
    contents += [one.content.name for one in Document.objects.all()]
    assert all(storages["private"].exists(name) for name in contents)
    page = ServicePage.objects.get(translation_key=case.form_id)
    actions.start_rehearsal(actor=editor, page=page, language="fr")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(screen(page, "discard_rehearsals"))

    assert list(Case.objects.all()) == [real]
    assert list(Submission.objects.all()) == [real.submission]
    assert list(Draft.objects.all()) == [real.submission.draft]
    assert not StoredFile.objects.exists()
    assert not Document.objects.exists()
    assert not MailboxEntry.objects.filter(rehearsed__isnull=False).exists()
    assert not Delivery.objects.filter(rehearsal=True).exists()
    assert Delivery.objects.for_subject(real.subject).exists()
    assert not any(storages["private"].exists(name) for name in contents)


def test_real_case_cannot_be_discarded():
    case = CaseFactory()
    with pytest.raises(cases.IllegalTransition):
        cases.discard_rehearsal(actor=member(), case=case)
    with pytest.raises(submissions.SubmissionRefused):
        submissions.discard_rehearsal(actor=None, draft=case.submission.draft)
    assert Case.objects.get() == case


def test_late_worker_ignores_a_discarded_rehearsal(editor, page):
    case = rehearsed(page, editor)
    pk = case.pk
    cases.discard_rehearsal(actor=editor, case=case)
    process.advance_case(pk)
    assert not Case.objects.exists()


def test_rehearsals_are_discarded_after_thirty_days(editor, page):
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        real, old = CaseFactory(), rehearsed(page, editor)
        begun = actions.start_rehearsal(actor=editor, page=page, language="fr")
        gone = [begun.pk, old.submission.draft_id]
    young = rehearsed(page, editor)

    discard_old_rehearsals(timezone.now())
    erase_expired_drafts(timezone.now())

    assert set(Case.objects.all()) == {real, young}
    assert not Draft.objects.filter(pk__in=gone).exists()


def test_merged_rehearsals_are_discarded(editor, page):
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        older, newer = rehearsed(page, editor), rehearsed(page, editor)
        Case.objects.filter(pk=newer.pk).update(duplicate_of=older)

    discard_old_rehearsals(timezone.now())

    assert not Case.objects.exists()


def test_failing_discard_does_not_stop_others(editor, page, monkeypatch):
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        stuck, other = rehearsed(page, editor), rehearsed(page, editor)
    discard = deliveries.delete_rehearsal_deliveries

    def unless_stuck(*, actor, subject):
        assert subject != stuck.subject, "the storage is away"
        discard(actor=actor, subject=subject)

    monkeypatch.setattr(deliveries, "delete_rehearsal_deliveries", unless_stuck)
    discard_old_rehearsals(timezone.now())

    assert set(Case.objects.all()) == {stuck}, other
