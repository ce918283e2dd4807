"""New cases stay with who treats protected addresses until the register was asked about whom they name."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from eservices.cases import access, process
from eservices.cases import actions as cases
from eservices.cases.actions import IllegalTransition
from eservices.cases.actions import agent_notifications as notice_actions
from eservices.cases.models import Case, NotificationMethod, NotificationType, Role, TeamMember
from eservices.deliveries.actions import queue_sms
from eservices.deliveries.models import Delivery
from eservices.register import actions, jobs, named_persons
from eservices.register.contrib.demo import DemoRegister
from eservices.register.models import Screening
from eservices.register.population_register import RegisterUnavailable
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, applicant, household, member
from tests.factories.register import checked_case

pytestmark = pytest.mark.django_db
NORA = {"prenom": "Nora", "nom": "Kessler", "naissance": "1990-06-21"}


@pytest.fixture(autouse=True)
def _screened(settings):
    settings.REGISTER_SCREENING = True


def trusted(role=Role.LEAD):
    agent = member(role)
    TeamMember.objects.filter(user=agent).update(sees_protected=True)
    return agent


def screened(case: Case) -> Case:
    """The worker came."""
    actions.screen(Screening.objects.get(case=case).pk)
    return Case.objects.get(pk=case.pk)


def seen_by(agent, case: Case) -> bool:
    return access.cases_for(agent).filter(pk=case.pk).exists()


def test_new_case_stays_with_the_authorised_until_screened():
    case, agent, authorised = CaseFactory(), member(), trusted()
    assert (seen_by(agent, case), seen_by(authorised, case)) == (False, True)
    case = screened(case)
    assert (case.protected, case.unscreened) == (False, False)
    assert seen_by(agent, case)


@pytest.mark.parametrize("with_stage", [False, True], ids=["no register stage", "register stage"])
def test_case_of_a_protected_person_stays_with_the_authorised(with_stage):
    agent, authorised = member(), trusted()
    case = checked_case(NORA, asked=False) if with_stage else CaseFactory(answers=NORA)
    case = screened(case)
    assert (case.protected, case.unscreened) == (True, False)
    assert (seen_by(agent, case), seen_by(authorised, case)) == (False, True)
    assert case.events.filter(kind="protected").count() == 1


def test_namesake_born_on_another_day_is_not_protected():
    assert not screened(checked_case(NORA | {"naissance": "1971-01-01"}, asked=False)).protected


def test_protected_person_concerned_by_a_case_protects_it():
    case = household("Lina Marchetti", "Nora Kessler")
    assert {one.name for one in named_persons.people_named(case)} >= {"Lina Marchetti", "Nora Kessler"}
    assert screened(case).protected


def test_register_that_is_away_shows_nothing_to_the_unauthorised(monkeypatch):
    def nothing(self, said):
        raise RegisterUnavailable("It answered 500.")

    case, agent = CaseFactory(), member()
    with monkeypatch.context() as patch:
        patch.setattr(DemoRegister, "find", nothing)
        case = screened(case)
        assert case.unscreened
        assert not seen_by(agent, case)
    screening = Screening.objects.get(case=case)
    assert screening.fault == "It answered 500."
    with time_machine.travel(screening.due_at + timedelta(minutes=1), tick=False):
        jobs.wake_due_lookups(timezone.now())
    assert seen_by(agent, case)


def test_slow_register_keeps_its_claim_and_finishes(monkeypatch):
    case = household("Lina Marchetti", "Paul Rochat")
    screening = Screening.objects.get(case=case)
    asked, find = [], DemoRegister.find
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def slow(self, said):
            asked.append(said.name)
            clock.shift(timedelta(seconds=100))  # two people take longer than one claim lasts
            actions.screen(screening.pk)  # the sweep comes by
            return find(self, said)

        monkeypatch.setattr(DemoRegister, "find", slow)
        actions.screen(screening.pk)
    assert len(asked) == len(named_persons.people_named(case)) > 1
    assert not Case.objects.get(pk=case.pk).unscreened


def test_without_a_register_nobody_waits(settings):
    settings.REGISTER = "none"
    assert not CaseFactory().protected


def test_rehearsal_is_not_screened():
    assert not CaseFactory(rehearsal=True).protected


def test_team_is_told_of_a_new_case_once_it_is_screened():
    agent, authorised = member(), trusted()
    for one in (agent, authorised):
        notice_actions.save_preferences(actor=one, methods={NotificationType.NEW: NotificationMethod.NOW})
    case = CaseFactory()
    told = Delivery.objects.filter(recipient__in=[agent.email, authorised.email])
    assert not told.exists()
    screened(case)
    assert told.count() == 2
    protected = CaseFactory(answers=NORA, email="nora@courriel.example")
    screened(protected)
    assert set(told.filter(subject=protected.subject).values_list("recipient", flat=True)) == {
        authorised.email
    }


def test_another_case_of_a_protected_person_is_protected_from_its_first_second():
    before = CaseFactory(email="nora@courriel.example")
    screened(before)
    known = CaseFactory(email="nora@courriel.example", answers=NORA)
    screened(known)
    assert screened(before).protected  # filed before anybody knew
    later = CaseFactory(email="nora@courriel.example")
    assert later.is_known_protected
    other = CaseFactory(email="somebody@courriel.example")
    assert not screened(other).protected


def test_case_that_a_protected_one_is_merged_into_is_protected():
    other, authorised = screened(CaseFactory(email="autre@courriel.example")), trusted()
    case = screened(CaseFactory(answers=NORA))
    cases.merge_into(actor=authorised, case=case, other=other)
    assert Case.objects.get(pk=other.pk).is_known_protected


def test_case_is_not_merged_before_it_is_screened():
    other, authorised = screened(CaseFactory(email="autre@courriel.example")), trusted()
    case = CaseFactory(answers=NORA)
    with pytest.raises(IllegalTransition):
        cases.merge_into(actor=authorised, case=case, other=other)
    assert not Case.objects.get(pk=case.pk).duplicate_of_id


def test_corrected_name_is_screened_anew():
    case = screened(CaseFactory())
    case = cases.correct_answer(actor=member(), case=case, field="prenom", answer="Nora", reason="Faute").case
    case = cases.correct_answer(actor=member(), case=case, field="nom", answer="Kessler", reason="Faute").case
    cases.correct_answer(actor=member(), case=case, field="naissance", answer="1990-06-21", reason="Faute")
    assert screened(case).protected


# -- By hand -------------------------------------------------------------------------------------------------
def test_agent_marks_a_case_as_protected_for_a_reason(client):
    case, agent = screened(CaseFactory()), member(Role.TREAT)
    client.force_login(agent)
    url = reverse("cases:do", args=[case.reference, "protect"])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Décision du juge."}).url == reverse("cases:queue")
    assert not seen_by(agent, case)
    assert case.events.get(kind="protected").data == {"reason": "Décision du juge."}


def test_only_the_authorised_say_that_nobody_is_protected(client):
    case, authorised = screened(CaseFactory(answers=NORA)), trusted(Role.TREAT)
    url = reverse("cases:do", args=[case.reference, "unprotect"])
    client.force_login(member())
    assert client.post(url, {"reason": "Homonyme."}).status_code == 404
    client.force_login(authorised)
    assert client.post(url, {"reason": "Homonyme."}).status_code == 302
    case = Case.objects.get(pk=case.pk)
    assert not case.protected
    with pytest.raises(IllegalTransition):
        cases.unprotect(actor=authorised, case=case, reason="Homonyme.")
    cases.correct_answer(actor=authorised, case=case, field="prenom", answer="Nora Anne", reason="Faute")
    assert Screening.objects.get(case=case).due_at is None  # what was said by hand is not asked again


# -- What agents are told ------------------------------------------------------------------------------------
def test_authorised_agent_reads_the_warning_before_anything_else(client):
    case = screened(checked_case(NORA, asked=False))
    actions.run_check(case.stages.get(type="register").register_check.pk)
    client.force_login(trusted())
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert page.index("Adresse protégée") < page.index(case.email)
    assert "Quelqu’un qui devrait être nouveau" not in page
    queue = client.get(reverse("cases:queue")).text
    assert "adresse protégée" in queue


def test_reason_at_the_register_stage_is_the_protection(client):
    case = checked_case(NORA | {"adresse": None}, settings={"with_address": False})
    process.advance_case(case.pk)
    client.force_login(trusted())
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert "est protégée\xa0: indiquez de qui il s’agit" in page
    assert "annoncé" not in page.split("Maintenant")[1][:600]


def test_agent_who_worked_on_a_case_is_told_that_they_see_it_no_more(client):
    case, agent, stranger = screened(CaseFactory()), member(), member()
    cases.take_case(actor=agent, case=case)
    cases.protect(actor=agent, case=case)
    url = reverse("cases:case", args=[case.reference])
    client.force_login(agent)
    page = client.get(url)
    assert page.status_code == 404
    assert "Vous ne voyez plus ce dossier" in page.text
    assert "protég" not in page.text
    assert case.applicant not in page.text
    client.force_login(stranger)
    assert "Vous ne voyez plus ce dossier" not in client.get(url).text
    client.force_login(UserFactory())
    assert "Vous ne voyez plus" not in client.get(url).text


def test_queue_counts_what_is_being_checked(client):
    case, agent = CaseFactory(), member()
    client.force_login(agent)
    page = client.get(reverse("cases:queue")).text
    assert "Un nouveau dossier de vos équipes est en cours de contrôle" in page
    assert case.reference not in page
    screened(case)
    assert "en cours de contrôle" not in client.get(reverse("cases:queue")).text


def test_agent_at_the_counter_prints_the_receipt_before_the_answer(client):
    agent = member()
    case = CaseFactory()
    case.submission.agent = agent
    case.submission.save()
    client.force_login(agent)
    assert client.get(reverse("cases:receipt", args=[case.reference])).status_code == 200
    assert client.get(reverse("cases:case", args=[case.reference])).status_code == 404
    cases.protect(actor=trusted(), case=case)
    assert client.get(reverse("cases:receipt", args=[case.reference])).status_code == 404


def test_words_of_a_protected_person_do_not_go_to_the_mailbox_of_the_team():
    team = TeamFactory()
    team.email = "equipe@orvenay.example"
    team.save()
    authorised = trusted()
    case = screened(CaseFactory(answers=NORA))
    cases.send_message(actor=applicant(case), case=case, text="J’habite chemin du Bois 4.")
    about = Delivery.objects.for_subject(case.subject)
    assert not about.filter(recipient=team.email).exists()
    assert about.filter(recipient=authorised.email).exists()


def test_outbox_withholds_what_was_written_to_a_protected_person(client):
    keeper = member()
    keeper.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    screened(CaseFactory(answers=NORA, email="nora@courriel.example"))
    for address in ("nora@courriel.example", "ada@courriel.example"):
        queue_sms(to=address, text="Votre code", subject="sign-in")
    client.force_login(keeper)
    page = client.get(reverse("deliveries_board:index")).text
    assert "ada@courriel.example" in page
    assert "nora@courriel.example" not in page


def test_health_page_counts_what_waits_unseen(client):
    CaseFactory()
    client.force_login(member())
    page = client.get(reverse("register:health")).text
    assert "1 dossier attend sans que personne le voie" in page
