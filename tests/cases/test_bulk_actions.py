"""Several cases at once: what is done to each, what is refused and said, what is decided only after a look."""

import re
from html import unescape

import pytest
from django.urls import reverse, reverse_lazy

from eservices.cases import actions, audit_log
from eservices.cases.models import Case, CaseTag, Role
from eservices.cases.stages.decision import DecisionStage
from eservices.deliveries.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, applicant, household, member

pytestmark = pytest.mark.django_db
DECIDE = reverse_lazy("cases:decide_several")


@pytest.fixture
def agent(client):
    found = member()
    client.force_login(found)
    return found


def together(case: Case) -> Case:
    """The case, of a service whose cases may be decided several at once."""
    case.version.content["settings"]["decide_together"] = True
    case.version.save()
    return Case.objects.get(pk=case.pk)


def references(*cases: Case) -> list[str]:
    return [case.reference for case in cases]


# -- Tags ----------------------------------------------------------------------------------------------------
def test_a_tag_is_put_on_several_cases_and_finds_them(client, agent):
    first, second, other = CaseFactory(), CaseFactory(refused=True), CaseFactory()
    ticked = {"cases": references(first, second), "name": " Arrivées  de décembre "}
    client.post(reverse("cases:tag_several"), ticked)
    client.post(reverse("cases:tag_several"), ticked | {"name": "ARRIVÉES DE DÉCEMBRE".lower()})

    assert [tag.name for tag in CaseTag.objects.all()] == ["Arrivées de décembre"]
    assert first.events.filter(kind="tagged").count() == 1
    html = client.get(reverse("cases:queue"), {"view": "all", "tag": "Arrivées de décembre"}).text
    assert [f">{case.reference}<" in html for case in (first, second, other)] == [True, True, False]


def test_a_tag_is_taken_off_on_the_screen_of_the_case_and_forgotten_with_its_last_case(client, agent):
    case = CaseFactory()
    client.post(reverse("cases:tag", args=[case.reference]), {"name": "urgent"})
    tag = CaseTag.objects.get()
    assert "urgent" in client.get(reverse("cases:case", args=[case.reference])).text
    client.post(reverse("cases:untag", args=[case.reference, tag.pk]))
    assert not CaseTag.objects.exists()
    assert case.events.filter(kind="untagged").exists()


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 41])
def test_no_tag_is_made_of_nothing_or_of_too_much(client, agent, name):
    case = CaseFactory()
    client.post(reverse("cases:tag_several"), {"cases": references(case), "name": name})
    assert not CaseTag.objects.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("tag_several", {"name": " "}), ("assign_several", {"agent": "gone"})]
)
def test_what_was_ticked_stays_ticked_where_something_was_missing_and_not_after_it_was_done(
    client, agent, name, said
):
    ticked, other = CaseFactory(), CaseFactory()
    queue, everybody = reverse("cases:queue"), {"view": "team", "agent": "nobody"}
    bulk = {"cases": references(ticked), "back": back_of(client.get(queue, everybody))}

    missing = client.post(reverse(f"cases:{name}"), bulk | said, follow=True)

    assert [f'value="{one.reference}" form="bulk" checked' in missing.text for one in (ticked, other)] == [
        True,
        False,
    ]
    assert missing.context["form"].active == {"agent": "nobody"}
    done = client.post(
        reverse("cases:tag_several"), bulk | {"back": back_of(missing), "name": "urgent"}, follow=True
    )
    assert 'form="bulk" checked' not in done.text


def back_of(response) -> str:
    """Where the bar of several cases leads back to."""
    return unescape(re.findall(r'name="back" value="([^"]*)"', response.text)[-1])


def test_who_may_only_read_and_strangers_tag_nothing(client):
    case = CaseFactory()
    for who in (member(Role.READ), member(team=TeamFactory(key="police"))):
        client.force_login(who)
        client.post(reverse("cases:tag_several"), {"cases": references(case), "name": "x"})
        assert client.post(reverse("cases:tag", args=[case.reference]), {"name": "x"}).status_code == 404
    assert not CaseTag.objects.exists()


# -- Reminders -----------------------------------------------------------------------------------------------
def test_who_has_not_answered_is_asked_again_and_the_others_are_named(client, agent):
    waits, other = CaseFactory(asked=True), CaseFactory()
    before = Delivery.objects.filter(subject=waits.subject).count()
    response = client.post(reverse("cases:remind_several"), {"cases": references(waits, other)}, follow=True)
    assert Delivery.objects.filter(subject=waits.subject).count() == before + 1
    assert waits.events.filter(kind="reminded").count() == 1
    assert f"{other.reference}\u00a0: Aucune question ne peut être renvoyée." in response.text


def test_what_could_not_be_done_for_the_same_reason_is_said_once_with_all_cases(client, agent):
    cases = [CaseFactory() for _ in range(3)]
    answer = client.post(reverse("cases:remind_several"), {"cases": references(*cases)}, follow=True)
    [said] = [str(one) for one in answer.context["messages"]]
    assert all(reference in said for reference in references(*cases))
    assert said.count("Aucune question ne peut être renvoyée.") == 1


def test_who_has_no_e_mail_address_is_reminded_by_post(client, agent):
    case = CaseFactory(asked=True, email="")
    client.post(reverse("cases:remind_several"), {"cases": references(case)})
    assert case.events.filter(kind="reminded").exists()
    question, again = Delivery.objects.about(case.subject).filter(carrier="print").order_by("-created_at")[:2]
    assert question.title == again.title


# -- Decisions -----------------------------------------------------------------------------------------------
def test_nothing_is_decided_before_the_cases_were_shown(client, agent):
    case, other = together(CaseFactory()), together(CaseFactory())
    ticked = {"cases": references(case, other), "decision": "accept"}
    page = client.post(DECIDE, ticked)
    assert case.reference in page.text
    assert not Case.objects.exclude(outcome="").exists()

    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)
    client.post(DECIDE, ticked | {"confirmed": "1", "seen": seen, "reason": ""})
    assert set(Case.objects.values_list("outcome", flat=True)) == {"accepted"}


def test_a_service_that_does_not_allow_it_is_decided_one_by_one(client, agent):
    case = CaseFactory()
    page = client.post(DECIDE, {"cases": references(case)}).text
    assert 'name="seen"' not in page
    assert case.reference in page
    forged = {
        "cases": references(case),
        "confirmed": "1",
        "decision": "accept",
        "seen": [f"{case.reference}:1"],
    }
    client.post(DECIDE, forged)
    assert Case.objects.get().outcome == ""


def test_what_a_second_agent_must_confirm_is_decided_one_by_one(client, agent):
    four_eyes = {"key": "decision", "type": "decision", "settings": {"format": 1, "four_eyes": True}}
    case = together(CaseFactory(stages=[four_eyes]))
    page = client.post(DECIDE, {"cases": references(case)}).text
    seen = f"{case.reference}:{audit_log.last_relevant_event(case)}"
    sent = {"cases": references(case), "seen": seen, "confirmed": "1", "decision": "accept"}
    client.post(DECIDE, sent)
    assert f'value="{seen}"' not in page
    assert actions.proposing_agent(case) is None


def test_what_can_only_be_refused_is_refused_with_others_and_not_accepted_with_them(client, agent):
    case = together(household("Marc Marchetti"))
    person = case.persons.get()
    actions.judge_person(actor=agent, case=case, person=person, outcome="refused", reason="Majeur.")
    sent = {
        "cases": references(case),
        "seen": f"{case.reference}:{audit_log.last_relevant_event(case)}",
        "confirmed": "1",
    }
    accepted = client.post(DECIDE, sent | {"decision": "accept"}, follow=True)
    assert f"{case.reference}\u00a0: Toutes les personnes sont refusées" in accepted.text
    client.post(DECIDE, sent | {"decision": "refuse", "reason": "Tous majeurs."})
    assert Case.objects.get().outcome == "refused"


def test_what_a_stage_objects_to_is_not_accepted_with_others_whatever_is_written_to_all(
    client, agent, monkeypatch
):
    monkeypatch.setattr(DecisionStage, "objection", lambda *about: "Plus rien ne tient.")
    case = together(CaseFactory())
    sent = {
        "cases": references(case),
        "seen": f"{case.reference}:{audit_log.last_relevant_event(case)}",
        "confirmed": "1",
    }
    page = client.post(DECIDE, sent | {"decision": "accept", "reason": "Bonne journée."}, follow=True)
    assert "Plus rien ne tient." in page.text
    assert Case.objects.get().outcome == ""
    actions.accept_case(actor=agent, case=case, reason="Le reste va de soi.")
    assert Case.objects.get().outcome == "accepted"


def test_a_case_that_waits_for_the_applicant_is_not_shown_as_one_that_would_be_decided(client, agent):
    ready, waits = together(CaseFactory()), together(CaseFactory(asked=True))
    page = client.post(DECIDE, {"cases": references(ready, waits)}).text
    assert re.findall(r'name="seen" value="([^:]+):', page) == [ready.reference]
    assert "Le requérant n’a pas encore répondu : décidez sur le dossier." in page.replace("\u00a0", " ")


def test_a_refusal_of_several_needs_a_reason_and_keeps_what_was_chosen(client, agent):
    case = together(CaseFactory())
    page = client.post(DECIDE, {"cases": references(case), "confirmed": "1", "decision": "refuse"})
    assert page.status_code == 422
    assert case.reference in page.text
    assert Case.objects.get().outcome == ""


def test_a_case_that_changed_since_or_was_never_shown_is_not_decided_and_named(client, agent):
    moved, quiet, unseen = (together(CaseFactory()) for _ in range(3))
    page = client.post(DECIDE, {"cases": references(moved, quiet)}).text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    actions.send_message(actor=applicant(moved), case=moved, text="Encore un mot.")
    typed = {"confirmed": "1", "decision": "refuse", "reason": "Délai passé.", "seen": seen}
    response = client.post(DECIDE, typed | {"cases": references(moved, quiet, unseen)}, follow=True)
    assert [Case.objects.get(pk=one.pk).outcome for one in (moved, quiet, unseen)] == ["", "refused", ""]
    assert f"{moved.reference}\u00a0:" in response.text
    assert f"{unseen.reference}\u00a0:" in response.text


def test_who_may_not_decide_decides_nothing_in_bulk_either(client):
    case = together(CaseFactory())
    client.force_login(member(Role.TREAT))
    forged = {
        "cases": references(case),
        "confirmed": "1",
        "decision": "accept",
        "seen": [f"{case.reference}:1"],
    }
    client.post(DECIDE, forged)
    assert Case.objects.get().outcome == ""


def test_the_page_of_decisions_takes_as_many_queries_for_many_as_for_two(
    client, agent, django_assert_max_num_queries
):
    cases = [together(CaseFactory()) for _ in range(5)]
    client.post(DECIDE, {"cases": references(*cases[:2])})
    with django_assert_max_num_queries(100) as few:
        client.post(DECIDE, {"cases": references(*cases[:2])})
    with django_assert_max_num_queries(len(few)):
        client.post(DECIDE, {"cases": references(*cases)})


@pytest.mark.parametrize("name", ["assign_several", "tag_several", "remind_several", "decide_several"])
def test_who_treats_no_cases_finds_nothing_and_nothing_ticked_is_said(client, name):
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))
    assert client.post(reverse(f"cases:{name}")).status_code == 404
    client.force_login(member())
    assert client.post(reverse(f"cases:{name}"), {"name": "x"}).url == reverse("cases:queue")
