"""Deadlines of a case: closing days, pauses, and escalations to leads."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions, jobs, process
from eservices.cases.models import CaseStage, Escalation
from eservices.cases.workflow import clock
from eservices.deliveries.models import Delivery
from home.models import CommuneSettings
from tests.factories.cases import CaseFactory, TeamFactory, applicant, member
from tests.factories.letter_templates import LetterFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


def escalation_titles(case) -> list[str]:
    """Return the titles of the messages to leads."""
    letters = Delivery.objects.for_subject(case.subject).exclude(recipient=case.submission.email)
    return list(letters.order_by("created_at").values_list("title", flat=True))


def closed_on(first: int, last: int | None = None) -> None:
    """Close the commune from one day of November to another, or on one day."""
    commune = CommuneSettings.load()
    days = {"first": MONDAY.replace(day=first).date(), "last": MONDAY.replace(day=last or first).date()}
    commune.closings = [("closing", days)]
    commune.save()


def test_closing_days_of_commune_are_no_working_days():
    closed_on(24, 26)
    assert timezone.localtime(clock.promised_deadline(MONDAY, 2)).date().isoformat() == "2026-11-30"
    assert timezone.localtime(clock.promised_deadline(MONDAY.replace(day=22), 1)).date() == MONDAY.date()


@pytest.mark.parametrize(
    ("place", "sent", "answered"),
    [
        (("CH", "VD"), "2026-09-18", "2026-09-22"),  # Lundi du Jeûne
        (("CH", "GE"), "2026-09-18", "2026-09-21"),
        (("BE", ""), "2026-07-20", "2026-07-22"),  # the national day of Belgium
        (("CH", "VD"), "2026-07-20", "2026-07-21"),
    ],
)
def test_holidays_follow_configured_canton_or_country(settings, place, sent, answered):
    settings.COUNTRY, settings.SUBDIVISION = place
    start = timezone.make_aware(datetime.fromisoformat(f"{sent}T09:00"))
    assert timezone.localtime(clock.promised_deadline(start, 1)).date().isoformat() == answered


def test_promised_date_follows_closing_days_and_pauses(client):
    def promised() -> list[str]:
        page = client.get(reverse("space:status", args=[applicant(case).link.secret])).text
        return re.findall(r"Réponse au plus tard le</span><b>(.+?)</b>", page)

    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory()
        assert promised() == ["26 novembre"]
        actions.ask_applicant(actor=member(), case=case, text="Et la page 3 ?")
        assert promised() == []
        clock.move_to(MONDAY + timedelta(days=2))
        actions.answer_question(actor=applicant(case), case=case, text="La voici.")
        assert promised() == ["30 novembre"]
        closed_on(27)
        clock.move_to(MONDAY + timedelta(days=3))
        case = CaseFactory()
        assert promised() == ["2 décembre"]


def test_lead_is_warned_before_and_after_deadline_once_each():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, lead, other = CaseFactory(), member(language="de"), member(team=TeamFactory(key="police"))
        near, over = Escalation.objects.order_by("due_at")
        assert over.due_at == case.deadline
        jobs.send_due_escalations(timezone.now())
        assert escalation_titles(case) == []
        for moment, count in ((near.due_at, 1), (near.due_at, 1), (over.due_at, 2), (over.due_at, 2)):
            clock.move_to(moment + timedelta(seconds=15))
            jobs.send_due_escalations(timezone.now())
            assert len(escalation_titles(case)) == count
    letters = Delivery.objects.filter(recipient=lead.email)
    assert {one.payload["language"] for one in letters} == {"de"}
    assert not Delivery.objects.filter(recipient=other.email).exists()
    assert case.events.filter(kind="escalated").count() == 2


def test_escalation_skips_paused_and_closed_cases():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(asked=True)
        first = case.deadline
        clock.move_to(first + timedelta(days=1))
        jobs.send_due_escalations(timezone.now())
        assert escalation_titles(case) == []
        actions.answer_question(actor=applicant(case), case=case, text="Voilà.")
        case.refresh_from_db()
        assert Escalation.objects.get(kind="over").due_at == case.deadline > first
        actions.refuse_case(actor=member(), case=case, reason="Non.")
        told_before = escalation_titles(case)
        clock.move_to(case.deadline + timedelta(days=1))
        jobs.send_due_escalations(timezone.now())
    assert escalation_titles(case) == told_before
    assert not Escalation.objects.filter(done_at=None).exists()
    assert not CaseFactory(rehearsal=True).escalations.exists()


def test_team_without_lead_is_warned_at_team_address():
    TeamFactory(email="habitants@orvenay.example")
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory()
        clock.move_to(case.deadline)
        jobs.send_due_escalations(timezone.now())
    assert "habitants@orvenay.example" in {
        one.recipient for one in Delivery.objects.for_subject(case.subject)
    }


# -- Blocked cases -------------------------------------------------------------------------------------------
UNKNOWN_LETTER = {"key": "dire", "type": "notify", "settings": {"letter": "disparue"}}


def at(clock, moment: datetime) -> None:
    clock.move_to(moment)
    jobs.send_due_escalations(timezone.now())


def test_lead_is_notified_once_per_block():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, lead = CaseFactory(stages=[UNKNOWN_LETTER, UNKNOWN_LETTER | {"key": "redire"}]), member()
        at(clock, MONDAY + timedelta(minutes=9))
        assert escalation_titles(case) == []
        for minutes in (10, 20, 30):
            process.advance_case(case.pk)
            at(clock, MONDAY + timedelta(minutes=minutes))
            assert escalation_titles(case) == [f"Bloqué\xa0: {case.reference}"]
        CaseStage.objects.filter(case=case, key="dire").update(progress="done", waiting_for="")
        process.advance_case(case.pk)
        at(clock, MONDAY + timedelta(minutes=40))
    assert len(escalation_titles(case)) == 2
    assert {one.recipient for one in Delivery.objects.filter(title__startswith="Bloqué")} == {lead.email}


def test_short_block_or_rehearsal_notifies_nobody():
    with time_machine.travel(MONDAY, tick=False) as clock:
        member()
        CaseFactory(stages=[UNKNOWN_LETTER], rehearsal=True)
        case = CaseFactory(stages=[UNKNOWN_LETTER])
        LetterFactory(key="disparue")
        clock.move_to(MONDAY + timedelta(minutes=5))
        process.advance_case(case.pk)
        at(clock, MONDAY + timedelta(minutes=15))
    assert not Delivery.objects.filter(title__startswith="Bloqué").exists()


def test_stage_error_notifies_lead_without_error_text(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("Élodie Marchetti is unknown")

    monkeypatch.setattr("eservices.cases.emails.send_stage_message", fails)
    said = {"key": "dire", "type": "notify", "settings": {"subject": "Bonjour", "text": "Bonjour"}}
    with time_machine.travel(MONDAY, tick=False) as clock:
        lead, case = member(), CaseFactory(stages=[said])
        at(clock, MONDAY + timedelta(minutes=10))
    [letter] = Delivery.objects.filter(recipient=lead.email)
    assert case.reference in letter.title
    assert "unknown" not in letter.payload["text"]
