"""Register checks: automatic results, decisions of agents, and what the applicant cannot learn."""

import json
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eservices.cases import access as cases
from eservices.cases import actions as case_actions
from eservices.cases import process
from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, Role, TeamMember
from eservices.catalogue.definition.linter import lint_service
from eservices.deliveries.models import Delivery
from eservices.register import access, actions, jobs, lookup_limits
from eservices.register.contrib.demo import DemoRegister
from eservices.register.fee_exemptions import FEE_EXEMPTIONS
from eservices.register.models import CheckOutcome, RegisterCheck
from eservices.register.population_register import RegisterUnavailable
from eservices.register.stages import AGAIN, NOBODY, RegisterCheckStage
from eservices.space import status_page
from eservices.submissions import rate_limits
from eservices.submissions.models import Submission
from tests.factories.accounts import UserFactory, known
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, member
from tests.factories.formbuilder import content
from tests.factories.register import CHECK, ELODIE, ask, check_of, checked_case
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate

pytestmark = pytest.mark.django_db
NORA = {"prenom": "Nora", "nom": "Kessler", "naissance": "1990-06-21", "adresse": None}
JEAN = {"prenom": "Jean", "nom": "Rochat", "naissance": "1961-03-14", "adresse": None}
BIRTH_DATE_ONLY = {"with_address": False}
NOTIFY = {"key": "tell", "type": "notify", "settings": {"format": 1, "subject": "Reçu", "text": "Merci."}}
CHECKLIST = {"key": "papers", "type": "check", "settings": {"format": 1, "items": "Le bail"}}


def stage(case):
    """Return the progress of the check's stage and whom it waits for."""
    row = case.stages.get(type="register")
    return row.progress, row.waiting_for


DONE, TO_AGENT, TO_SYSTEM = ("done", ""), ("active", "agent"), ("active", "system")


def decided(case, choice, actor=None) -> Case:
    """Complete the stage with an agent's choice."""
    case_actions.complete_stage_task(
        actor=actor or member(), case=case, stage="check", data={"choice": choice}
    )
    return ask(case)


# -- Outcomes ------------------------------------------------------------------------------------------------
def test_match_completes_the_check_and_is_available_afterwards():
    case = checked_case(asked=False)
    assert stage(case) == TO_SYSTEM
    case = ask(case)
    assert stage(case) == DONE
    assert case.stages.get(type="register").data == {"outcome": "match", "person": "ORV-1"}
    assert case.data == {"check_result": "found"}
    assert access.register_person_of(case).name == "Élodie Anne Marchetti"
    assert case.events.get(kind="register_checked").data == {"stage": "check", "outcome": "match"}


@pytest.mark.parametrize(
    ("answers", "chosen", "outcome"),
    [
        ({"naissance": "1988-04-18"}, {}, CheckOutcome.NO_MATCH),
        ({"adresse": None}, {}, CheckOutcome.NO_MATCH),
        ({"nom": "Marchetti-Rochat"}, {}, CheckOutcome.NO_MATCH),
        (JEAN, BIRTH_DATE_ONLY, CheckOutcome.SEVERAL),
        ({}, {"newcomer": True}, CheckOutcome.MATCH),
    ],
    ids=["another day", "no address", "another name", "namesakes", "no newcomer"],
)
def test_other_outcome_waits_for_an_agent(answers, chosen, outcome):
    case = checked_case(answers, settings=chosen)
    assert stage(case) == TO_AGENT
    assert check_of(case).outcome == outcome
    assert access.register_person_of(case) is None


def test_matched_person_may_be_exempt_from_fees():
    adult = checked_case()
    child = checked_case({"prenom": "Noé", "naissance": "2019-09-02"})
    gone = checked_case(
        {"prenom": "Bruno", "nom": "Gétaz", "naissance": "1970-12-24"}, settings=BIRTH_DATE_ONLY
    )
    nobody = checked_case({"naissance": "1988-04-18"})
    freed = {
        key: [bool(one.reason(case)) for case in (adult, child, gone, nobody)]
        for key, one in FEE_EXEMPTIONS.items()
    }
    assert freed["resident"] == [True, True, False, False]
    assert freed["minor"] == [False, True, False, False]


def test_newcomer_is_expected_to_be_missing():
    case = checked_case({"prenom": "Inconnue", "nom": "Nouvelle"}, settings={"newcomer": True})
    assert stage(case) == DONE
    assert access.register_person_of(case) is None


# -- Agents --------------------------------------------------------------------------------------------------
def test_agent_sees_differences_and_chooses_a_person(client):
    case, agent = checked_case({"naissance": "1988-04-18"}), member()
    client.force_login(agent)
    html = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert "18.04.1988" in html
    assert "17.04.1988" in html
    assert html.count('class="diff"') == 1
    url = reverse("cases:stage", args=[case.reference, "check"])
    assert client.post(url, {"choice": "person:ORV-3"}).status_code == 422
    assert client.post(url, {"choice": "person:ORV-1"}).status_code == 302
    case = ask(case)
    assert stage(case) == DONE
    assert access.register_person_of(case).key == "ORV-1"
    assert check_of(case).decided_by == agent
    with pytest.raises(IllegalTransition):
        actions.decide_check(actor=agent, check=check_of(case))


@pytest.mark.parametrize("choice", ["nobody", "again"])
def test_agent_is_not_asked_twice_after_choosing(client, choice):
    case = checked_case({"naissance": "1988-04-18"})
    client.force_login(member())
    page = client.post(
        reverse("cases:stage", args=[case.reference, "check"]), {"choice": choice}, follow=True
    )
    assert 'name="choice"' not in page.text
    assert "le dossier continue de lui-même" in page.text


def test_agent_may_choose_nobody_or_check_again(monkeypatch):
    case = checked_case({"naissance": "1988-04-18"})
    assert stage(decided(case, NOBODY)) == DONE
    assert access.register_person_of(case) is None
    other = checked_case({"prenom": "Élodie-Rose"})
    assert stage(other) == TO_AGENT
    monkeypatch.setattr(DemoRegister, "find", lambda self, said: [])
    assert check_of(other).people != []
    assert stage(decided(other, AGAIN)) == TO_AGENT
    assert check_of(other).people == []
    monkeypatch.undo()
    other.amended = {"prenom": "Élodie"}  # an agent corrected it
    other.save()
    assert stage(decided(other, AGAIN)) == DONE


def test_check_form_offers_the_found_people_to_agents_only():
    case = checked_case(JEAN, settings=BIRTH_DATE_ONLY)
    row = case.stages.get(type="register")
    form = RegisterCheckStage().form(case, row, {}, {"choice": "person:ORV-7"})
    assert form.is_valid()
    assert [value for value, _label in form.fields["choice"].choices] == [
        "person:ORV-6",
        "person:ORV-7",
        NOBODY,
        AGAIN,
    ]
    assert not RegisterCheckStage().form(case, row, {}, {"choice": "person:ORV-1"}).is_valid()
    assert "Plusieurs personnes" in RegisterCheckStage().waiting_reason(case, row, {})
    done = checked_case()
    assert RegisterCheckStage().form(done, done.stages.get(type="register"), {}) is None


# -- Unavailable register ------------------------------------------------------------------------------------
@pytest.fixture
def register_away(monkeypatch):
    def nothing(self, said):
        raise RegisterUnavailable("It answered 500.")

    monkeypatch.setattr(DemoRegister, "find", nothing)


def test_unavailable_register_is_retried_then_left_to_an_agent(register_away):
    case = checked_case()
    check = check_of(case)
    assert stage(case) == TO_SYSTEM
    assert check.outcome == CheckOutcome.PENDING
    assert timezone.now() < check.due_at < timezone.now() + timedelta(minutes=1)
    assert check.fault == "It answered 500."
    with time_machine.travel(check.asked_at + actions.MAX_OUTAGE_WAIT + timedelta(minutes=1), tick=False):
        case = ask(case)
        assert stage(case) == TO_AGENT
        assert check_of(case).outcome == CheckOutcome.AWAY
        assert check_of(case).due_at is None
        assert stage(decided(case, AGAIN)) == TO_SYSTEM


def test_job_continues_the_case_when_the_register_is_back(register_away, monkeypatch):
    case = checked_case()
    monkeypatch.undo()
    soon = timezone.now() + timedelta(minutes=2)
    jobs.wake_due_lookups(timezone.now())
    assert check_of(case).attempts == 1
    with time_machine.travel(soon, tick=False):
        jobs.wake_due_lookups(soon)
        assert check_of(case).outcome == CheckOutcome.MATCH


def test_program_error_does_not_block_a_case_forever(monkeypatch):
    monkeypatch.setattr(DemoRegister, "find", lambda self, said: 1 / 0)
    case = checked_case()
    assert stage(case) == TO_SYSTEM
    assert "ZeroDivisionError" in check_of(case).fault


def test_agent_decides_at_once_without_a_register(settings):
    settings.REGISTER = "none"
    assert stage(checked_case()) == TO_AGENT


def test_check_is_run_by_one_worker_and_a_late_one_is_ignored(monkeypatch):
    case = checked_case(asked=False)
    check = check_of(case)
    found, late = DemoRegister.find, []

    def slowly(self, said):
        if not late:  # while the register answers, the claim expires and another worker runs the check
            late.append(RegisterCheck.objects.filter(pk=check.pk).update(due_at=timezone.now()))
            actions.run_check(check.pk)
            return []
        return found(self, said)

    monkeypatch.setattr(DemoRegister, "find", slowly)
    actions.run_check(check.pk)
    actions.run_check(check.pk)
    assert (check_of(case).outcome, check_of(case).attempts) == (CheckOutcome.MATCH, 2)
    assert case.events.filter(kind="register_checked").count() == 1


def test_rehearsal_uses_the_demo_register_only(settings):
    settings.REGISTER = "none"
    assert stage(checked_case(rehearsal=True)) == DONE


# -- Confidentiality -----------------------------------------------------------------------------------------
def seen_by_applicant(case, client) -> list[str]:
    """Return all that an applicant sees of a case, without values that differ between any two cases.

    The status page by its link and, when signed in, the account, the case and the data export; and all e-mails.
    """
    link, user = case.links.get(mailed=False), case.submission.user
    pages = [client.get(reverse("space:status", args=[link.secret]))]
    if user:
        client.force_login(user)
        places = (
            reverse("space:home"),
            reverse("space:case", args=[case.reference]),
            reverse("space:export"),
        )
        pages += [client.get(place) for place in places]
        client.logout()
    seen = [f"{page.status_code} {_told(page)}" for page in pages]
    for letter in (
        Delivery.objects.for_subject(case.subject)
        .filter(recipient=case.email)
        .order_by("created_at", "title")
    ):
        seen += [letter.title, letter.payload["text"], letter.payload["html"]]
    own = "|".join(
        re.escape(word)
        for word in {case.reference, case.email, *(one.secret for one in case.links.all())}
        | set(case.applicant.split())
    )
    return [re.sub(rf"{own}|value=\"\w{{64}}\"|nonce=\"[^\"]*\"|\d", "", text) for text in seen]


def _told(page) -> str:
    return json.dumps(page.json()) if page["Content-Type"] == "application/json" else page.content.decode()


def sent_by_stranger(answers: dict, number: int, **fields) -> Case:
    """Submit a case from an account with a proven address only, with equal answers stored afterwards."""
    user = UserFactory(
        email=f"person{number}@example.org", first_name="Alex", last_name="Muster", phone="079 000 00 00"
    )
    case = checked_case(answers, user=user, email=user.email, settings=BIRTH_DATE_ONLY, **fields)
    Submission.objects.filter(case=case).update(answers=case.submission.answers | ALEX)
    return Case.objects.get(pk=case.pk)


ALEX = {"prenom": "Alex", "nom": "Muster", "naissance": "1990-01-01"}
NOBODY_SUCH = {"prenom": "Inconnue", "nom": "Nouvelle", "adresse": None}


@pytest.mark.parametrize("taken", [False, True])
def test_applicant_sees_the_same_for_no_match_and_protected(client, taken):
    """Pages, e-mails and data are equal, even if an agent who may not see protected cases had taken the case."""
    outcomes, views = [], []
    for number, answers in enumerate((NORA, NOBODY_SUCH, JEAN)):
        case = sent_by_stranger(answers, number, asked=False)
        if taken:
            case_actions.take_case(actor=member(), case=case)
        case = ask(case)
        assert stage(case) == TO_AGENT
        outcomes.append((check_of(case).outcome, case.protected))
        views.append(seen_by_applicant(case, client))
    assert outcomes == [
        (CheckOutcome.MATCH, True),
        (CheckOutcome.NO_MATCH, False),
        (CheckOutcome.SEVERAL, False),
    ]
    protected, nobody, several = views

    assert protected == nobody == several
    assert "à contrôler" in protected[0]
    assert "registre" not in protected[0].partition("<main")[2].lower()
    assert len(protected) >= 7


def test_case_progress_does_not_reveal_the_register_check(client):
    """If there is a match, the agent decides at once; if not, the agent first chooses the person."""
    found, missing = checked_case(), checked_case({"adresse": None})
    for case in (found, missing):  # the declared address may differ
        case.submission.answers.pop("adresse")
        Submission.objects.filter(case=case).update(answers=case.submission.answers)
    assert (stage(found), stage(missing)) == (DONE, TO_AGENT)
    assert seen_by_applicant(found, client) == seen_by_applicant(missing, client)

    agent = member()
    decided(missing, NOBODY, agent)
    case_actions.take_case(actor=agent, case=found)
    assert stage(missing) == DONE
    assert seen_by_applicant(found, client) == seen_by_applicant(missing, client)

    for case in (found, missing):
        case_actions.accept_case(actor=agent, case=Case.objects.get(pk=case.pk))
        process.advance_case(case.pk)
        _received, check, decision, *_end = status_page.tracker_steps(Case.objects.get(pk=case.pk))
        assert (check.state, check.at) == ("done", decision.at)
    assert seen_by_applicant(found, client) == seen_by_applicant(missing, client)


def test_stage_before_a_check_is_shown_before_it():
    """Although the check and the decision after it are shown with the same begin and end."""
    case = CaseFactory(stages=[CHECKLIST, CHECK, DECISION], answers=ELODIE)
    process.advance_case(case.pk)
    way = [(stop.state, stop.title) for stop in status_page.tracker_steps(Case.objects.get(pk=case.pk))]
    assert way[1:3] == [(status_page.NOW, "Vos pièces"), (status_page.NEXT, "Vos indications")]


def test_known_applicant_sees_the_progress_of_the_check(client):
    known_case = checked_case(user=known(birth_date=date(1988, 4, 17)))
    way = status_page.tracker_steps(known_case)
    assert [stop.state for stop in way][:3] == ["done", "done", "now"]


@pytest.mark.parametrize("newcomer", [False, True])
def test_unknown_applicant_waits_for_an_agent_without_decision(newcomer):
    answers = {"prenom": "Inconnue", "nom": "Nouvelle"} if newcomer else {}
    unknown = checked_case(answers, settings={"newcomer": newcomer}, following=[NOTIFY])
    assert stage(unknown) == TO_AGENT
    row = unknown.stages.get(type="register")
    assert "n’est pas connu" in RegisterCheckStage().waiting_reason(unknown, row, {})
    assert unknown.data == {}
    decided(unknown, NOBODY if newcomer else "person:ORV-1")
    assert stage(unknown) == DONE


def test_known_applicant_passes_the_check_without_an_agent():
    case = checked_case(user=known(birth_date=date(1988, 4, 17)), following=[NOTIFY])
    assert stage(case) == DONE


def test_check_continues_if_an_agent_reviewed_the_case_before():
    looked_at = CaseFactory(stages=[CHECKLIST, CHECK, NOTIFY], answers=ELODIE)
    process.advance_case(looked_at.pk)
    case_actions.complete_stage_task(
        actor=member(), case=looked_at, stage="papers", data={"verdict_0": "right", "note_0": ""}
    )
    process.advance_case(looked_at.pk)
    assert stage(ask(looked_at)) == DONE


def test_editor_is_warned_of_checks_that_must_wait_for_an_agent():
    def warned_paths(*stages, limits=None):
        settings = {"team": "habitants", "days": 3, "limits": limits or {}}
        made = content(stages=list(stages), settings=settings)
        return [fault.path for fault in lint_service(made) if "Identity of the applicant" in fault.message]

    identity = {"key": "identity", "type": "identity", "settings": {"format": 1}}
    check = {"key": "check", "type": "register", "settings": {"format": 1, "with_birth_date": True}}
    with override("en"):
        assert warned_paths(check, NOTIFY) == ["stage.check"]
        assert warned_paths(check) == ["stage.check"]
        assert warned_paths(check, DECISION) == []
        assert warned_paths(identity, check, NOTIFY) == []
        assert warned_paths(check, NOTIFY, limits={"identity": {"level": "known"}}) == []


def test_protected_person_is_visible_to_authorised_agents_only(client):
    colleague, trusted = member(), member()
    TeamMember.objects.filter(user=trusted).update(sees_protected=True)
    case = checked_case(NORA, asked=False, settings=BIRTH_DATE_ONLY)
    case_actions.take_case(actor=colleague, case=case)
    case = ask(case)
    assert case.protected
    assert case.assignee is None
    assert access.register_person_of(case) is None
    assert not cases.may_do(colleague, case, "read")
    assert cases.may_do(trusted, case, "accept")
    client.force_login(colleague)
    assert client.get(reverse("cases:case", args=[case.reference])).status_code == 404
    assert case.reference not in client.get(reverse("cases:queue")).content.decode()
    with pytest.raises(IllegalTransition):
        case_actions.assign_case(actor=trusted, case=case, agent=colleague)
    client.force_login(trusted)
    assert "protégée" in client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert access.register_person_of(decided(case, "person:ORV-8", trusted)).key == "ORV-8"


def test_authorised_agent_keeps_the_case_when_it_is_protected():
    trusted = member(role=Role.TREAT)
    TeamMember.objects.filter(user=trusted).update(sees_protected=True)
    case = checked_case(NORA, asked=False, settings=BIRTH_DATE_ONLY)
    case_actions.take_case(actor=trusted, case=case)
    case = ask(case)
    case_actions.protect(actor=SYSTEM, case=case)
    assert case.assignee == trusted
    assert case.events.filter(kind="protected").count() == 1


@pytest.mark.parametrize(
    ("most", "answers"),
    [("BY_SENDER", lambda number: {"prenom": "Élodie" * (number + 1)}), ("ABOUT_PERSON", lambda number: {})],
)
def test_sender_beyond_the_lookup_limit_is_left_to_an_agent(monkeypatch, most, answers):
    for name in ("BY_SENDER", "ABOUT_PERSON"):
        monkeypatch.setattr(lookup_limits, name, 2 if name == most else 99)
    made = [checked_case(answers(number)) for number in range(3)]
    assert [check_of(case).outcome == CheckOutcome.TOO_MANY for case in made] == [False, False, True]
    assert stage(made[2]) == TO_AGENT
    with time_machine.travel(timezone.now() + lookup_limits.LIMIT_PERIOD + timedelta(minutes=1), tick=False):
        assert check_of(checked_case(answers(3))).outcome != CheckOutcome.TOO_MANY


def test_anonymous_lookups_are_limited_by_network_address(client, monkeypatch):
    """Neither the sender nor the person is ever the same, so submissions are counted by network address."""
    monkeypatch.setattr(rate_limits, "SEND", rate_limits.WaitingRateLimit("send-caller", 2))
    TeamFactory()
    version = FormVersionFactory(content=certificate(stages=[CHECK, DECISION]))

    def send(number: int, **more) -> int:
        draft = DraftFactory(version=version, complete=True)
        draft.answers |= {"courriel": f"person{number}@example.org", "nom": "Rochat" * (number + 1)}
        draft.save()
        return client.post(
            reverse("submissions:send", args=[draft.secret]), {"declared": "1"}, **more
        ).status_code

    answers = [send(number, headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(4)]

    assert answers == [302, 302, 429, 429]
    assert Case.objects.count() == 2
    assert RegisterCheck.objects.count() <= 2  # the register is asked about no other person
    assert RegisterCheck.objects.values("sender").distinct().count() == RegisterCheck.objects.count()
    assert RegisterCheck.objects.values("about").distinct().count() == RegisterCheck.objects.count()
    assert send(4, REMOTE_ADDR="198.51.100.7") == 302  # a sender of another network is not limited


def test_known_person_may_check_herself_without_limit(monkeypatch):
    monkeypatch.setattr(lookup_limits, "BY_SENDER", 0)
    elodie = known("Élodie", "Marchetti")
    assert (
        check_of(checked_case({"prenom": "Élodie", "nom": "Marchetti"}, user=elodie)).outcome
        == CheckOutcome.MATCH
    )
    assert check_of(checked_case(JEAN, user=elodie)).outcome == CheckOutcome.TOO_MANY
    assert check_of(checked_case(ELODIE)).outcome == CheckOutcome.TOO_MANY
