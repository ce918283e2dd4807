"""Opinions: asked in parallel by private link, given once, reminded, and waived."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions, process, timeline
from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import SYSTEM, ConsultedOffice
from eservices.cases.desk.case import page
from eservices.cases.models import Case, Opinion
from eservices.cases.workflow.progress import current_stage
from eservices.deliveries.models import Delivery
from eservices.submissions.models import StoredFile
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, member

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())
ASKED = [
    {"name": "Police", "team": "police", "days": 5},
    {"name": "SDIS", "email": "sdis@region.example", "days": 3},
]


def opinions(**settings) -> list[dict]:
    settings = {"format": 1, "text": "Que pensez-vous ?", "asked": ASKED, **settings}
    return [{"key": "preavis", "type": "opinions", "settings": settings}, DECISION]


def opened(**settings) -> Case:
    TeamFactory(key="police", name="Police", email="police@orvenay.example")
    return CaseFactory(stages=opinions(**settings))


def give(opinion: Opinion, stance="favourable", text="", author="A. Rey"):
    return actions.give_opinion(
        actor=ConsultedOffice(opinion.name), opinion=opinion, stance=stance, text=text, author=author
    )


def advanced(case: Case) -> Case:
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def url_of(opinion: Opinion) -> str:
    return reverse("counter:opinion", args=[opinion.secret])


def test_opinions_are_asked_together_and_all_awaited(client):
    case = opened()
    police, fire = Opinion.objects.all()
    asked = Delivery.objects.for_subject(case.subject).filter(recipient__in=[police.email, fire.email])
    assert {one.recipient for one in asked} == {"police@orvenay.example", "sdis@region.example"}
    assert all(url_of(one) in asked.get(recipient=one.email).payload["text"] for one in (police, fire))
    assert current_stage(case).waiting_for == "others"

    page = client.get(url_of(fire))
    assert page["Cache-Control"] == "private, no-store"
    assert "Marchetti" in page.content.decode()
    assert "Que pensez-vous" in page.content.decode()
    typed = {"stance": "conditions", "text": "", "author": "Cap. Rey"}
    assert client.post(url_of(fire), typed).status_code == 422
    assert client.post(url_of(fire), typed | {"text": "Deux extincteurs."}).status_code == 302
    assert current_stage(Case.objects.get(pk=case.pk)).key == "preavis"
    again = client.get(url_of(fire)).content.decode()
    assert "Deux extincteurs." in again
    assert "Marchetti" not in again
    with pytest.raises(IllegalTransition):
        give(fire)

    give(police)
    case = advanced(case)
    assert current_stage(case).key == "decision"
    assert case.data == {"preavis_result": "conditions"}
    assert {event.actor_kind for event in case.events.filter(kind="opinion")} == {"office"}


def test_timeline_names_each_consulted_office():
    told = [line.detail for line in timeline.timeline_items(opened()) if line.what == "Préavis demandé"]
    assert [any(one.name in line for line in told) for one in Opinion.objects.all()] == [True, True]


def test_enough_opinions_end_stage_and_disable_other_links(client):
    case = opened(enough=1)
    police, fire = Opinion.objects.all()
    give(police, "unfavourable", "Trop de bruit.")
    case = advanced(case)
    assert (current_stage(case).key, case.data) == ("decision", {"preavis_result": "unfavourable"})
    page = client.get(url_of(fire)).content.decode()
    assert "n’est plus attendu" in page
    assert "Marchetti" not in page
    typed = {"stance": "favourable", "author": "Rey"}
    assert client.post(url_of(fire), typed).status_code == 409
    assert client.get(reverse("counter:opinion", args=["A" * 22])).status_code == 404


def test_missing_opinion_is_reminded_once_then_waived_by_agent(client):
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = opened()
        _police, fire = Opinion.objects.all()
        clock.move_to(case.due_at)
        case = advanced(advanced(case))
        reminders = Delivery.objects.filter(recipient=fire.email, title__startswith="Rappel")
        assert reminders.count() == 1
        clock.move_to(fire.term + timedelta(minutes=1))
        case = advanced(case)
        assert current_stage(case).waiting_for == "agent"
        assert "SDIS" in page.describe_situation(case)
        assert case.due_at is not None  # because of the reminder to the other office

        client.force_login(member())
        url = reverse("cases:stage", args=[case.reference, "preavis"])
        assert client.post(url, {"opinion": 0, "stance": "waived"}).status_code == 422
        assert client.post(url, {"opinion": fire.pk, "stance": "waived"}).status_code == 302
        give(Opinion.objects.get(name="Police"))
        case = advanced(case)
    assert current_stage(case).key == "decision"
    assert case.data == {"preavis_result": "favourable"}


def test_silence_counts_as_no_objection_if_service_allows_it():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = opened(silence=True)
        clock.move_to(max(one.term for one in Opinion.objects.all()))
        case = advanced(case)
    assert (current_stage(case).key, case.data) == ("decision", {"preavis_result": "none"})


def test_case_read_by_office_is_logged_daily(client):
    case = opened()
    opinion = Opinion.objects.first()
    client.get(url_of(opinion))
    client.get(url_of(opinion))
    assert case.events.filter(kind="opinion_read").count() == 1
    for unknown in ("00000000-0000-4000-8000-000000000000", "-" * 36):
        assert client.get(f"{url_of(opinion)}{unknown}/").status_code == 404


def test_office_sees_no_answers_of_protected_person(client):
    case = opened()
    opinion = Opinion.objects.first()
    file = StoredFile(submission=case.submission, name="plan.pdf", content_type="application/pdf", size=9)
    file.content.save("plan.pdf", ContentFile(b"%PDF-1.7"))
    url = reverse("counter:opinion_file", args=[opinion.secret, file.pk])
    assert client.get(url).status_code == 200
    actions.protect(actor=SYSTEM, case=case)
    assert client.get(url).status_code == 404
    page = client.get(url_of(opinion)).content.decode()
    assert "Que pensez-vous" in page
    assert "Marchetti" not in page
    assert "Adressez-vous à Habitants" in page
    typed = {"stance": "favourable", "author": "Rey"}
    assert client.post(url_of(opinion), typed).status_code == 302


def test_reopened_case_asks_only_for_missing_opinions(client):
    case = opened()
    police, fire = Opinion.objects.all()
    give(police)
    actions.refuse_case(actor=member(), case=case, reason="Trop tard.")
    actions.reopen_case(actor=member(), case=case, reason="Un recours est fondé.")

    case = advanced(case)
    assert current_stage(case).waiting_for == "others"
    assert [one.name for one in Opinion.objects.filter(given_at=None)] == ["SDIS"]
    assert client.get(url_of(fire)).status_code == 404
    again = Opinion.objects.get(name="SDIS")
    letter = Delivery.objects.filter(recipient=again.email).latest("created_at")
    assert url_of(again) in letter.payload["text"]
    give(again, "unfavourable", "Non.")
    assert advanced(case).data == {"preavis_result": "unfavourable"}
