"""Stages of a process: each does once what its settings say, and states why it waits."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions, audit_log, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.desk import badges
from eservices.cases.desk.case import page as case_screen
from eservices.cases.models import Case, Role
from eservices.cases.states import CaseOutcome, CaseState
from eservices.cases.workflow.progress import current_stage, is_answer_overdue
from eservices.deliveries.models import Delivery
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, applicant, member

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


def stage(key: str, kind: str, **settings) -> dict:
    return {"key": key, "type": kind, "settings": {"format": 1, **settings}}


def only_if(laid: dict, field: str, value) -> dict:
    return laid | {"condition": {"field": field, "operator": "equals", "value": value}}


def advanced(case: Case) -> Case:
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def work(case: Case, stage: str, agent=None, **said) -> Case:
    actions.complete_stage_task(actor=agent or member(), case=case, stage=stage, data=said)
    return advanced(case)


def titles(case: Case) -> list[str]:
    return list(
        Delivery.objects.for_subject(case.subject).order_by("created_at").values_list("title", flat=True)
    )


def url_of(case: Case) -> str:
    return reverse("cases:case", args=[case.reference])


def post(client, case: Case, stage: str, **typed):
    return client.post(reverse("cases:stage", args=[case.reference, stage]), typed)


# -- Check ---------------------------------------------------------------------------------------------------
LIST = stage("controle", "check", items="Le bail est signé\nLa pièce d’identité est valable\n")


def test_check_stage_result_is_available_to_later_stages(client):
    objected = only_if(
        stage("dire", "notify", subject="Il manque", text="Quelque chose."), "controle_result", "objected"
    )
    right = only_if(stage("non", "notify", subject="Tout va", text="Bien."), "controle_result", "right")
    case, agent = CaseFactory(stages=[LIST, objected, right, DECISION]), member(Role.TREAT)
    client.force_login(agent)
    assert "2 points" in case_screen.describe_situation(case)

    assert post(client, case, "controle", verdict_0="right").status_code == 302
    assert current_stage(Case.objects.get(pk=case.pk)).key == "controle"
    refused = post(client, case, "controle", verdict_1="objected")
    assert refused.status_code == 422
    assert "Dites en quelques mots" in refused.content.decode()
    assert post(client, case, "controle", verdict_1="objected", note_1="échue").status_code == 302
    assert "C’est enregistré" in case_screen.describe_situation(Case.objects.get(pk=case.pk))

    case = advanced(case)
    assert current_stage(case).key == "decision"
    assert case.data == {"controle_result": "objected"}
    assert any("Il manque" in title for title in titles(case))
    assert not any("Tout va" in title for title in titles(case))
    assert (case.state, case.assignee) == (CaseState.IN_PROGRESS, agent)
    page = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert 'objection<br><span class="soft">échue</span>' in page


def test_check_on_stale_page_keeps_typed_items(client):
    case, agent = CaseFactory(stages=[LIST, DECISION]), member(Role.TREAT)
    client.force_login(agent)
    seen = re.search(r'name="stage-seen" value="(\d+)"', client.get(url_of(case)).text)[1]
    work(case, "controle", agent, verdict_0="objected", note_0="Non signé", verdict_1="", note_1="")

    old = {"stage-seen": seen, "verdict_0": "right", "verdict_1": "objected", "note_1": "Périmée"}
    again = post(client, case, "controle", **old)
    assert again.status_code == 409
    assert "Périmée" in again.text
    assert Case.objects.get(pk=case.pk).stages.first().data["items"]["0"]["verdict"] == "objected"
    newer = re.search(r'name="stage-seen" value="(\d+)"', again.text)[1]
    assert post(client, case, "controle", **old | {"stage-seen": newer}).status_code == 302
    assert post(client, case, "controle", **old | {"stage-seen": "x"}).status_code == 422


def test_stage_task_is_refused_to_strangers_and_when_done(client):
    case = CaseFactory(stages=[LIST, DECISION])
    for agent, status in ((member(team=TeamFactory(key="police")), 404), (member(Role.READ), 404)):
        client.force_login(agent)
        assert post(client, case, "controle", verdict_0="right").status_code == status
    client.force_login(member())
    assert post(client, case, "decision").status_code == 409
    assert post(client, case, "nowhere").status_code == 404
    assert not case.events.filter(kind="worked").exists()


# -- Decisions of two agents ---------------------------------------------------------------------------------
FOUR_EYES = stage("decision", "decision", four_eyes=True)


@pytest.mark.parametrize(
    ("first", "outcome"), [("accept", CaseOutcome.ACCEPTED), ("refuse", CaseOutcome.REFUSED)]
)
def test_decision_of_two_agents_needs_second_agent(first, outcome):
    case, one, other = CaseFactory(stages=[FOUR_EYES]), member(), member()
    getattr(actions, f"{first}_case")(actor=one, case=case, reason="Parce que.")
    case = advanced(case)
    assert (case.outcome, case.is_open) == ("", True)
    for action in (actions.accept_case, actions.refuse_case):
        with pytest.raises(IllegalTransition):
            action(actor=other, case=case, reason="Non.")
    with pytest.raises(IllegalTransition, match="autre personne"):
        actions.review_proposal(actor=one, case=case, agreed=True)

    actions.review_proposal(actor=other, case=case, agreed=True)

    case = advanced(case)
    assert (case.outcome, case.reason, case.is_open) == (outcome, "Parce que.", False)
    assert case.events.get(kind=f"{first.removesuffix('e')}ed").data["proposed_by"] == one.pk


def test_rejected_proposal_can_be_decided_again(client):
    case, one = CaseFactory(stages=[FOUR_EYES]), member()
    url = reverse("cases:case", args=[case.reference])
    client.force_login(one)
    alone = "personne d’autre dans l’équipe ne peut"
    before = client.get(url).context["consequences"]
    assert (before.startswith("Vous proposez"), alone in before) == (True, True)
    accept = reverse("cases:do", args=[case.reference, "accept"])
    told = client.post(accept, {"seen": audit_log.last_relevant_event(case)}, follow=True).text
    assert "Proposé." in told
    assert alone in told
    assert 'id="review"' not in told
    other = member(Role.DECIDE)
    assert alone not in client.get(url).text
    client.force_login(other)
    assert 'id="review"' in client.get(url).content.decode()
    review = reverse("cases:do", args=[case.reference, "review"])
    assert client.post(review, {"agreed": "no", "reason": " "}).status_code == 422
    assert client.post(review, {"agreed": "no", "reason": "Le plan manque."}).status_code == 302

    actions.accept_case(actor=other, case=case)
    actions.review_proposal(actor=one, case=case, agreed=True)
    assert Case.objects.get(pk=case.pk).outcome == CaseOutcome.ACCEPTED


def test_proposed_decision_is_listed_for_confirmation(client):
    proposed, plain = CaseFactory(stages=[FOUR_EYES]), CaseFactory(stages=[FOUR_EYES])
    actions.accept_case(actor=member(), case=proposed)
    client.force_login(member())
    queue = reverse("cases:queue")
    assert client.get(queue).text.count("À confirmer</") == 1
    assert "À confirmer" in client.get(reverse("cases:case", args=[proposed.reference])).text
    found = client.get(queue, {"state": "proposed"}).text
    assert [f">{one.reference}<" in found for one in (proposed, plain)] == [True, False]
    assert client.get(queue, {"state": "proposed"}).text.count("À décider") == 0


# -- Question ------------------------------------------------------------------------------------------------
def question(**more) -> dict:
    return stage("bail", "question", text="Envoyez le bail.", days=5, **more)


def test_question_pauses_deadline_until_answer():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[question(remind=2), DECISION])
        assert (case.state, case.paused_at) == (CaseState.WAITING, timezone.now())
        said = case.messages.get()
        assert (said.text, timezone.localtime(said.term).date()) == ("Envoyez le bail.", date(2026, 11, 30))
        letters = [one.payload["text"] for one in Delivery.objects.for_subject(case.subject)]
        assert [text.count("30 novembre") for text in letters if said.text in text] == [1]
        deadline, reminder = case.deadline, MONDAY.replace(day=26, hour=8)
        assert case.due_at == reminder

        clock.move_to(reminder)
        case = advanced(advanced(case))
        assert sum("Rappel" in title for title in titles(case)) == 1
        assert case.due_at > reminder

        actions.answer_question(actor=applicant(case), case=case, text="Le voici.")
        case = advanced(case)
    assert (case.state, case.paused_at) == (CaseState.IN_PROGRESS, None)
    assert case.deadline > deadline
    assert current_stage(case).key == "decision"
    assert case.data == {"bail_result": "answered"}


def reminded(case: Case) -> int:
    return sum("Rappel" in title for title in titles(case))


def test_question_reminder_is_sent_once_on_its_morning():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[question(format=2, reminders="1, 3")])
        for day, sent in ((24, 1), (25, 1), (26, 2), (27, 2)):
            clock.move_to(MONDAY.replace(day=day, hour=8))
            case = advanced(advanced(case))
            assert reminded(case) == sent
        assert timezone.localtime(case.due_at).date() == date(2026, 11, 30)


def test_late_reminders_are_sent_once():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[question(format=2, reminders="1, 2, 4")])
        clock.move_to(MONDAY.replace(day=26))
        case = advanced(advanced(case))
        assert reminded(case) == 1
        assert case.due_at == MONDAY.replace(day=27, hour=8)


def test_question_with_single_reminder_format_is_reminded():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[question()])
        row = current_stage(case)
        del row.data["reminders"]
        row.data["remind_at"] = (MONDAY + timedelta(days=1)).isoformat()
        row.save()
        clock.move_to(MONDAY + timedelta(days=1))
        case = advanced(advanced(case))
    assert reminded(case) == 1


def test_unanswered_question_closes_case_if_service_says_so():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(stages=[question(close=True), DECISION])
        assert "nous classerons" in case.messages.get().text
        clock.move_to(MONDAY + timedelta(days=8))
        case = advanced(case)
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.LAPSED)
    assert case.events.filter(kind="lapsed").count() == 1
    assert "classé" in titles(case)[-1]


def test_unanswered_question_notifies_lead_who_may_continue():
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, lead = CaseFactory(stages=[question(), DECISION]), member(language="de")
        with pytest.raises(IllegalTransition):
            actions.complete_stage_task(actor=lead, case=case, stage="decision", data={})
        clock.move_to(MONDAY + timedelta(days=8))
        case = advanced(advanced(case))
        told = Delivery.objects.for_subject(case.subject).filter(recipient=lead.email)
        assert [one.payload["language"] for one in told] == ["de"]
        last = Delivery.objects.for_subject(case.subject).filter(recipient=case.email).latest("created_at")
        assert "Envoyez le bail." in last.payload["text"]
        assert "votre réponse compte toujours" in last.payload["text"]
        assert "n’a pas répondu" in case_screen.describe_situation(case)
        assert (case.state, case.paused_at) == (CaseState.IN_PROGRESS, None)
        assert case_screen.initial_form_data(case, "ask") == {"text": "Envoyez le bail."}

        actions.continue_without_answer(actor=lead, case=case)
        case = advanced(case)
    assert current_stage(case).key == "decision"
    assert (case.state, case.data) == (CaseState.IN_PROGRESS, {"bail_result": "unanswered"})
    assert not is_answer_overdue(case)


@pytest.mark.parametrize(("accepted", "again"), [(False, False), (False, True), (True, False)])
def test_late_answer_completes_question_stage(accepted, again):
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, lead = CaseFactory(stages=[DECISION, question()] if accepted else [question()]), member()
        if accepted:
            actions.accept_case(actor=lead, case=case)
            case = advanced(case)
        clock.move_to(MONDAY + timedelta(days=8))
        case = advanced(case)
        assert (current_stage(case).waiting_for, is_answer_overdue(case)) == ("agent", True)
        said = "Notez la réponse" if accepted else "Redemandez, refusez"
        assert said in case_screen.describe_situation(case)
        assert badges.status_badge(case, current_stage(case)).word == "À traiter"
        assert said in Delivery.objects.for_subject(case.subject).get(recipient=lead.email).payload["text"]
        if again:
            actions.ask_applicant(actor=member(), case=case, text="Et le bail ?", days=5)
            case = advanced(case)
            assert (current_stage(case).waiting_for, bool(case.paused_at)) == ("applicant", True)
        actions.answer_question(actor=applicant(case), case=case, text="Le voici.")
        case = advanced(case)
    assert (case.is_open, case.data) == (False, {"bail_result": "answered"})


def test_accepted_case_waiting_for_answer_stays_accepted():
    case = CaseFactory(stages=[DECISION, question()], accepted=True)
    assert (case.state, case.outcome) == (CaseState.WAITING, CaseOutcome.ACCEPTED)
    for action in (actions.refuse_case, actions.withdraw_request):
        with pytest.raises(IllegalTransition):
            action(actor=member(), case=case, reason="Non.")
    actions.answer_question(actor=applicant(case), case=case, text="Voilà.")
    case.refresh_from_db()
    assert case.state == CaseState.DECIDED
    assert advanced(case).outcome == CaseOutcome.ACCEPTED


# -- Wait, notification, team, fields, external process ------------------------------------------------------
@pytest.mark.parametrize(
    ("laid", "until"),
    [
        ({"days": 3}, date(2026, 11, 26)),
        ({"days": 10, "all_days": True}, date(2026, 12, 3)),
        ({"answer": "date_fete", "days": -2}, date(2026, 12, 17)),
    ],
)
def test_wait_stage_ends_in_morning_of_its_day(laid, until):
    with time_machine.travel(MONDAY, tick=False) as clock:
        case = CaseFactory(
            stages=[stage("attente", "wait", **laid), DECISION],
            advanced=False,
            answers={"date_fete": "2026-12-21"},
        )
        case = advanced(case)
        assert timezone.localtime(case.due_at) == datetime.combine(
            until, MONDAY.time(), MONDAY.tzinfo
        ).replace(hour=8)
        assert str(until.day) in case_screen.describe_situation(case)
        clock.move_to(case.due_at)
        assert current_stage(advanced(case)).key == "decision"


def test_wait_stage_without_answered_date_is_skipped():
    assert (
        current_stage(CaseFactory(stages=[stage("attente", "wait", answer="date_fete"), DECISION])).key
        == "decision"
    )


READY = stage("dire", "notify", subject="Prêt", text="Votre clé est prête.", sms=True)


def test_placeholders_of_notification_are_replaced():
    laid = stage("dire", "notify", subject="Dossier {reference}", text="Bonjour {prenom}, {date_fete} {team}")
    case = CaseFactory(stages=[laid, DECISION])
    letter = Delivery.objects.for_subject(case.subject).get(title__startswith="Dossier")
    assert letter.title.startswith(f"Dossier {case.reference}")
    assert f"Bonjour {case.answers['prenom']}, … {case.team.name_in('fr')}" in letter.payload["text"]


def test_placeholders_of_question_are_replaced_in_reminders():
    laid = stage("q", "question", text="{prenom}, il manque le bail.", days=10, reminders="5", format=2)
    case = CaseFactory(stages=[laid, DECISION])
    asked = f"{case.answers['prenom']}, il manque le bail."
    assert case.messages.get().text == asked
    with time_machine.travel(case.due_at, tick=False):
        advanced(case)
    reminder = Delivery.objects.for_subject(case.subject).latest("created_at")
    assert asked in reminder.payload["text"]


def test_braces_in_answers_are_not_replaced():
    laid = stage("dire", "notify", subject="Prêt", text="Bonjour {prenom}")
    case = CaseFactory(stages=[laid, DECISION], answers={"prenom": "{reference}"})
    letter = Delivery.objects.for_subject(case.subject).get(title__startswith="Prêt")
    assert "Bonjour {reference}" in letter.payload["text"]


def test_notification_too_long_for_sms_is_sent_by_email():
    laid = READY["settings"] | {"text": "Votre demande : {nom}"}
    case = CaseFactory(stages=[READY | {"settings": laid}, DECISION], advanced=False)
    case.submission.phone = "+41791234567"
    case.submission.answers["nom"] = "x" * 500
    case.submission.save()
    advanced(case)
    assert not Delivery.objects.for_subject(case.subject).filter(carrier="sms").exists()
    assert Delivery.objects.for_subject(case.subject).filter(title__startswith="Prêt").exists()


@pytest.mark.parametrize("do", ["message", "ask"])
def test_agent_message_with_placeholder_is_refused(client, do):
    case = CaseFactory(taken=True)
    client.force_login(case.assignee)
    page = client.post(reverse("cases:do", args=[case.reference, do]), {"text": "Bonjour {applicant}"})
    assert page.status_code == 422
    assert "{applicant}" in page.text
    assert not case.messages.exists()


def notified_by_sms(phone: str) -> Case:
    """Create a case that notifies an applicant with this telephone number, by SMS if possible."""
    case = CaseFactory(stages=[READY, DECISION], advanced=False)
    case.submission.phone = phone
    case.submission.save()
    return advanced(case)


def test_notification_goes_by_sms_if_phone_is_known():
    case = notified_by_sms("+41790001122")
    sms = Delivery.objects.for_subject(case.subject).get(carrier="sms")
    assert (sms.recipient, sms.payload["text"]) == (case.submission.phone, "Votre clé est prête.")

    silent = CaseFactory(stages=[READY, DECISION], advanced=False)
    assert "Prêt" in titles(advanced(silent))[-1]


@time_machine.travel(MONDAY.replace(hour=22, minute=30), tick=False)
def test_evening_sms_is_sent_next_morning():
    case = notified_by_sms("+41790001122")
    rings = Delivery.objects.for_subject(case.subject).get(carrier="sms").due_at
    assert rings == MONDAY.replace(hour=8) + timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "carrier"),
    [
        ("079 000 11 22", "sms"),
        ("+33612345678", "sms"),  # a country that the operator allows
        ("+393331234567", "email"),
        ("+41900123456", "email"),  # premium
        ("+19005550123", "email"),
        ("+8821612345678", "email"),  # satellite
        ("+41218691234", "email"),
    ],
)
def test_sms_to_expensive_number_is_sent_by_email(settings, typed, carrier):
    settings.SMS_COUNTRIES = ["CH", "FR"]
    case = notified_by_sms(typed)
    assert Delivery.objects.for_subject(case.subject).get(title__contains="rêt").carrier == carrier


def test_team_stage_transfers_case_and_unassigns_it():
    police = TeamFactory(key="police", name="Police", email="police@orvenay.example")
    case = CaseFactory(stages=[stage("police", "team", team="police"), DECISION], advanced=False)
    actions.take_case(actor=member(), case=case)
    case = advanced(case)
    assert (case.team, case.assignee) == (police, None)
    assert Delivery.objects.for_subject(case.subject).filter(recipient=police.email).count() == 1

    lost = CaseFactory(stages=[stage("nulle", "team", team="nowhere"), DECISION])
    assert "nowhere" in case_screen.describe_situation(lost)
    assert lost.due_at > timezone.now()


FIELDS = [
    {"type": "choice", "key": "risque", "label": "Risque", "choices": "faible\nélevé", "required": True},
    {"type": "integer", "key": "agents", "label": "Agents"},
    {"type": "date", "key": "visite", "label": "Visite"},
    {"type": "yes_no", "key": "gardiens", "label": "Gardiens"},
]


def test_fields_filled_by_agent_decide_later_stages(client):
    dangerous = only_if(stage("avis", "notify", subject="Attention", text="Lisez."), "risque", "élevé")
    case = CaseFactory(stages=[stage("police", "fill", fields=FIELDS), dangerous, DECISION])
    client.force_login(member())
    assert post(client, case, "police", risque="").status_code == 422
    assert post(client, case, "police", risque="inconnu").status_code == 422
    typed = {"risque": "élevé", "agents": "3", "visite": "2026-12-01", "gardiens": "false"}
    assert "À traiter" in client.get(url_of(case)).text
    assert post(client, case, "police", **typed).status_code == 302
    kept = client.get(url_of(case)).text
    assert "C’est enregistré" in kept
    assert "À traiter" not in kept

    case = advanced(case)
    assert case.data == {"risque": "élevé", "agents": 3, "visite": "2026-12-01", "gardiens": False}
    assert "Attention" in titles(case)[-1]
    page = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert "Risque" in page
    assert "1er décembre 2026" in page


def test_text_filled_by_agent_stays_text():
    field = {"type": "short_text", "key": "remarque", "label": "Remarque"}
    case = CaseFactory(stages=[stage("police", "fill", fields=[field]), DECISION])
    assert work(case, "police", remarque="true").data == {"remarque": "true"}


def test_external_stage_waits_for_reference_then_outcome(client):
    there = stage("canton", "outside", name="le canton", url="https://vd.example/?ref={reference}", days=10)
    refused = only_if(stage("non", "notify", subject="Refusé", text="Là-bas."), "canton_result", "negative")
    with time_machine.travel(MONDAY, tick=False) as clock:
        case, agent = CaseFactory(stages=[there, refused, DECISION]), member()
        assert current_stage(case).waiting_for == "agent"
        client.force_login(agent)
        screen = client.get(reverse("cases:case", args=[case.reference])).text
        assert f'href="https://vd.example/?ref={case.reference}"' in screen
        case = work(case, "canton", agent, reference="VD-77", outcome="", note="")
        assert current_stage(case).waiting_for == "others"
        assert "VD-77" in case_screen.describe_situation(case)
        clock.move_to(case.due_at)
        case = advanced(case)
        assert current_stage(case).waiting_for == "agent"
        case = work(case, "canton", agent, reference="VD-77", outcome="negative", note="Zone agricole")
    assert current_stage(case).key == "decision"
    assert "Refusé" in titles(case)[-1]
    assert case.events.filter(kind="worked").last().data["outcome"] == "negative"


def test_rehearsal_skips_question():
    case = CaseFactory(stages=[question(), DECISION], rehearsal=True)
    process.skip_wait(actor=member(), case=case)
    case = advanced(case)
    assert (case.state, current_stage(case).key) == (CaseState.IN_PROGRESS, "decision")
