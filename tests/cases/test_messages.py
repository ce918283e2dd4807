"""Messages of a case: mentions, files in both directions, callbacks, terms of questions, and the read log."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions, jobs, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.desk import badges
from eservices.cases.desk.case import file_preview, page
from eservices.cases.logic import mentions
from eservices.cases.models import Case, Message, Role, Team
from eservices.cases.workflow.progress import is_answer_overdue
from eservices.deliveries.models import Delivery
from eservices.submissions.models import StoredFile
from home.caching.site_version import bump_version
from tests.factories.cases import CallBackFactory, CaseFactory, TeamFactory, applicant, household, member
from tests.factories.submissions import pdf, picture

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


class Somebody(SimpleNamespace):
    def __str__(self):
        return f"{self.first_name} {self.last_name}"


NADIA, PASCAL, NADIA_B = (
    Somebody(first_name=first, last_name=last, email=f"{first}.{last}@x.example".lower())
    for first, last in [("Nadia", "Favre"), ("Pascal", "Müller"), ("Nadia", "Baumann")]
)


@pytest.mark.parametrize(
    ("text", "named", "unknown"),
    [
        ("@Nadia Favre, regarde", [NADIA], []),
        ("Voir (@pascal muller) et @Pascal", [PASCAL], []),
        ("@Nadia regarde", [], ["Nadia"]),
        ("@nadia.baumann et @Nadia Favre", [NADIA_B, NADIA], []),
        ("écrire à x@Pascal.example", [], []),
        ("@Pascaline @ personne", [], ["Pascaline"]),
    ],
)
def test_mention_finds_named_colleague(text, named, unknown):
    assert mentions.find_mentions(text, [NADIA, PASCAL, NADIA_B]) == (named, unknown)


@pytest.mark.django_db
def test_mention_notifies_colleague_but_not_other_team():
    case, author = CaseFactory(), member(first_name="Nadia")
    colleague = member(Role.READ, first_name="Pascal")
    stranger = member(first_name="Leïla", team=TeamFactory(key="police"))
    written = actions.add_note(
        actor=author, case=case, text=f"@Pascal @{stranger.first_name} @Nadia: à voir."
    )
    assert set(written.mentions.all()) == {colleague, author}
    told = {one.recipient for one in Delivery.objects.for_subject(case.subject)}
    assert colleague.email in told
    assert not {author.email, stranger.email} & told


@pytest.mark.django_db
def test_agent_sends_file_that_applicant_opens(client, django_capture_on_commit_callbacks):
    case, agent = CaseFactory(), member(Role.TREAT)
    client.force_login(agent)
    url = reverse("cases:do", args=[case.reference, "message"])
    assert client.post(url, {"text": "Voici.", "files": [pdf("plan.pdf")]}).status_code == 302
    stored = StoredFile.objects.get(messages__case=case)
    assert (stored.name, stored.draft, stored.submission) == ("plan.pdf", None, None)
    client.logout()
    secret = applicant(case).link.secret
    assert client.get(reverse("space:status_file", args=[secret, stored.pk])).status_code == 200


@pytest.mark.django_db
def test_file_of_applicant_is_opened_only_by_team(client):
    case, stranger = CaseFactory(asked=True), member(team=TeamFactory(key="police"))
    answer = reverse("space:status_answer", args=[applicant(case).link.secret])
    assert client.post(answer, {"text": "Le voici.", "files": [pdf("bail.pdf")]}).status_code == 302
    url = reverse("cases:file", args=[case.reference, StoredFile.objects.get(messages__case=case).pk])
    for agent, status in ((member(Role.READ), 200), (stranger, 404)):
        client.force_login(agent)
        assert client.get(url).status_code == status


@pytest.mark.django_db
def test_refused_file_keeps_typed_message(client):
    case = CaseFactory()
    client.force_login(member())
    url = reverse("cases:do", args=[case.reference, "message"])
    answer = client.post(url, {"text": "Une longue lettre.", "files": [pdf("virus.exe")]})
    assert answer.status_code == 422
    assert "Une longue lettre." in answer.text
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_unreached_callback_stays_open(client):
    case = CaseFactory()
    actions.request_callback(actor=applicant(case), case=case, phone="+41790000000")
    actions.request_callback(actor=applicant(case), case=case, phone="+41790000001", wish="le soir")
    call = case.calls.get()  # one open callback per case
    client.force_login(member(Role.TREAT))
    url = reverse("cases:do", args=[case.reference, "called"])
    assert client.post(url, {"call": call.pk, "reached": "no"}).status_code == 302
    assert (case.calls.open().get().tries, case.calls.get().phone) == (1, "+41790000001")
    assert client.post(url, {"call": call.pk, "reached": "yes", "result": "Réglé."}).status_code == 302
    assert not case.calls.open().exists()
    with pytest.raises(IllegalTransition):
        actions.record_callback(actor=member(), case=case, call=call, reached=True)
    foreign = CallBackFactory(case=CaseFactory())
    assert client.post(url, {"call": foreign.pk, "reached": "yes"}).status_code == 422


@pytest.mark.django_db
def test_case_read_is_logged_hourly(client):
    case, agent = CaseFactory(), member(Role.READ)
    url = reverse("cases:case", args=[case.reference])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(agent)
        for minutes in (0, 30, 31):
            clock.shift(minutes * 60)
            assert client.get(url).status_code == 200
    assert case.events.filter(kind="case_read", actor=agent).count() == 2


@pytest.mark.django_db
def test_file_preview_is_sandboxed(client):
    case, agent = CaseFactory(), member(Role.READ)
    client.force_login(agent)
    image = _stored(case, "carte.png", "image/png", picture().read())
    shown = client.get(reverse("cases:preview", args=[case.reference, image.pk]))
    assert shown["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert case.events.get(kind="file_read").data["name"] == "carte.png"
    office = _stored(case, "lettre.odt", "application/vnd.oasis.opendocument.text", b"PK")
    assert client.get(reverse("cases:preview", args=[case.reference, office.pk])).status_code == 404
    broken = _stored(case, "bail.pdf", "application/pdf", b"%PDF-1.7\nbroken")
    assert client.get(reverse("cases:preview", args=[case.reference, broken.pk])).status_code == 404
    assert client.get(reverse("cases:file_view", args=[case.reference, broken.pk])).status_code == 200


@pytest.mark.django_db
def test_pdf_page_is_shown_as_image(client):
    import typst

    case = CaseFactory()
    client.force_login(member(Role.READ))
    two_pages = typst.compile(b"Bail #pagebreak() Signatures")
    stored = _stored(case, "bail.pdf", "application/pdf", two_pages)
    url = reverse("cases:preview", args=[case.reference, stored.pk])
    page = client.get(url, {"page": "2"})
    assert page["Content-Type"] == "image/png"
    assert page.content.startswith(b"\x89PNG")
    for wrong in ("3", "0", "x", "²", "99999"):
        assert client.get(url, {"page": wrong}).status_code == 404
    looked = client.get(reverse("cases:file_view", args=[case.reference, stored.pk]))
    assert list(looked.context["pages"]) == [1, 2]


@pytest.mark.django_db
def test_preview_process_gets_no_secrets_from_environment(client, monkeypatch, tmp_path):
    monkeypatch.setenv("SEAL_PASSWORD", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "needed.py").touch()
    drawer = tmp_path / "drawer" / "pdf_pages.py"
    drawer.parent.mkdir()
    drawer.write_text("import needed, os; assert 'SEAL_PASSWORD' not in os.environ; print(3)")
    monkeypatch.setattr(file_preview, "DRAWER", drawer)
    case = CaseFactory()
    client.force_login(member(Role.READ))
    stored = _stored(case, "bail.pdf", "application/pdf", b"%PDF-1.7")
    looked = client.get(reverse("cases:file_view", args=[case.reference, stored.pk]))
    assert list(looked.context["pages"]) == [1, 2, 3]


def _stored(case: Case, name: str, kind: str, content: bytes) -> StoredFile:
    from django.core.files.base import ContentFile

    row = StoredFile(
        submission=case.submission, name=name, content_type=kind, size=len(content), digest="0" * 64
    )
    row.content.save(name, ContentFile(content), save=False)
    row.save()
    return row


@pytest.mark.django_db
def test_case_page_has_constant_query_count(client, django_assert_max_num_queries):
    case, agent = household("Marc Marchetti"), member()
    client.force_login(agent)
    url = reverse("cases:case", args=[case.reference])
    amend_household(case, agent, "Marc Marchetti", "Lina Marchetti")
    _talk(case, agent)
    client.get(url)  # a read is logged at most once an hour
    bump_version()  # empties the caches, before both measurements
    with django_assert_max_num_queries(120) as queries:
        client.get(url)
    few = len(queries)
    amend_household(case, agent, "Marc Marchetti", "Lina Marchetti", "Zoé Marchetti")
    for _more in range(3):
        _talk(case, agent)
    bump_version()
    with django_assert_max_num_queries(few):
        client.get(url)


def _talk(case: Case, agent) -> None:
    """Add a message, a note, a related case, and another case of the same applicant."""
    actions.send_message(actor=agent, case=case, text="Bonjour.")
    actions.add_note(actor=agent, case=case, text="Vu.")
    actions.relate_cases(actor=agent, case=case, other=CaseFactory())


def amend_household(case: Case, agent, *names: str) -> None:
    rows = [{"enfant": dict(zip(("first_name", "last_name"), name.split(), strict=True))} for name in names]
    actions.correct_answer(actor=agent, case=case, field="enfants", answer=rows, reason="Un oubli.")


@pytest.mark.django_db
def test_answer_by_telephone_is_recorded_and_resumes_case(client):
    case = CaseFactory(asked=True)
    client.force_login(member(Role.TREAT))
    url = reverse("cases:do", args=[case.reference, "answer"])
    assert url in client.get(reverse("cases:case", args=[case.reference])).text
    assert client.post(url, {"text": " "}).status_code == 422
    assert client.post(url, {"text": "Elle apporte le bail demain."}).status_code == 302

    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.paused_at) == ("in_progress", None)
    private = client.get(reverse("space:status", args=[case.links.get(mailed=True).secret])).text
    assert "votre réponse, telle que nous l’avons notée" in private
    assert client.post(url, {"text": "Encore."}).status_code == 409


@pytest.mark.django_db
def test_question_is_resent_from_case_page(client):
    case = CaseFactory(asked=True)
    client.force_login(member(Role.TREAT))
    url = reverse("cases:do", args=[case.reference, "remind"])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    assert case.events.filter(kind="reminded").exists()


@pytest.mark.django_db
def test_question_of_stage_is_from_commune_not_applicant(client):
    question = {"key": "bail", "type": "question", "settings": {"format": 1, "text": "Le bail ?", "days": 5}}
    case = CaseFactory(stages=[question])
    asked = case.messages.get()
    assert not asked.from_applicant
    client.force_login(member(Role.TREAT))
    private = client.get(reverse("space:status", args=[case.links.get(mailed=True).secret])).text
    for shown in (private, client.get(reverse("cases:case", args=[case.reference])).text):
        assert 'class="hab"' not in shown


# -- Unanswered questions ------------------------------------------------------------------------------------
def letters_to(address: str, case: Case) -> list[str]:
    return [one.title for one in Delivery.objects.for_subject(case.subject).filter(recipient=address)]


def looked_at(clock, moment) -> None:
    clock.move_to(moment)
    jobs.process_due_questions(timezone.now())


@pytest.mark.django_db
def test_unanswered_question_is_reminded_then_returns_to_agent():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, agent = CaseFactory(), member()
        actions.ask_applicant(actor=agent, case=case, text="Le bail ?", days=5)
        case = Case.objects.get(pk=case.pk)
        deadline, asked = case.deadline, case.messages.get()
        assert timezone.localtime(asked.term).date() == MONDAY.date() + timedelta(days=7)
        letters = [one.payload["text"] for one in Delivery.objects.for_subject(case.subject)]
        assert [("lundi 30 novembre" in text) for text in letters if "Le bail ?" in text] == [True]
        for moment in (asked.due_at - timedelta(seconds=1), asked.due_at, asked.due_at):
            looked_at(clock, moment)
        reminders = [one for one in letters_to(case.email, case) if one.startswith("Rappel")]
        assert len(reminders) == 1
        assert letters_to(agent.email, case) == []
        for _twice in range(2):
            looked_at(clock, asked.term)
        case = Case.objects.get(pk=case.pk)
    assert (case.state, case.paused_at) == ("in_progress", None)
    assert case.deadline > deadline
    assert len(letters_to(agent.email, case)) == 1
    told = [one for one in letters_to(case.email, case) if one.startswith("Il manque encore")]
    assert len(told) == 1
    assert case.events.filter(kind="unanswered").count() == 1
    [line] = page.pending_items(case, case.messages.order_by("at"))
    assert "n’a pas reçu de réponse" in line


@pytest.mark.django_db
def test_case_with_unanswered_question_stays_open():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[], advanced=False)
        actions.ask_applicant(actor=member(), case=case, text="Le bail ?", days=5)
        looked_at(clock, case.messages.get().term)
        process.advance_case(case.pk)
        case = Case.objects.get(pk=case.pk)
        assert case.is_open
        assert "continuez sans réponse" in page.describe_situation(case)
        assert badges.status_badge(case).word == "À traiter"
        actions.continue_without_answer(actor=member(), case=case)
        process.advance_case(case.pk)
    assert Case.objects.get(pk=case.pk).outcome == "completed"


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [False, True])
def test_late_answer_is_accepted(client, noted):
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[], advanced=False)
        actions.ask_applicant(actor=member(), case=case, text="Le bail ?", days=5)
        looked_at(clock, case.messages.get().term)
        process.advance_case(case.pk)
        if noted:
            client.force_login(member(Role.TREAT))
            url = reverse("cases:do", args=[case.reference, "answer"])
            assert url in client.get(reverse("cases:case", args=[case.reference])).text
        else:
            url = reverse("space:status_answer", args=[case.links.get(mailed=True).secret])
        assert client.post(url, {"text": "Le voici."}).status_code == 302
        case = Case.objects.get(pk=case.pk)
        assert page.pending_items(case, case.messages.order_by("at")) == []
        process.advance_case(case.pk)
    assert Case.objects.get(pk=case.pk).outcome == "completed"
    assert not case.events.filter(kind="went_on").exists()


@pytest.mark.django_db
def test_reopened_case_waits_for_no_overdue_answer():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, agent = CaseFactory(), member()
        actions.ask_applicant(actor=agent, case=case, text="Le bail ?", days=5)
        looked_at(clock, case.messages.get().term)
        assert is_answer_overdue(Case.objects.get(pk=case.pk))
        actions.refuse_case(actor=agent, case=case, reason="Sans bail, non.")
        actions.reopen_case(actor=agent, case=case, reason="Le bail est arrivé.")
    case = Case.objects.get(pk=case.pk)
    assert not is_answer_overdue(case)
    assert page.pending_items(case, case.messages.order_by("at")) == []


@pytest.mark.django_db
def test_long_question_is_reminded_twice_without_catching_up():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, late = CaseFactory(), CaseFactory()
        for one in (case, late):
            actions.ask_applicant(actor=member(), case=one, text="Le bail ?", days=10)
        Message.objects.filter(case=late).update(due_at=None)
        sent = []
        for day in (27, 30, 31, 33, 34):
            looked_at(clock, MONDAY.replace(hour=9) + timedelta(days=day - 23))
            sent.append(len([one for one in letters_to(case.email, case) if one.startswith("Rappel")]))
        assert sent == [0, 1, 1, 2, 2]
        Message.objects.filter(case=late).update(due_at=MONDAY)
        for _twice in range(2):
            jobs.process_due_questions(timezone.now())
    assert len([one for one in letters_to(late.email, late) if one.startswith("Rappel")]) == 1


@pytest.mark.django_db
def test_answered_or_replaced_question_is_not_reminded():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, agent = CaseFactory(), member()
        actions.ask_applicant(actor=agent, case=case, text="Le bail ?", days=5)
        actions.answer_question(actor=applicant(case), case=case, text="Le voici.")
        clock.shift(timedelta(minutes=1))
        actions.ask_applicant(actor=agent, case=case, text="La page 3 ?", days=30)
        first, second = case.messages.filter(kind="question").order_by("at")
        looked_at(clock, first.term + timedelta(days=1))
        assert [one.startswith("Rappel") for one in letters_to(case.email, case)].count(True) == 0
        actions.refuse_case(actor=agent, case=case, reason="Trop tard.")
        looked_at(clock, second.term)
    assert case.events.filter(kind__in=["reminded", "unanswered"]).count() == 0
    assert not Message.objects.exclude(due_at=None).exists()


@pytest.mark.django_db
def test_question_shows_term_to_agent_and_applicant(client):
    case = CaseFactory()
    client.force_login(member(Role.TREAT))
    url = reverse("cases:do", args=[case.reference, "ask"])
    assert client.post(url, {"text": "Le bail ?", "days": "0"}).status_code == 422
    assert client.post(url, {"text": "Le bail ?", "days": ""}).status_code == 302
    term = case.messages.get().term
    assert term
    day = f"{timezone.localtime(term):%-d.%-m.}"
    assert day in client.get(reverse("cases:case", args=[case.reference])).text
    private = client.get(reverse("space:status", args=[case.links.get(mailed=True).secret])).text
    assert "Votre réponse d’ici au" in private


@pytest.mark.django_db
def test_message_on_unassigned_case_notifies_lead(client):
    case, lead, agent = CaseFactory(), member(), member(Role.TREAT)
    actions.send_message(actor=applicant(case), case=case, text="Où en est-ce ?")
    assert len(letters_to(lead.email, case)) == 1
    assert letters_to(agent.email, case) == []
    client.force_login(agent)
    screen = reverse("cases:case", args=[case.reference])
    assert "personne n’a encore répondu" in client.get(screen).text
    actions.send_message(actor=agent, case=case, text="Demain.")
    assert "personne n’a encore répondu" not in client.get(screen).text

    TeamFactory().members.clear()
    Team.objects.update(email="habitants@orvenay.example")
    gone = CaseFactory(assignee=agent)
    actions.send_message(actor=applicant(gone), case=gone, text="Bonjour ?")
    assert len(letters_to("habitants@orvenay.example", gone)) == 1
    assert letters_to(agent.email, gone) == []
