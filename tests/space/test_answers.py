"""The answer as the heading of the status page, pages that follow a case, and the end of withdrawals."""

from datetime import timedelta
from zlib import crc32

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from eservices.bookings.states import BookingState
from eservices.cases import actions, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import Applicant
from eservices.cases.models import Case, StatusLink
from eservices.cases.receipt_context import case_receipt
from eservices.cases.stages import stages
from eservices.space import status_page
from tests.factories.accounts import UserFactory
from tests.factories.bookings import booking, counter, described, resource
from tests.factories.cases import CaseFactory
from tests.factories.documents import issued

pytestmark = pytest.mark.django_db
NOON = "2026-11-23 12:00+01:00"


def link(case: Case) -> str:
    return reverse("space:status", args=[StatusLink.objects.create(case=case, mailed=True).secret])


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_issued_document_is_the_heading_with_its_button_first(client):
    document = issued()
    url = link(document.case)
    text = client.get(url).text
    assert f"<h1>Your document is ready: {document.title}</h1>" in text
    first = text.index('class="btn"', text.index("<h1>"))
    assert text[first:].startswith(f'class="btn" href="{url}documents/{document.pk}/"')
    client.force_login(UserFactory(email=document.case.email))
    Case.objects.update(email_confirmed_at=timezone.now())
    (row,) = client.get("/espace/").context["rows"]
    assert row["mark"]["text"] == f"Votre document est prêt\N{NO-BREAK SPACE}: {document.title}"


def test_button_downloads_the_document_of_the_heading(client):
    document = issued()
    url, latest = link(document.case), document.pk
    document.pk, document.number, document.code = None, "A-1", "ABCD"
    document.stage = document.case.stages.exclude(pk=document.stage_id).first()
    document.drawn_at -= timedelta(days=400)
    document.valid_until = timezone.localdate() - timedelta(days=35)
    document.save(force_insert=True)
    text = client.get(url).text
    first = text.index('class="btn"', text.index("<h1>"))
    assert text[first:].startswith(f'class="btn" href="{url}documents/{latest}/"')


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("kind", ["appointment", "room"])
def test_agreed_time_is_the_heading_with_a_calendar_file(client, kind):
    case, thing = CaseFactory(accepted=True), counter() if kind == "appointment" else resource("salle")
    described(thing)
    at = (
        ("2026-12-03T08:30", "2026-12-03T09:00")
        if kind == "appointment"
        else ("2026-12-12T14:00", "2026-12-12T22:00")
    )
    booking(thing, *at, submission=case.submission)
    url = link(case)
    page = client.get(url)
    assert (
        page.context["headline"]
        == {
            "appointment": "Appointment Thursday 3 December at 8:30",
            "room": "Grande salle is yours: Saturday 12 December, 14:00 to 22:00",
        }[kind]
    )
    assert f'class="btn" href="{url}agenda.ics"' in page.text
    file = client.get(f"{url}agenda.ics")
    assert file["Content-Type"].startswith("text/calendar")
    assert "DTSTART" in file.text
    with time_machine.travel("2026-12-20 12:00+01:00", tick=False):
        assert client.get(url).context["headline"] == "Your booking is over."
        assert "agenda.ics" not in client.get(url).text


@time_machine.travel(NOON, tick=False)
def test_requested_time_is_no_answer_yet(client):
    case = CaseFactory(taken=True)
    booking(
        resource("salle"),
        "2026-12-12T14:00",
        "2026-12-12T22:00",
        submission=case.submission,
        state=BookingState.PROVISIONAL,
    )
    page = client.get(link(case))
    assert page.context["headline"] == "We are reading your request."
    assert "agenda.ics" not in page.text


def test_case_without_booking_has_no_calendar(client):
    assert client.get(f"{link(CaseFactory())}agenda.ics").status_code == 404


@time_machine.travel(NOON, tick=False)
def test_keys_of_a_booked_room_are_shown_until_it_is_over(client):
    case, thing = CaseFactory(accepted=True), resource("salle")
    described(thing)
    thing.descriptions.update(keys="La veille, à la conciergerie.")
    taken = booking(thing, "2026-12-12T14:00", "2026-12-12T22:00", submission=case.submission)
    thing.save()
    url = link(case)
    assert "La veille, à la conciergerie." in client.get(url).text
    for state in (BookingState.PROVISIONAL, BookingState.RETURNED):
        taken.state = state
        taken.save()
        assert "La veille, à la conciergerie." not in client.get(url).text


# -- Withdrawing ---------------------------------------------------------------------------------------------
def test_request_is_not_withdrawn_after_its_document_is_issued(client):
    document = issued()
    case = document.case
    Case.objects.update(state="in_progress", outcome="", closed_at=None)
    url = link(case)
    assert "retirer/" not in client.get(url).text
    refused = client.post(f"{url}retirer/")
    assert refused.status_code == 422
    assert "The document is issued." in refused.text
    with pytest.raises(IllegalTransition):
        actions.withdraw_request(actor=Applicant(link=case.links.first()), case=Case.objects.get())


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(("day", "may"), [("2026-12-12", True), ("2026-11-20", False)])
def test_request_is_not_withdrawn_after_its_time_has_begun(client, day, may):
    case = CaseFactory(taken=True)
    booking(resource("salle"), f"{day}T14:00", f"{day}T22:00", submission=case.submission)
    assert ("retirer/" in client.get(link(case)).text) is may


# -- Internal stages -----------------------------------------------------------------------------------------
def test_internal_stage_is_not_shown(client, monkeypatch):
    case = CaseFactory(taken=True)
    url = link(case)
    assert "Contrôle par nos soins" in client.get(url).text
    monkeypatch.setattr(stages["decision"], "internal", True)
    page = client.get(url)
    assert "Contrôle par nos soins" not in page.text
    assert page.context["headline"] == "Your request is completed."
    assert page.context["promised_by"] is None
    assert "retirer/" not in page.text
    with pytest.raises(IllegalTransition):
        actions.withdraw_request(actor=Applicant(link=case.links.first()), case=Case.objects.get())
    assert process.is_finished_for_applicant(Case.objects.get())


# -- Following -----------------------------------------------------------------------------------------------
def test_page_follows_a_case_that_moves_by_itself(client):
    case = CaseFactory(advanced=False)
    url = link(case)
    page = client.get(url)
    assert page.context["follows"] is True
    assert f'data-follows="{url}avancement/"' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert "<textarea" not in page.text  # loading the page again must not lose what is typed
    assert "<textarea" in client.get(f"{url}?ecrire").text
    before = client.get(f"{url}avancement/").json()
    assert before == {"mark": page.context["mark"], "answered": False, "follows": True}
    process.advance_case(case.pk)
    after = client.get(f"{url}avancement/").json()
    assert after["follows"] is False
    assert client.get(url).context["follows"] is False


def test_page_stops_following_after_ten_minutes(client):
    url = link(CaseFactory(advanced=False))
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert client.get(url).context["follows"] is False
        assert client.get(f"{url}avancement/").json()["follows"] is False


def test_receipt_does_not_load_itself_again_for_a_question(client):
    """The progress says “answered” as long as the question is open: the page would be loaded every second."""
    asks = {"key": "bail", "type": "question", "settings": {"format": 1, "text": "Le bail ?", "days": 5}}
    case = CaseFactory(stages=[asks], advanced=False)
    receipt = reverse("submissions:sent", args=[case.submission.draft.secret])
    assert "data-follows" in client.get(receipt).text
    process.advance_case(case.pk)
    assert client.get(f"{link(case)}avancement/").json()["answered"] is True
    assert "data-follows" not in client.get(receipt).text


def test_issued_document_ends_following(client):
    url = link(issued().case)
    assert client.get(f"{url}avancement/").json() | {"mark": ""} == {
        "mark": "",
        "answered": True,
        "follows": False,
    }
    assert "data-follows" not in client.get(url).text


def test_receipt_ends_following_when_a_question_is_asked(client):
    case = CaseFactory(asked=True)
    StatusLink.objects.create(case=case, mailed=False)
    progress = client.get(f"{link(case)}avancement/").json()
    assert progress["answered"] is True  # the page of the receipt is loaded again then
    assert case_receipt(case.submission)["follows"] == ""


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_mark_does_not_depend_on_an_unopened_decision(outcome):
    case = CaseFactory(taken=True)
    case.state, case.outcome, case.closed_at = "closed", outcome, timezone.now()
    shown = "|".join(["", "done Received", "done Decision"])
    assert status_page.progress_mark(case, "", sealed=True) == f"{crc32(shown.encode()):x}"
