"""Bulk actions on several cases: results, refusals, and decisions only after the cases were shown."""

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
    """Allow bulk decisions for the service of the case and return the reloaded case."""
    case.version.content["settings"]["decide_together"] = True
    case.version.save()
    return Case.objects.get(pk=case.pk)


def references(*cases: Case) -> list[str]:
    return [case.reference for case in cases]


# -- Tags ----------------------------------------------------------------------------------------------------
def test_tag_is_added_to_several_cases(client, agent):
    first, second, other = CaseFactory(), CaseFactory(refused=True), CaseFactory()
    ticked = {"cases": references(first, second), "name": " Arrivées  de décembre "}
    client.post(reverse("cases:tag_several"), ticked)
    client.post(reverse("cases:tag_several"), ticked | {"name": "ARRIVÉES DE DÉCEMBRE".lower()})

    assert [tag.name for tag in CaseTag.objects.all()] == ["Arrivées de décembre"]
    assert first.events.filter(kind="tagged").count() == 1
    html = client.get(reverse("cases:queue"), {"view": "all", "tag": "Arrivées de décembre"}).text
    assert [f">{case.reference}<" in html for case in (first, second, other)] == [True, True, False]


def test_tag_is_deleted_with_its_last_case(client, agent):
    case = CaseFactory()
    client.post(reverse("cases:tag", args=[case.reference]), {"name": "urgent"})
    tag = CaseTag.objects.get()
    assert "urgent" in client.get(reverse("cases:case", args=[case.reference])).text
    client.post(reverse("cases:untag", args=[case.reference, tag.pk]))
    assert not CaseTag.objects.exists()
    assert case.events.filter(kind="untagged").exists()


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 41])
def test_tag_with_invalid_name_is_refused(client, agent, name):
    case = CaseFactory()
    client.post(reverse("cases:tag_several"), {"cases": references(case), "name": name})
    assert not CaseTag.objects.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("tag_several", {"name": " "}), ("assign_several", {"agent": "gone"})]
)
def test_incomplete_bulk_action_keeps_selection(client, agent, name, said):
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
    """Return the address to which the bulk form leads back."""
    return unescape(re.findall(r'name="back" value="([^"]*)"', response.text)[-1])


def test_only_agents_who_may_treat_case_can_tag(client):
    case = CaseFactory()
    for who in (member(Role.READ), member(team=TeamFactory(key="police"))):
        client.force_login(who)
        client.post(reverse("cases:tag_several"), {"cases": references(case), "name": "x"})
        assert client.post(reverse("cases:tag", args=[case.reference]), {"name": "x"}).status_code == 404
    assert not CaseTag.objects.exists()


# -- Reminders -----------------------------------------------------------------------------------------------
def test_bulk_reminder_skips_and_names_unasked_cases(client, agent):
    waits, other = CaseFactory(asked=True), CaseFactory()
    before = Delivery.objects.filter(subject=waits.subject).count()
    response = client.post(reverse("cases:remind_several"), {"cases": references(waits, other)}, follow=True)
    assert Delivery.objects.filter(subject=waits.subject).count() == before + 1
    assert waits.events.filter(kind="reminded").count() == 1
    assert f"{other.reference}\u00a0: Aucune question ne peut être renvoyée." in response.text


def test_bulk_action_groups_refusals_by_reason(client, agent):
    cases = [CaseFactory() for _ in range(3)]
    answer = client.post(reverse("cases:remind_several"), {"cases": references(*cases)}, follow=True)
    [said] = [str(one) for one in answer.context["messages"]]
    assert all(reference in said for reference in references(*cases))
    assert said.count("Aucune question ne peut être renvoyée.") == 1


def test_applicant_without_email_is_reminded_on_paper(client, agent):
    case = CaseFactory(asked=True, email="")
    client.post(reverse("cases:remind_several"), {"cases": references(case)})
    assert case.events.filter(kind="reminded").exists()
    question, again = (
        Delivery.objects.for_subject(case.subject).filter(carrier="print").order_by("-created_at")[:2]
    )
    assert question.title == again.title


# -- Decisions -----------------------------------------------------------------------------------------------
def test_bulk_decision_requires_confirmation_page(client, agent):
    case, other = together(CaseFactory()), together(CaseFactory())
    ticked = {"cases": references(case, other), "decision": "accept"}
    page = client.post(DECIDE, ticked)
    assert case.reference in page.text
    assert not Case.objects.exclude(outcome="").exists()

    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)
    client.post(DECIDE, ticked | {"confirmed": "1", "seen": seen, "reason": ""})
    assert set(Case.objects.values_list("outcome", flat=True)) == {"accepted"}


def test_service_without_bulk_decisions_decides_singly(client, agent):
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


def test_decision_of_two_agents_is_not_made_in_bulk(client, agent):
    four_eyes = {"key": "decision", "type": "decision", "settings": {"format": 1, "four_eyes": True}}
    case = together(CaseFactory(stages=[four_eyes]))
    page = client.post(DECIDE, {"cases": references(case)}).text
    seen = f"{case.reference}:{audit_log.last_relevant_event(case)}"
    sent = {"cases": references(case), "seen": seen, "confirmed": "1", "decision": "accept"}
    client.post(DECIDE, sent)
    assert f'value="{seen}"' not in page
    assert actions.proposing_agent(case) is None


def test_bulk_accept_skips_case_that_can_only_be_refused(client, agent):
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


def test_bulk_accept_skips_case_with_stage_objection(client, agent, monkeypatch):
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


def test_bulk_decision_excludes_cases_waiting_for_applicant(client, agent):
    ready, waits = together(CaseFactory()), together(CaseFactory(asked=True))
    page = client.post(DECIDE, {"cases": references(ready, waits)}).text
    assert re.findall(r'name="seen" value="([^:]+):', page) == [ready.reference]
    assert "Le requérant n’a pas encore répondu : décidez sur le dossier." in page.replace("\u00a0", " ")


def test_bulk_refusal_requires_reason(client, agent):
    case = together(CaseFactory())
    page = client.post(DECIDE, {"cases": references(case), "confirmed": "1", "decision": "refuse"})
    assert page.status_code == 422
    assert case.reference in page.text
    assert Case.objects.get().outcome == ""


def test_bulk_decision_skips_and_names_stale_cases(client, agent):
    moved, quiet, unseen = (together(CaseFactory()) for _ in range(3))
    page = client.post(DECIDE, {"cases": references(moved, quiet)}).text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    actions.send_message(actor=applicant(moved), case=moved, text="Encore un mot.")
    typed = {"confirmed": "1", "decision": "refuse", "reason": "Délai passé.", "seen": seen}
    response = client.post(DECIDE, typed | {"cases": references(moved, quiet, unseen)}, follow=True)
    assert [Case.objects.get(pk=one.pk).outcome for one in (moved, quiet, unseen)] == ["", "refused", ""]
    assert f"{moved.reference}\u00a0:" in response.text
    assert f"{unseen.reference}\u00a0:" in response.text


def test_bulk_decision_without_permission_is_refused(client):
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


def test_bulk_decision_page_has_constant_query_count(client, agent, django_assert_max_num_queries):
    cases = [together(CaseFactory()) for _ in range(5)]
    client.post(DECIDE, {"cases": references(*cases[:2])})
    with django_assert_max_num_queries(100) as few:
        client.post(DECIDE, {"cases": references(*cases[:2])})
    with django_assert_max_num_queries(len(few)):
        client.post(DECIDE, {"cases": references(*cases)})


@pytest.mark.parametrize("name", ["assign_several", "tag_several", "remind_several", "decide_several"])
def test_bulk_action_needs_agent_and_selection(client, name):
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))
    assert client.post(reverse(f"cases:{name}")).status_code == 404
    client.force_login(member())
    assert client.post(reverse(f"cases:{name}"), {"name": "x"}).url == reverse("cases:queue")
