"""Retention of cases: which cases are due, who approves their disposal, and the erasure of all personal data."""

import hashlib
import json
import re
import zipfile
from datetime import datetime, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core.files.storage import storages
from django.core.management import call_command
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actors import SYSTEM
from eservices.cases.checks import check_archive
from eservices.cases.jobs import erase_due_answers, wake_approved_disposals
from eservices.cases.logic.retention_rules import RetentionRule, parse_rule
from eservices.cases.models import AnswerErasure, Case, Disposal, DisposalItem
from eservices.cases.retention import actions, due_cases
from eservices.cases.retention.disposal_approval import approve_disposal
from eservices.deliveries.models import Delivery
from eservices.documents.actions.issuing import issue_document
from eservices.formbuilder.definition import drop_answers
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile
from eservices.submissions.upload_checks import check_upload
from tests.factories.accounts import AgentFactory, UserFactory
from tests.factories.cases import CaseFactory, Role, applicant, member
from tests.factories.documents import drawn, issued
from tests.factories.submissions import pdf
from tests.support.personal_data_scan import everywhere

pytestmark = pytest.mark.django_db

YEARS = timedelta(days=800)  # more than 24 months
MARK = "Zwingli-Unverwechselbar"  # a text that must be erased


def keeps(case: Case, *, months: int = 24, **more) -> Case:
    """Set the retention rule of the service of the case."""
    version = case.version
    version.content["settings"]["retention"] = {"months": months, "disposition": "eliminate"} | more
    version.save()
    return case


def sent_all(case: Case) -> Case:
    """Mark all deliveries of the case as done."""
    Delivery.objects.for_subject(case.subject).update(state=Delivery.State.DONE)
    return case


def old(case: Case, **more) -> Case:
    """Close the case longer ago than its retention period and mark all its deliveries as done."""
    Case.objects.filter(pk=case.pk, state="closed").update(closed_at=timezone.now() - YEARS)
    return Case.objects.get(pk=sent_all(keeps(case, **more)).pk)


def archivist(**fields):
    return AgentFactory(roles=["archivists"], first_name="Marc", last_name="Crettenand", **fields)


def due_now() -> list[due_cases.DueCases]:
    return list(due_cases.due_by_service(timezone.now()))


def approve(*listed: Case) -> Disposal:
    (found,) = due_now()
    return approve_disposal(
        actor=archivist(),
        due=found,
        authority="Municipalité d’Orvenay",
        references=[case.reference for case in listed],
    )


def run_disposal(disposal: Disposal) -> None:
    for item in disposal.items.all():
        actions.dispose_of_case(item.pk)


# -- Rules ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({}, None),
        ({"retention": {}}, None),
        ({"retention": {"months": 24}}, RetentionRule(24, "eliminate", False)),
        (
            {"retention": {"months": 6, "disposition": "archive", "on_request": True}},
            RetentionRule(6, "archive", True),
        ),
    ],
)
def test_retention_rule_is_parsed_from_service_settings(said, rule):
    assert parse_rule(said) == rule


def test_retention_months_are_calendar_months():
    rule, closed = RetentionRule(1, "eliminate"), datetime(2026, 1, 31, 9)

    assert rule.due(closed) == datetime(2026, 2, 28, 9)
    assert rule.closed_by(datetime(2026, 3, 31, 9)) == datetime(2026, 2, 28, 9)


def test_answers_are_dropped_from_groups():
    answers = {"nom": "Marchetti", "avs": "756", "enfants": [{"prenom": "Léa", "avs": "757"}]}

    assert drop_answers(answers, ["avs"]) == {"nom": "Marchetti", "enfants": [{"prenom": "Léa"}]}


# -- Due cases -----------------------------------------------------------------------------------------------
def test_closed_case_is_due_after_its_retention_period():
    case = keeps(CaseFactory(refused=True))
    sent_all(case)

    def listed(now):
        return [one.reference for due in due_cases.due_by_service(now) for one in due.cases]

    over = case.closed_at + relativedelta(months=24)
    assert listed(over - timedelta(days=1)) == []
    assert listed(over + timedelta(days=1)) == [case.reference]


def test_current_retention_rule_applies_to_older_versions():
    case = old(CaseFactory(refused=True), months=600)
    assert due_now() == []

    keeps(CaseFactory(), months=12)  # a newer version of the same service

    (found,) = due_now()
    assert list(found.cases) == [case]


def test_service_without_retention_rule_keeps_cases():
    case = CaseFactory(refused=True)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - 10 * YEARS)

    assert due_now() == []


def left_open(case):
    Case.objects.filter(pk=case.pk).update(state="received", closed_at=None)


def blocked_by_a_letter(state: str):
    def block(case):
        Delivery.objects.for_subject(case.subject).update(state=state)

    block.__name__ = f"blocked_by_a_letter_that_is_{state}"
    return block


def blocked_by_a_hold(case):
    actions.place_hold(actor=member(), case=case, reason="Recours du 3 mars")


OPEN_LETTERS = [state for state in Delivery.State if state not in Delivery.ENDED]


def test_case_is_due_only_after_its_deliveries_ended():
    case = old(CaseFactory(refused=True))
    listed = {}
    for state in Delivery.State:
        Delivery.objects.for_subject(case.subject).update(state=state)
        listed[state] = any(found.cases.exists() for found in due_now())
    assert listed == {state: state in Delivery.ENDED for state in Delivery.State}


@pytest.mark.parametrize("keep", [left_open, *map(blocked_by_a_letter, OPEN_LETTERS), blocked_by_a_hold])
def test_blocked_case_is_spared_after_approval(keep):
    case = old(CaseFactory(refused=True))
    disposal = approve(case)
    keep(case)

    run_disposal(disposal)

    item = disposal.items.get()
    case.submission.refresh_from_db()
    assert item.is_exempted
    assert item.reason.startswith("Le dossier est conservé")
    assert case.submission.answers["nom"] == "Marchetti"
    assert not case.submission.erased_at
    assert not any(due.cases.exists() for due in due_now())


def test_case_with_unfinished_document_is_not_due():
    document = drawn()
    cases.complete_case(actor=SYSTEM, case=Case.objects.get(pk=document.case_id))
    case = old(document.case)
    assert [(found.cases.count(), found.kept) for found in due_now()] == [(0, 1)]
    with pytest.raises(actions.CaseKept):
        actions.erase_case(actor=SYSTEM, case=case)
    issue_document(document.pk)
    sent_all(case)
    assert [list(found.cases) for found in due_now()] == [[case]]


def test_case_and_its_foundations_cannot_be_deleted():
    case = CaseFactory(refused=True)
    for ground in (case, case.submission, case.version, case.form, case.team):
        with pytest.raises(ProtectedError):
            ground.delete()


def test_released_hold_makes_case_due_again():
    case, lead = old(CaseFactory(refused=True)), member()
    hold = actions.place_hold(actor=lead, case=case, reason="Recours du 3 mars")
    (found,) = due_now()
    assert (found.cases.count(), found.kept) == (0, 1)

    actions.release_hold(actor=lead, case=case, hold=hold)
    actions.release_hold(actor=lead, case=case, hold=hold)

    assert due_now()[0].cases.count() == 1
    assert [event.kind for event in case.events.all()][-2:] == ["held", "hold_lifted"]


def test_rehearsal_is_never_due():
    case = CaseFactory(rehearsal=True, refused=True)
    keeps(case)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - YEARS)

    assert due_now() == []


# -- Erasing -------------------------------------------------------------------------------------------------
# Tables that tell of a case, and what becomes of their rows as it is erased. The books are kept as the law on
# accounting wants, without names (tests/payments/test_erasure.py); what else is added here says who forgets it.
ABOUT_CASES = {
    "forgotten by cases": {
        *("Case", "StatusLink", "CaseStage", "Opinion", "Note", "Message", "CaseEvent", "LegalHold"),
        *("Correction", "CallbackRequest", "EnclosureReview", "JoinCode", "ConcernedPerson"),
    },
    "forgotten by decisions": {"AppealableDecision"},
    "nothing personal in it": {
        "Escalation",
        "DisposalItem",
        "AnswerErasure",
        "ElectronicConsent",
        "AgentNotification",
        "Screening",
    },
    "forgotten by documents": {"Document", "DocumentLink", "Permit", "Renewal"},
    "forgotten by the register": {"RegisterCheck"},
    "forgotten by transmissions": {"Transmission"},
    "forgotten by reports": {"ProblemReport", "ReportFollower"},
    "books": {
        *("Charge", "Basket", "Allocation", "JournalRow", "Refund", "Payment", "UnallocatedPayment"),
        "ExportedRow",
    },
}


def test_every_table_related_to_cases_is_listed():
    """An app that adds a table must erase its personal data on ``case_erased``, and list the table above."""
    seen, todo = set(), [Case]
    while todo:
        found = {one.related_model for one in todo.pop()._meta.related_objects} - seen
        seen |= found
        todo += found
    assert {model.__name__ for model in seen} == set().union(*ABOUT_CASES.values())


def full_case() -> Case:
    """Create a closed case in which every text that people can write contains ``MARK``."""
    case = CaseFactory(
        email="zwingli-unverwechselbar@courriel.example",
        answers={"nom": MARK, "remarque": f"Je suis {MARK}"},
    )
    sent = case.submission
    sent.applicant_name = MARK
    sent.save()
    for kept in (sent, sent.draft):
        stored = submissions.store_checked_file(check_upload(pdf(f"{MARK}.pdf")), field="piece")
        setattr(stored, "draft" if kept is sent.draft else "submission", kept)
        stored.save()
    sent.draft.answers = sent.answers
    sent.draft.save()
    submissions.Delivery.objects.for_subject(case.subject).update(state=Delivery.State.DONE)
    agent = member()
    cases.add_note(actor=agent, case=case, text=f"{MARK} a téléphoné.")
    cases.ask_applicant(actor=agent, case=case, text=f"Qui est {MARK} ?")
    answer = submissions.store_checked_file(check_upload(pdf(f"{MARK}-2.pdf")))
    answer.save()
    cases.answer_question(actor=applicant(case), case=case, text=MARK, files=[answer])
    cases.log_read(actor=agent, case=case, file=answer)
    cases.refuse_case(actor=agent, case=case, reason=f"{MARK} n’habite pas ici.")
    return old(case)


def test_erasure_leaves_no_personal_data_but_metrics_and_proof(django_capture_on_commit_callbacks, capsys):
    case = full_case()
    paths = [stored.content.name for stored in StoredFile.objects.all()]
    before = (case.opened_at, case.closed_at, case.outcome, case.reference, case.submission.fees)
    assert "Submission" in everywhere(MARK)

    with django_capture_on_commit_callbacks(execute=True):
        run_disposal(approve(case))

    assert everywhere(MARK) == []
    case = Case.objects.get(pk=case.pk)
    assert (case.opened_at, case.closed_at, case.outcome, case.reference, case.submission.fees) == before
    assert case.submission.erased_at
    assert paths
    assert not any(storages["private"].exists(path) for path in paths)
    assert list(audit_log.audit_errors()) == []
    call_command("verify_audit")
    last = case.events.last()
    assert (last.kind, last.data["authority"]) == ("erased", "Municipalité d’Orvenay")
    assert due_now() == []


@pytest.mark.parametrize("disposition", ["eliminate", "archive"])
def test_erased_case_keeps_metrics_unchanged(client, disposition):
    case = sent_all(keeps(CaseFactory(answered=True, accepted=True), months=1, disposition=disposition))
    agent = member()

    def figures() -> list:
        client.force_login(agent)
        page = client.get(reverse("cases:figures")).text
        return [client.get(reverse("cases:figures_csv")).text, *re.findall(r"<td.*?</td>", page, re.DOTALL)]

    with time_machine.travel(case.closed_at + timedelta(days=40), tick=False):
        before = figures()
        run_disposal(approve(case))
        case.submission.refresh_from_db()
        assert case.submission.erased_at
        assert figures() == before
    assert ";Attestation de domicile;1;0;0;1;" in before[0]


def test_case_is_erased_once():
    case = old(CaseFactory(refused=True))
    disposal = approve(case)
    run_disposal(disposal)
    run_disposal(disposal)

    assert case.events.filter(kind="erased").count() == 1
    assert disposal.items.get().done_at


def test_erased_case_is_shown_to_team_and_found_by_reference(client):
    case = old(CaseFactory(refused=True))
    run_disposal(approve(case))
    agent = member()
    client.force_login(agent)

    response = client.get(reverse("cases:case", args=[case.reference]))

    assert response.status_code == 200
    assert "Approuvé au nom de Municipalité d’Orvenay." in response.content.decode()
    assert list(Case.objects.search(case.reference)) == [case]
    assert not Case.objects.search("marchetti").exists()


def test_document_of_erased_case_can_be_verified(client, django_capture_on_commit_callbacks):
    document = issued()
    path = document.content.name
    case = Case.objects.get(pk=document.case_id)
    cases.complete_case(actor=SYSTEM, case=case)
    case = old(case)

    with django_capture_on_commit_callbacks(execute=True):
        run_disposal(approve(case))

    document.refresh_from_db()
    assert not storages["private"].exists(path)
    assert (document.texts, document.content.name) == ({}, "")
    response = client.get(reverse("documents:verdict", args=[document.code]))
    assert document.digest_parts[0] in response.content.decode()
    client.force_login(member())
    assert client.get(reverse("issued_document", args=[document.pk])).status_code == 404


# -- Archive -------------------------------------------------------------------------------------------------
def test_archive_package_lists_sha256_of_every_file():
    document = issued()
    case = Case.objects.get(pk=document.case_id)
    cases.complete_case(actor=SYSTEM, case=case)
    stored = submissions.store_checked_file(check_upload(pdf()), submission=case.submission, field="piece")
    stored.save()
    case.calls.create(phone="079 000 00 00", about="À rappeler")
    case = old(case, disposition="archive")

    disposal = approve(case)
    run_disposal(disposal)

    item = disposal.items.get()
    with storages["private"].open(item.location) as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == item.digest
        with zipfile.ZipFile(kept) as package:
            contents = {name: package.read(name) for name in package.namelist()}
    sums = dict(reversed(line.split("  ")) for line in contents.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    assert set(contents) == {
        *("case.json", "definition.json", "case.pdf", "documents.json", "files/01-procuration.pdf"),
        f"documents/{document.number}.pdf",
    }
    told = json.loads(contents["case.json"])
    assert told["submission"]["answers"]["nom"] == "Marchetti"
    assert told["calls"][0]["about"] == "À rappeler"
    assert all(letter["text"] for letter in told["letters"])
    assert told["letters"]
    assert [event["number"] for event in told["events"]] == list(range(1, len(told["events"]) + 1))
    assert contents["case.pdf"].startswith(b"%PDF-")
    case.submission.refresh_from_db()
    assert case.submission.answers == {}
    assert case.events.last().data["archive"] == item.digest


def test_failed_archive_erases_nothing_and_is_retried(monkeypatch):
    case = old(CaseFactory(refused=True), disposition="archive")
    disposal = approve(case)
    with monkeypatch.context() as broken:
        broken.setattr(storages["private"], "save", lambda *args, **kwargs: 1 / 0)
        run_disposal(disposal)

    item = disposal.items.get()
    case.submission.refresh_from_db()
    assert "ZeroDivisionError" in item.reason
    assert case.submission.answers

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        wake_approved_disposals(timezone.now())
        run_disposal(disposal)
    assert disposal.items.get().done_at


def test_failure_after_erasure_does_not_archive_again(monkeypatch):
    case = old(CaseFactory(refused=True), disposition="archive")
    disposal = approve(case)

    def finish(*args):
        finished(*args)
        raise OSError("the storage is away")

    finished = actions._finish
    monkeypatch.setattr(actions, "_finish", finish)
    run_disposal(disposal)
    before = disposal.items.get()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        wake_approved_disposals(timezone.now())
        run_disposal(disposal)

    item = disposal.items.get()
    assert item.due_at is None
    assert (item.location, item.digest) == (before.location, before.digest)
    assert case.events.filter(kind="erased").count() == 1


# -- Answers erased earlier ----------------------------------------------------------------------------------
def with_short_answer(days: int = 30, key: str = "nom") -> Case:
    case = CaseFactory()
    for step in case.version.content["steps"]:
        for field in step["fields"]:
            if field["key"] == key:
                field["retention"] = days
    case.version.save()
    return Case.objects.get(pk=case.pk)


def test_answer_with_own_retention_is_erased_before_case():
    case = with_short_answer()
    cases.refuse_case(actor=member(), case=case, reason="Incomplet.")
    sent_all(case)
    closed = Case.objects.get(pk=case.pk).closed_at

    erase_due_answers(closed + timedelta(days=29))
    assert case.submission.answers["nom"] == "Marchetti"

    erase_due_answers(closed + timedelta(days=31))

    case = Case.objects.get(pk=case.pk)
    assert "nom" not in case.submission.answers
    assert "nom" not in case.submission.draft.answers
    assert case.submission.answers["prenom"] == case.submission.applicant_name == "Élodie"
    assert "marchetti" not in case.search_text
    assert not any("Marchetti" in str(one.payload) for one in Delivery.objects.for_subject(case.subject))
    assert case.events.last().data == {"questions": ["nom"]}
    assert not AnswerErasure.objects.exists()
    assert list(audit_log.audit_errors()) == []


def test_hold_or_open_case_keeps_answers_with_own_retention():
    held, reopened = with_short_answer(), with_short_answer()
    for case in (held, reopened):
        cases.refuse_case(actor=member(), case=case, reason="Incomplet.")
        sent_all(case)
    actions.place_hold(actor=member(), case=held, reason="Recours")
    Case.objects.filter(pk=reopened.pk).update(state="in_progress", closed_at=None)
    later = timezone.now() + timedelta(days=31)

    erase_due_answers(later)

    for case in (held, reopened):
        case.submission.refresh_from_db()
        assert case.submission.answers["nom"] == "Marchetti"
    assert AnswerErasure.objects.get(case=held).due_at == later + timedelta(days=1)
    assert not AnswerErasure.objects.filter(case=reopened).exists()


# -- Approval ------------------------------------------------------------------------------------------------
def test_approval_requires_authority_and_selected_cases(client):
    case, spared = old(CaseFactory(refused=True)), CaseFactory(withdrawn=True)
    old(spared)
    client.force_login(archivist())

    page = client.get(reverse("retention:index")).content.decode()
    assert "Attestation de domicile" in page

    url = reverse("retention:due", args=["attestation"])
    page = client.get(url).content.decode()
    assert case.reference in page
    assert spared.reference in page
    assert "Marchetti" not in page
    assert (
        not client.get(url).context["form"]["authority"].value()
    )  # not prefilled, so that one click erases nothing

    nameless = client.post(url, {"authority": " ", "cases": [case.reference]})
    assert nameless.status_code == 422
    nothing = client.post(url, {"authority": "Municipalité", "cases": ["ORV-99-1", "\0"]})
    assert nothing.status_code == 409
    assert "Cochez au moins un dossier." in client.post(url, {"authority": "Municipalité"}).text
    assert not Disposal.objects.exists()

    done = client.post(url, {"authority": "Municipalité", "cases": [case.reference]}, follow=True)
    disposal = Disposal.objects.get()
    assert (disposal.authority, disposal.approved_by.last_name) == ("Municipalité", "Crettenand")
    assert [item.case for item in disposal.items.all()] == [case]
    assert case.reference in done.content.decode()
    assert client.get(reverse("retention:index")).status_code == 200
    run_disposal(disposal)
    assert client.get(reverse("retention:disposal", args=[disposal.pk])).status_code == 200


def test_retention_pages_are_refused_without_role(client):
    case = old(CaseFactory(refused=True))
    disposal = approve(case)
    urls = [
        reverse("retention:index"),
        reverse("retention:due", args=["attestation"]),
        reverse("retention:disposal", args=[disposal.pk]),
    ]
    for stranger in (member(), AgentFactory(roles=["editors"])):
        client.force_login(stranger)
        assert [client.get(url).status_code for url in urls] == [404] * 3
        assert client.post(urls[1], {"authority": "Moi", "cases": [case.reference]}).status_code == 404
    client.force_login(UserFactory())
    assert client.get(urls[0]).status_code == 302
    client.force_login(archivist())
    assert client.get(reverse("retention:due", args=["rien"])).status_code == 404


def test_disposal_of_case_is_approved_once():
    case = old(CaseFactory(refused=True))
    (found,) = due_now()
    approve(case)

    with pytest.raises(cases.IllegalTransition):
        approve_disposal(actor=archivist(), due=found, authority="Moi", references=[case.reference])
    assert DisposalItem.objects.count() == 1


def test_case_without_approval_is_not_erased():
    listed, left_out = old(CaseFactory(refused=True)), old(CaseFactory(refused=True))
    approve(listed)
    for _night in range(2):
        wake_approved_disposals(timezone.now())
        call_command("retention")
    for case in (listed, left_out):
        case.submission.refresh_from_db()
    assert listed.submission.erased_at
    assert not left_out.submission.erased_at
    assert left_out.submission.answers["nom"] == "Marchetti"
    assert [list(found.cases) for found in due_now()] == [[left_out]]


def test_only_lead_places_and_releases_hold(client):
    case, lead = CaseFactory(), member()
    hold = reverse("retention:hold", args=[case.reference])
    client.force_login(member(Role.DECIDE))
    assert client.post(hold, {"reason": "Recours"}).status_code == 404
    client.force_login(lead)

    client.post(hold, {"reason": " "})
    assert not case.holds.exists()
    client.post(hold, {"reason": "Recours du 3 mars"})
    written = case.holds.get()
    assert written.by == lead
    assert "Recours du 3 mars" in client.get(reverse("cases:case", args=[case.reference])).content.decode()

    lift = reverse("retention:lift", args=[case.reference, written.pk])
    client.force_login(member(Role.DECIDE))
    assert client.post(lift).status_code == 404
    client.force_login(lead)
    assert client.post(lift).status_code == 302
    assert client.post(lift).status_code == 404
    assert not case.holds.in_force().exists()


def test_retention_dry_run_lists_cases_and_changes_nothing(capsys):
    case, approved = old(CaseFactory(refused=True)), CaseFactory(refused=True)
    old(approved)
    approve(approved)

    call_command("retention", dry_run=True)

    said = capsys.readouterr().out
    assert "1 to approve" in said
    assert case.reference in said
    assert f"approved by Municipalité d’Orvenay: {approved.reference}" in said
    assert not DisposalItem.objects.filter(done_at__isnull=False).exists()

    call_command("retention")
    assert DisposalItem.objects.get().done_at


def test_retention_dry_run_lists_answers_and_keeps_them(capsys):
    case = with_short_answer()
    cases.refuse_case(actor=member(), case=case, reason="Incomplet.")
    sent_all(case)
    for options, kept in (({"dry_run": True}, True), ({}, False)):
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            call_command("retention", **options)
        assert f"answers due: {case.reference}" in capsys.readouterr().out
        case.submission.refresh_from_db()
        assert ("nom" in case.submission.answers) == kept


def test_missing_archive_class_fails_system_check(settings):
    assert check_archive(None) == []
    settings.CASE_ARCHIVE = "nowhere"
    [error] = check_archive(None)
    assert error.msg == (
        "No case can be archived: CASE_ARCHIVE names “nowhere”. It may name: private_storage."
    )
