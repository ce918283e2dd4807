"""The status page: what the applicant sees and may do, by status link and signed in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from eservices.bookings import actions as bookings
from eservices.cases import actions, process
from eservices.cases.models import Case, Message, StatusLink
from eservices.cases.states import CaseOutcome, CaseState
from eservices.documents.models import Document
from eservices.submissions.models import StoredFile
from tests.factories.accounts import UserFactory
from tests.factories.bookings import booking, hall
from tests.factories.cases import CaseFactory, member
from tests.factories.documents import issued

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def link(case: Case, *, mailed=True, **fields) -> str:
    """Create a status link and return its URL."""
    made = StatusLink.objects.create(case=case, mailed=mailed, **fields)
    return reverse("space:status", args=[made.secret])


def pdf(name="bail.pdf", content=PDF):
    return SimpleUploadedFile(name, content, "application/pdf")


# -- Access --------------------------------------------------------------------------------------------------
def test_status_link_gives_access_to_its_case(client):
    case = CaseFactory()
    page = client.get(link(case))
    assert page.status_code == 200
    assert case.reference in page.text
    assert case.service in page.text


@pytest.mark.parametrize(
    "fields",
    [{"expires_at": timezone.now() - timedelta(hours=1)}, {"revoked_at": timezone.now()}],
    ids=["expired", "revoked"],
)
def test_expired_status_link_looks_like_an_unknown_one(client, fields):
    page = client.get(link(CaseFactory(), **fields))
    unknown = client.get("/dossier/" + "x" * 22 + "/")
    assert page.status_code == unknown.status_code == 404
    assert page.templates[0].name == unknown.templates[0].name


@pytest.mark.parametrize("secret", ["x", "x" * 22, "x" * 300, "../../etc/passwd", "a%00b"])
def test_unknown_status_link_is_404(client, secret):
    assert client.get(f"/dossier/{secret}/").status_code == 404


def test_status_page_is_not_cached_indexed_or_sent_as_referrer(client):
    page = client.get(link(CaseFactory()))
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_signed_in_applicant_sees_own_case_and_others_get_404(client):
    owner, stranger = UserFactory(email="elodie@courriel.example"), UserFactory()
    case = CaseFactory(email_confirmed_at=timezone.now())
    url = reverse("space:case", args=[case.reference])
    client.force_login(owner)
    assert client.get(url).status_code == 200
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert client.post(f"{url}repondre/", {"text": "Bonjour"}).status_code == 404
    assert not case.messages.exists()
    client.logout()
    assert client.get(url).url.startswith("/compte/entrer/")


def test_case_of_an_unconfirmed_address_is_hidden(client):
    client.force_login(UserFactory(email="elodie@courriel.example"))
    case = CaseFactory()
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 404
    assert case.reference not in client.get("/espace/").text


# -- Contents ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ({"advanced": False}, "Your request has arrived."),
        ({"taken": True}, "We are reading your request."),
        ({"asked": True}, "We need an answer from you."),
        ({"answered": True}, "We are reading your request."),
        ({"accepted": True}, "Your request is completed."),
        ({"refused": True}, "We had to refuse."),
        ({"withdrawn": True}, "You withdrew this request."),
    ],
)
def test_headline_states_the_situation_in_every_state(client, situation, sentence):
    with translation.override("en"):
        page = client.get(link(CaseFactory(**situation)))
        assert page.status_code == 200
        assert f"<h1>{sentence}</h1>" in page.text


def test_case_with_all_bookings_cancelled_is_shown_as_cancelled(client):
    case, thing = CaseFactory(accepted=True, email_confirmed_at=timezone.now()), hall()[1]
    days = [f"2026-03-{day}T" for day in (10, 17)]
    first, last = (booking(thing, f"{day}18:00", f"{day}20:00", submission=case.submission) for day in days)
    bookings.cancel_booking(actor=member(), booking=first)
    assert client.get(link(case)).context["headline"] == "Votre réservation est passée."
    bookings.cancel_booking(actor=member(), booking=last)
    page = client.get(link(case))
    assert page.context["headline"] == "Votre réservation est annulée."
    assert page.context["way"][-1].title == "Annulées"
    assert "C’est fait." in _last_word(page.text)  # as of the day of that message
    client.force_login(UserFactory(email=case.email))
    (row,) = client.get("/espace/").context["rows"]
    assert (row["mark"]["icon"], row["mark"]["text"]) == ("cross", "Votre réservation est annulée.")


def test_nothing_to_do_is_not_shown_while_a_question_is_open(client):
    with translation.override("en"):
        read = client.get(link(CaseFactory(taken=True))).text
        asked = client.get(link(CaseFactory(asked=True))).text
    assert "You do not need to do anything" in read
    assert "You do not need to do anything" not in asked


@pytest.fixture
def unanswered():
    """Yield a case whose question was due on Monday, with the clock set to Tuesday."""
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False) as clock:
        case = CaseFactory(email_confirmed_at=timezone.now())
        actions.ask_applicant(actor=member(), case=case, text="Le bail ?", days=5)
        clock.shift(timedelta(days=8))
        actions.process_due_question(message=case.messages.get())
        yield case


def test_overdue_question_can_still_be_answered(client, unanswered):
    with translation.override("en"):
        page = client.get(link(unanswered))
    assert "<h1>We still have no answer from you.</h1>" in page.text
    assert "you can still answer below" in page.text
    assert re.search(r"Your answer was due on</span><b>30 November</b>", page.text)
    assert '<label for="id_text">Your answer' in page.text
    assert "ou do not need to do anything" not in page.text
    client.force_login(UserFactory(email=unanswered.email))
    assert [row["case"] for row in client.get("/espace/").context["asked"]] == [unanswered]

    url = link(unanswered)
    assert client.post(f"{url}repondre/", {"text": "Le voici."}).status_code == 302

    assert unanswered.events.filter(kind="answered").exists()
    assert client.get(url).context["headline"] == "Nous lisons votre demande."
    assert client.get("/espace/").context["asked"] == []


def test_one_answer_covers_all_open_questions(client, unanswered):
    url = link(unanswered)
    for text in ("Et la clé ?", "Le bail ?"):  # the second repeats an earlier question
        asked = actions.ask_applicant(actor=member(), case=unanswered, text=text, days=5)
        with time_machine.travel(asked.term, tick=False):
            actions.process_due_question(message=asked)
    page = client.get(url)
    assert [one.text for one in page.context["questions"]] == ["Et la clé ?", "Le bail ?"]
    assert page.context["answer_by"] == asked.term
    assert "2 questions sont ouvertes" in page.text

    client.post(f"{url}repondre/", {"text": "Les voici."})

    assert client.get(url).context["questions"] == []


def test_tracker_shows_done_and_current_stages_and_deadline(client):
    case = CaseFactory(taken=True)
    page = client.get(link(case))
    track = re.search(r'<ol class="track">.*?</ol>', page.text, re.S).group()
    assert track.count('class="done"') == 1
    assert track.count('aria-current="step"') == 1
    assert "Contrôle par nos soins" in track
    assert page.context["case"].deadline
    assert 'class="by"' in page.text


def test_team_is_named_in_the_language_of_the_page(client):
    case = CaseFactory(language="de")
    case.team.names = [("de", "Einwohnerkontrolle")]
    case.team.save()
    with translation.override("de"):
        german = client.get(link(case)).text
    with translation.override("it"):
        italian = client.get(link(case)).text
    assert "Einwohnerkontrolle" in german
    assert case.team.name not in german
    assert case.team.name in italian  # it has no Italian name


def test_overdue_case_admits_the_delay(client):
    with translation.override("en"):
        late = client.get(link(CaseFactory(taken=True, late=True)))
        in_time = client.get(link(CaseFactory(taken=True)))
    assert "We are late" in late.text
    assert "We are late" not in in_time.text


def _last_word(text: str) -> str:
    """Return the last entry of the messages."""
    return text.split('<ol class="talk">')[1].split("</ol>", maxsplit=1)[0].rsplit("<li", maxsplit=1)[-1]


def test_final_message_of_an_agent_is_not_marked_as_automatic(client):
    case = CaseFactory(taken=True)
    actions.accept_case(actor=member(), case=case, reason="Bon vent !")
    process.advance_case(case.pk)
    accepted = _last_word(client.get(link(case)).text)
    refused = _last_word(client.get(link(CaseFactory(refused=True))).text)
    for said in (accepted, refused):
        assert "<b>Habitants</b>" in said
        assert "Message automatique" not in said
    assert "Bon vent !" in accepted
    assert "Message automatique" in _last_word(client.get(link(CaseFactory(accepted=True))).text)
    withdrawn = CaseFactory(withdrawn=True, reason="Je reste.")
    assert "Habitants" not in _last_word(client.get(link(withdrawn)).text)


def test_refused_case_shows_its_reason_and_no_forms(client):
    page = client.get(link(CaseFactory(refused=True)))
    assert "Vous n’habitez pas à Orvenay." in _last_word(page.text)
    assert "<textarea" not in page.text
    assert "retirer/" not in page.text


def test_notes_of_agents_are_never_shown(client):
    case = CaseFactory(taken=True)
    actions.add_note(actor=member(), case=case, text="Dossier louche.")
    assert "louche" not in client.get(link(case)).text


def test_message_is_escaped(client):
    case = CaseFactory(taken=True)
    url = link(case)
    client.post(f"{url}repondre/", {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(url).text


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_status_page_exists_in_every_language(client, language):
    case = CaseFactory(asked=True)
    with translation.override(language):
        page = client.get(link(case))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text


# -- Actions -------------------------------------------------------------------------------------------------
def test_question_is_answered_with_a_file(client):
    case = CaseFactory(asked=True)
    url = link(case)
    answer = client.post(f"{url}repondre/", {"text": "Voici la page 3.", "files": [pdf()]})
    assert answer.url == url
    case.refresh_from_db()
    assert case.state == CaseState.IN_PROGRESS
    message = case.messages.get(kind=Message.Kind.ANSWER)
    assert message.text == "Voici la page 3."
    stored = message.files.get()
    assert (stored.name, stored.content_type) == ("bail.pdf", "application/pdf")
    page = client.get(url)
    assert "bail.pdf" in page.text
    assert page.context["notices"]
    got = client.get(f"{url}fichiers/{stored.pk}/")
    assert b"".join(got.streaming_content) == PDF
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]


def test_file_alone_is_an_answer_but_an_empty_form_is_not(client):
    case = CaseFactory(asked=True)
    url = link(case)
    page = client.post(f"{url}repondre/", {"text": "  "})
    assert page.status_code == 422
    assert '<a href="#id_text">' in page.text
    assert client.post(f"{url}repondre/", {"text": "", "files": [pdf()]}).status_code == 302


@pytest.mark.parametrize(
    "files",
    [
        [pdf("bail.exe")],
        [pdf("bail.pdf", b"MZ not a pdf")],
        [pdf("bail.pdf", b"")],
        [pdf(f"{number}.pdf") for number in range(6)],
    ],
    ids=["kind", "content", "empty", "too many"],
)
def test_invalid_file_is_refused_and_the_text_shown_again(client, files):
    for one in files:
        one.seek(0)
    case = CaseFactory(asked=True)
    page = client.post(f"{link(case)}repondre/", {"text": "Voici la page 3.", "files": files})
    assert page.status_code == 422
    assert page.context["form"].errors["files"]
    assert "Voici la page 3." in page.text
    assert not StoredFile.objects.filter(messages__case=case).exists()
    case.refresh_from_db()
    assert case.state == CaseState.WAITING


@pytest.mark.parametrize("text", ["x" * 5001, "nul\0nul"], ids=["too long", "nul"])
def test_invalid_text_is_refused_at_its_field(client, text):
    page = client.post(f"{link(CaseFactory(asked=True))}repondre/", {"text": text})
    assert page.status_code == 422
    assert page.context["form"].errors["text"]


def test_message_may_be_sent_without_a_question(client):
    case = CaseFactory(taken=True)
    client.post(f"{link(case)}repondre/", {"text": "J’ai oublié le garage."})
    assert case.messages.get().kind == Message.Kind.MESSAGE
    case.refresh_from_db()
    assert case.state == CaseState.IN_PROGRESS


def test_withdrawing_asks_for_confirmation_and_closes(client):
    case = CaseFactory(taken=True)
    url = link(case)
    assert client.get(f"{url}retirer/").status_code == 200
    case.refresh_from_db()
    assert case.is_open
    assert client.post(f"{url}retirer/", {"reason": "Je reste."}).url == url
    case.refresh_from_db()
    assert (case.state, case.outcome, case.reason) == (CaseState.CLOSED, CaseOutcome.WITHDRAWN, "Je reste.")


def test_nul_characters_are_removed_from_a_reason(client):
    case = CaseFactory()
    client.post(f"{link(case)}retirer/", {"reason": "Je\0 reste."})
    case.refresh_from_db()
    assert case.reason == "Je reste."


def test_decided_case_cannot_be_withdrawn(client):
    case = CaseFactory(refused=True)
    page = client.post(f"{link(case)}retirer/")
    assert page.status_code == 422
    assert page.context["fault"]
    case.refresh_from_db()
    assert case.outcome == CaseOutcome.REFUSED


@pytest.mark.parametrize("action", ["repondre", "confirmer"])
def test_get_requests_change_nothing(client, action):
    case = CaseFactory(asked=True)
    before = case.events.count()
    assert client.get(f"{link(case)}{action}/").status_code == 405
    assert case.events.count() == before


def test_forged_post_is_refused(client):
    from django.test import Client

    case = CaseFactory(asked=True)
    forged = Client(enforce_csrf_checks=True)
    assert forged.post(f"{link(case)}repondre/", {"text": "Faux"}).status_code == 403
    assert not case.messages.filter(text="Faux").exists()


# -- E-mail address ------------------------------------------------------------------------------------------
def test_mailed_link_confirms_the_address_by_a_post(client):
    case = CaseFactory()
    url = link(case)
    client.get(url)
    case.refresh_from_db()
    assert case.email_confirmed_at is None, "looking proves nothing"
    assert client.post(f"{url}confirmer/").url == url
    case.refresh_from_db()
    assert case.email_confirmed_at
    client.force_login(UserFactory(email="elodie@courriel.example"))
    assert case.reference in client.get("/espace/").text


def test_action_by_the_mailed_link_confirms_the_address(client):
    case = CaseFactory(asked=True)
    client.post(f"{link(case)}repondre/", {"text": "Voici."})
    case.refresh_from_db()
    assert case.email_confirmed_at


def test_displayed_link_confirms_nothing(client):
    case = CaseFactory(asked=True)
    url = link(case, mailed=False)
    assert "confirmer/" not in client.get(url).text
    assert client.post(f"{url}confirmer/").status_code == 422
    client.post(f"{url}repondre/", {"text": "Voici."})
    case.refresh_from_db()
    assert case.email_confirmed_at is None


# -- Documents -----------------------------------------------------------------------------------------------
def test_document_is_downloaded_by_the_status_link(client):
    document = issued()
    url = link(document.case)
    page = client.get(url)
    assert document.title in page.text
    got = client.get(f"{url}documents/{document.pk}/")
    assert b"".join(got.streaming_content).startswith(b"%PDF")
    assert got.headers["Cache-Control"] == "private, no-store"


def test_parts_of_another_case_are_404(client):
    document = issued()
    other = CaseFactory(answered=True)
    url = link(other)
    assert client.get(f"{url}documents/{document.pk}/").status_code == 404
    theirs = StoredFile.objects.create(submission=document.case.submission, name="a.pdf", size=1)
    assert client.get(f"{url}fichiers/{theirs.pk}/").status_code == 404


def test_document_sent_by_post_is_named_but_not_downloadable(client):
    document = issued(identity_check="posted")
    url = link(document.case)
    page = client.get(url).text
    assert f"documents/{document.pk}" not in page
    assert document.number in page
    assert "par la poste à votre adresse" in page
    assert client.get(f"{url}documents/{document.pk}/").status_code == 404
    Document.objects.update(state=Document.State.DRAWN)
    assert document.number not in client.get(url).text


@pytest.mark.parametrize("situation", ["answered", "asked"])
def test_status_page_stays_within_its_queries(client, situation, django_assert_max_num_queries):
    url = link(CaseFactory(**{situation: True}))
    client.get(url)
    with django_assert_max_num_queries(16):
        client.get(url)


def test_rate_limited_message_is_shown_again(client, monkeypatch):
    from eservices.submissions import rate_limits

    monkeypatch.setattr(rate_limits, "ANSWER", rate_limits.WaitingRateLimit("answer-case", 1))
    url = f"{reverse('space:status', args=[CaseFactory().links.last().secret])}repondre/"
    client.post(url, {"text": "Une première fois."})

    response = client.post(url, {"text": "Encore une fois."})

    assert response.status_code == 422
    assert "Encore une fois." in response.content.decode()
