"""Case actions: events, messages and states after each action, and refusal of forbidden transitions."""

import pytest
from django.utils import translation

from eservices.cases import actions, audit_log, states
from eservices.cases.actions import IllegalTransition, StaleCase
from eservices.cases.actors import SYSTEM, Applicant
from eservices.cases.models import Case, CaseStage, Role
from eservices.cases.states import TRANSITIONS, CaseOutcome, CaseState
from eservices.deliveries.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.cases import (
    DECISION,
    CallBackFactory,
    CaseFactory,
    PersonFactory,
    TeamFactory,
    another_service,
    applicant,
    asking_papers,
    member,
    moved,
    tied,
)

pytestmark = pytest.mark.django_db

CALLS = {
    "take": lambda case: actions.take_case(actor=member(), case=case),
    "assign": lambda case: actions.assign_case(actor=member(), case=case, agent=None),
    "note": lambda case: actions.add_note(actor=member(), case=case, text="Vu."),
    "message": lambda case: actions.send_message(actor=member(), case=case, text="Bonjour."),
    "ask": lambda case: actions.ask_applicant(actor=member(), case=case, text="Et la page 3 ?"),
    "tag": lambda case: actions.add_tag(actor=member(), case=case, name="urgent"),
    "remind": lambda case: remind(case),
    "go_on": lambda case: actions.continue_without_answer(actor=member(), case=case),
    "answer": lambda case: actions.answer_question(actor=applicant(case), case=case, text="La voici."),
    "accept": lambda case: actions.accept_case(actor=member(), case=case),
    "approve": lambda case: actions.accept_case(actor=member(), case=case),  # the first of two decisions
    "refuse": lambda case: actions.refuse_case(actor=member(), case=case, reason="Non."),
    "identify": lambda case: actions.identify_applicant(actor=member(), case=case, check="seen"),
    "ask_by_itself": lambda case: actions.ask_from_stage(case=case, text="Et la page 3 ?"),
    "review": lambda case: actions.review_proposal(
        actor=member(), case=proposed(case), agreed=False, reason="À revoir."
    ),
    "work": lambda case: actions.complete_stage_task(actor=member(), case=case, stage="check", data=CHECKED),
    "lapse": lambda case: actions.close_unanswered(
        case=case, outcome=CaseOutcome.LAPSED, reason="Sans réponse."
    ),
    "withdraw": lambda case: actions.withdraw_request(actor=applicant(case), case=case),
    "complete": lambda case: actions.complete_case(actor=SYSTEM, case=case),
    "amend": lambda case: actions.correct_answer(
        actor=member(), case=case, field="remarque", answer="Merci.", reason="Oublié."
    ),
    "enclosure": lambda case: actions.judge_enclosure(
        actor=member(), case=asking_papers(case), field="piece", state="waived"
    ),
    "person": lambda case: actions.judge_person(
        actor=member(), case=case, person=PersonFactory(case=case), outcome="accepted"
    ),
    "call": lambda case: actions.request_callback(actor=applicant(case), case=case, phone="+41790000000"),
    "called": lambda case: actions.record_callback(
        actor=member(), case=case, call=CallBackFactory(case=case), reached=True
    ),
    "tie": lambda case: actions.relate_cases(actor=member(), case=case, other=CaseFactory()),
    "untie": lambda case: actions.unrelate_cases(actor=member(), case=case, other=tied(case)),
    "merge": lambda case: actions.merge_into(actor=member(), case=case, other=CaseFactory()),
    "hand_over": lambda case: actions.transfer_to_team(
        actor=member(), case=case, team=TeamFactory(key="police"), reason="À vous."
    ),
    "redirect": lambda case: actions.redirect_to_service(
        actor=member(), case=case, form=another_service(), reason="Autre guichet."
    ),
    "reopen": lambda case: actions.reopen_case(actor=member(), case=case, reason="Une pièce est arrivée."),
    "protect": lambda case: actions.mark_protected(actor=member(), case=case, reason="Décision du juge."),
    "unprotect": lambda case: actions.unprotect(actor=member(), case=protected(case), reason="Homonyme."),
    "join_code": lambda case: actions.issue_join_code(actor=member(), case=case),
}


def remind(case):
    case.messages.create(kind="question", text="Et la page 3 ?")
    actions.remind_applicant(actor=member(), case=case)


TWO_DECISIONS = [{"key": "visa", "type": "decision"}, {"key": "board", "type": "decision"}]


CHECK = [{"key": "check", "type": "check", "settings": {"items": "Le bail"}}]
CHECKED = {"verdict_0": "right", "note_0": ""}
STAGES = {"approve": TWO_DECISIONS, "work": CHECK, "go_on": CHECK}


def proposed(case: Case) -> Case:
    """Add a proposed decision to the case and return it."""
    proposal = {"by": member().pk, "name": "", "outcome": "accepted", "reason": "", "details": {}}
    case.stages.update(data={"proposal": proposal})
    return case


@pytest.fixture(scope="module")
def opened(module_db) -> dict[str, Case]:
    """Open cases by action, on which the action can be tried."""
    usual = CaseFactory()
    return {do: CaseFactory(stages=STAGES[do]) if do in STAGES else usual for do in TRANSITIONS}


def protected(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(protected=True)
    return case


def in_state(case: Case, state: str) -> Case:
    return moved(case, state=state, outcome="accepted" if state in ("decided", "closed") else "")


@pytest.mark.parametrize("state", CaseState.values)
@pytest.mark.parametrize("action", TRANSITIONS)
def test_action_follows_transitions_and_records_one_event(opened, action, state):
    case = in_state(opened[action], state)
    if action in ("go_on", "answer"):
        audit_log.record_event(case, "asked", SYSTEM)
    before = case.events.count()
    if states.is_allowed(action, state):
        CALLS[action](case)
        case.refresh_from_db()
        expected = states.next_state(action, state)
        if action == "answer":
            expected = states.state_after_answer(case.outcome)
        elif action == "work" and state == CaseState.RECEIVED:
            expected = CaseState.IN_PROGRESS
        assert case.state == expected
        assert case.events.count() == before + 1
    else:
        with pytest.raises(IllegalTransition):
            CALLS[action](case)
        case.refresh_from_db()
        assert (case.state, case.events.count()) == (state, before)


def letters(case):
    return Delivery.objects.for_subject(case.subject).order_by("created_at", "pk")


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        ("asked", "Wir haben eine Frage zu Ihrem Gesuch"),
        ("accepted", "ist angenommen"),
        ("refused", "unser Entscheid"),
        ("withdrawn", "ist zurückgezogen"),
    ],
)
def test_applicant_is_notified_in_language_of_case(situation, words):
    case = CaseFactory(language="de", **{situation: True})
    written = [one for one in letters(case) if one.recipient == case.submission.email]
    assert len(written) == 2  # the receipt and this message
    assert {one.payload["language"] for one in written} == {"de"}
    assert all(case.reference in one.title for one in written)
    for letter, said in zip(written, ("Wir haben Ihr Gesuch erhalten", words), strict=True):
        assert said in letter.title
        assert "Guten Tag" in letter.payload["text"]
        assert "Bonjour" not in letter.payload["text"] + letter.payload["html"]


def test_acceptance_message_names_next_stage_in_case_language():
    news = {"key": "check", "type": "wait", "settings": {"format": 1, "days": 1}}
    case = CaseFactory(language="de", stages=[DECISION, news])
    case.version.content["texts"]["de"] |= {"stage.decision": "Entscheid", "stage.check": "Nachricht"}
    case.version.save()
    with translation.override("fr"):
        actions.accept_case(actor=member(), case=Case.objects.get(pk=case.pk))
    text = letters(case).get(title__contains="angenommen").payload["text"]
    assert "1. Nachricht" in text
    assert "Entscheid" not in text  # this stage is done
    assert "Vos indications" not in text


WRITTEN = {
    "message": lambda case: actions.send_message(actor=member(), case=case, text="Das Formular liegt bei."),
    "remind": lambda case: actions.remind_applicant(actor=member(), case=case),
    "merge": lambda case: actions.merge_into(actor=member(), case=case, other=CaseFactory()),
    "redirect": lambda case: actions.redirect_to_service(
        actor=member(), case=case, form=another_service(), reason="Das ist ein Gesuch."
    ),
    "reopen": lambda case: actions.reopen_case(actor=member(), case=case, reason="Der Vertrag ist da."),
}


@pytest.mark.parametrize("deed", WRITTEN)
def test_agent_actions_send_messages_in_case_language(deed):
    situation = {"remind": {"asked": True}, "reopen": {"refused": True}}.get(deed, {})
    case = CaseFactory(language="de", **situation)
    before = letters(case).count()
    with translation.override("fr"):
        WRITTEN[deed](Case.objects.get(pk=case.pk))
    (written,) = letters(case)[before:]
    assert (written.recipient, written.payload["language"]) == (case.submission.email, "de")
    assert "Guten Tag" in written.payload["text"]
    assert "Bonjour" not in written.payload["text"] + written.payload["html"]
    assert "http://testserver/de/d" in written.payload["text"]


def test_refusal_reason_is_in_message_and_audit_log():
    case = CaseFactory(refused=True)
    text = letters(case).last().payload["text"]
    assert "Vous n’habitez pas à Orvenay." in text
    assert case.events.get(kind="refused").data["reason"] == "Vous n’habitez pas à Orvenay."
    assert (case.outcome, case.stages.get().progress) == (CaseOutcome.REFUSED, CaseStage.Progress.SKIPPED)


def test_answer_notifies_only_assigned_agent():
    case = CaseFactory(answered=True)
    to_agents = [one for one in letters(case) if one.recipient == case.assignee.email]
    assert len(to_agents) == 1
    assert "/admin/cases/" in to_agents[0].payload["text"]

    alone = CaseFactory(asked=True, assignee=None)
    actions.answer_question(actor=applicant(alone), case=alone, text="La voici.")
    assert {one.recipient for one in letters(alone)} == {alone.submission.email}


def test_case_taken_by_colleague_cannot_be_taken():
    case, first, second = CaseFactory(), member(first_name="Nadia"), member()
    actions.take_case(actor=first, case=case)
    with pytest.raises(IllegalTransition, match="Nadia"):
        actions.take_case(actor=second, case=case)
    case.refresh_from_db()
    assert case.assignee == first


def test_case_is_assigned_only_to_team_members():
    case = CaseFactory()
    colleague = member(Role.TREAT)
    actions.assign_case(actor=member(), case=case, agent=colleague)
    case.refresh_from_db()
    assert case.assignee == colleague
    with pytest.raises(IllegalTransition):
        actions.assign_case(actor=member(), case=case, agent=UserFactory())


def test_acceptance_details_are_stored_in_stage_and_audit_log():
    case = CaseFactory()
    details = {"documents": {"identity_check": "seen"}}
    actions.accept_case(actor=member(), case=case, details=details)
    assert case.stages.get(key="decision").data["details"] == details
    assert case.events.get(kind="accepted").data["details"] == details


def test_decision_on_stale_page_is_refused():
    case = CaseFactory()
    seen = audit_log.last_relevant_event(case)
    actions.send_message(actor=applicant(case), case=case, text="Encore un mot.")
    with pytest.raises(StaleCase):
        actions.refuse_case(actor=member(), case=case, reason="Non.", seen=seen)
    assert Case.objects.get(pk=case.pk).is_open


def test_note_of_colleague_does_not_make_page_stale():
    case = CaseFactory()
    seen = audit_log.last_relevant_event(case)
    actions.add_note(actor=member(), case=case, text="Vu au guichet.")
    actions.refuse_case(actor=member(), case=case, reason="Non.", seen=seen)
    assert not Case.objects.get(pk=case.pk).is_open


@pytest.mark.parametrize("text", ["", "   ", "\0"])
def test_blank_reason_is_refused(text):
    case = CaseFactory()
    with pytest.raises(IllegalTransition):
        actions.refuse_case(actor=member(), case=case, reason=text)


def test_acceptance_waits_for_earlier_stage():
    case = CaseFactory(stages=[{"key": "gone", "type": "gone"}, {"key": "decision", "type": "decision"}])
    with pytest.raises(IllegalTransition):
        actions.accept_case(actor=member(), case=case)
    actions.refuse_case(actor=member(), case=case, reason="Non.")
    assert not Case.objects.get(pk=case.pk).is_open


def test_only_mailed_link_confirms_email_address():
    case = CaseFactory()
    with pytest.raises(IllegalTransition):
        actions.confirm_email_address(actor=Applicant(link=case.links.get(mailed=False)), case=case)
    actions.confirm_email_address(actor=applicant(case), case=case)
    first = Case.objects.get(pk=case.pk).email_confirmed_at
    actions.confirm_email_address(actor=applicant(case), case=case)
    assert Case.objects.get(pk=case.pk).email_confirmed_at == first
    assert case.events.filter(kind="address_confirmed").count() == 1


def test_long_names_with_control_characters_are_searchable():
    name = "\u202eنور 🏔" * 40
    case = CaseFactory(answers={"nom": name})
    actions.add_note(actor=member(), case=case, text=name)
    assert Case.objects.search("نور").get() == case
