"""Related cases: links, duplicates, redirection, transfer to another team, and reopening."""

import pytest
from django.urls import reverse

from eservices.cases import access, actions, audit_log, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case, CaseStage, Role
from eservices.cases.states import CaseOutcome
from eservices.deliveries.models import Delivery
from eservices.submissions.models import Draft
from tests.factories.cases import CaseFactory, TeamFactory, another_service, applicant, member, tied

pytestmark = pytest.mark.django_db


def do(client, case, deed, **data):
    return client.post(reverse("cases:do", args=[case.reference, deed]), data)


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def last_letter(case) -> Delivery:
    return Delivery.objects.for_subject(case.subject).latest("created_at")


def test_duplicate_is_closed_and_both_cases_name_each_other(client):
    survivor, duplicate = CaseFactory(), CaseFactory()
    client.force_login(member(Role.TREAT))
    assert do(client, duplicate, "merge", other=survivor.reference.lower()).status_code == 302
    duplicate = fresh(duplicate)
    assert (duplicate.outcome, duplicate.duplicate_of) == (CaseOutcome.DUPLICATE, survivor)
    assert fresh(survivor).is_open
    assert survivor.reference in last_letter(duplicate).payload["text"]
    for one, other in ((duplicate, survivor), (survivor, duplicate)):
        assert other.reference in client.get(reverse("cases:case", args=[one.reference])).text


def test_merge_into_duplicate_or_itself_is_refused(client):
    survivor, duplicate, third = CaseFactory(), CaseFactory(), CaseFactory()
    actions.merge_into(actor=member(), case=duplicate, other=survivor)
    with pytest.raises(IllegalTransition):
        actions.merge_into(actor=member(), case=third, other=duplicate)
    with pytest.raises(IllegalTransition):
        actions.merge_into(actor=member(), case=survivor, other=survivor)
    client.force_login(member())
    for typed in ("ORV-26-99999", survivor.reference, "\0", "", "x" * 99):
        assert do(client, survivor, "merge", other=typed).status_code == 422


def test_closed_case_cannot_become_duplicate(client):
    closed, survivor = CaseFactory(refused=True), CaseFactory()
    client.force_login(member())
    assert do(client, closed, "merge", other=survivor.reference).status_code == 409
    assert (fresh(closed).outcome, fresh(closed).duplicate_of) == (CaseOutcome.REFUSED, None)


@pytest.mark.parametrize("deed", ["merge", "redirect"])
def test_merge_and_redirect_on_stale_page_are_refused(client, deed):
    case, survivor, form = CaseFactory(), CaseFactory(), another_service()
    said = {"other": survivor.reference, "form": form.pk, "reason": "Pas chez nous."}
    seen = audit_log.last_relevant_event(case)
    actions.send_message(actor=applicant(case), case=case, text="Encore un mot.")
    client.force_login(member())
    assert do(client, case, deed, seen=seen, **said).status_code == 409
    assert fresh(case).is_open
    assert do(client, case, deed, seen=audit_log.last_relevant_event(case), **said).status_code == 302
    assert not fresh(case).is_open


def test_cases_of_other_team_cannot_be_merged_or_linked(client):
    case, foreign = CaseFactory(), CaseFactory()
    Case.objects.filter(pk=foreign.pk).update(team=TeamFactory(key="police"))
    client.force_login(member())
    for deed in ("merge", "tie", "untie"):
        assert do(client, case, deed, other=foreign.reference).status_code == 422


def test_case_page_lists_linked_cases_and_duplicates(client):
    case, other, twice, alone = (CaseFactory() for _ in range(4))
    actions.relate_cases(actor=member(), case=other, other=case)
    actions.merge_into(actor=member(), case=twice, other=case)
    client.force_login(member())

    def beside(one: Case, name: str) -> list[str]:
        shown = client.get(reverse("cases:case", args=[one.reference])).context[name]
        return [line.reference for line in shown]

    assert (beside(case, "tied"), beside(case, "duplicates")) == ([other.reference], [twice.reference])
    assert (beside(other, "tied"), beside(other, "duplicates")) == ([case.reference], [])
    assert (beside(alone, "tied"), beside(alone, "duplicates")) == ([], [])


def test_linking_case_to_itself_or_unknown_case_is_refused(client):
    case, other = CaseFactory(), CaseFactory()
    client.force_login(member(Role.TREAT))
    for typed in (case.reference, "ORV-26-99999", ""):
        assert do(client, case, "tie", other=typed).status_code == 422
    assert not case.events.filter(kind="tied").exists()
    for _twice in range(2):
        assert do(client, case, "tie", other=other.reference.lower()).status_code == 302
    assert [one.events.filter(kind="tied").count() for one in (case, other)] == [1, 1]
    assert other.reference in client.get(reverse("cases:case", args=[case.reference])).text


def test_link_is_symmetric_and_can_be_removed(client):
    case = CaseFactory()
    other, agent = tied(case), member()
    assert list(access.related_cases_linked(agent, case)) == [other]
    assert list(access.related_cases_linked(agent, other)) == [case]
    client.force_login(agent)
    assert do(client, other, "untie", other=case.reference).status_code == 302
    assert not access.related_cases_linked(agent, case).exists()


def test_other_cases_of_same_applicant_are_shown():
    case, same, stranger = CaseFactory(), CaseFactory(), CaseFactory(email="autre@courriel.example")
    stranger.submission.phone = ""
    stranger.submission.save()
    assert list(access.cases_of_same_applicant(member(), case)) == [same]
    assert not access.cases_of_same_applicant(member(team=TeamFactory(key="police")), case).exists()


def test_transferred_case_is_hidden_from_former_team(client):
    case, police = CaseFactory(taken=True), TeamFactory(key="police")
    client.force_login(member())
    done = do(client, case, "hand_over", team=police.pk, reason="Pour la police.")
    assert done.url == reverse("cases:queue")
    case = fresh(case)
    assert (case.team, case.assignee) == (police, None)
    assert client.get(reverse("cases:case", args=[case.reference])).status_code == 404


@pytest.mark.parametrize(("deed", "field"), [("hand_over", "team"), ("redirect", "form")])
def test_transfer_and_redirect_forms_preselect_nothing(client, deed, field):
    case, _police, _form = CaseFactory(), TeamFactory(key="police"), another_service()
    client.force_login(member())
    shown = client.get(reverse("cases:do", args=[case.reference, deed])).text
    assert shown.partition("<option")[2].startswith(' value=""')
    said = do(client, case, deed, reason="Ailleurs.", **{field: ""})
    assert said.status_code == 422
    assert "Ailleurs." in said.text
    assert fresh(case).team == case.team


def test_redirect_starts_draft_with_known_answers(client):
    case, form = CaseFactory(), another_service()
    client.force_login(member())
    assert do(client, case, "redirect", form=form.pk, reason="C’est un permis.").status_code == 302
    case, draft = fresh(case), Draft.objects.get(version__form=form)
    assert case.outcome == CaseOutcome.REDIRECTED
    assert draft.answers["nom"] == "Marchetti"
    assert (draft.agent, draft.completed) == (None, [])
    assert draft.secret in last_letter(case).payload["text"]
    assert client.get(reverse("submissions:resume", args=[draft.secret]), follow=True).status_code == 200


def test_invalid_redirect_is_refused(client):
    case, closed, form = CaseFactory(), CaseFactory(refused=True), another_service()
    client.force_login(member())
    for said in (
        {"form": case.form_id, "reason": "C’est un permis."},
        {"form": case.pk, "reason": "C’est un permis."},
        {"form": form.pk, "reason": " "},
    ):
        assert do(client, case, "redirect", **said).status_code == 422
    assert do(client, closed, "redirect", form=form.pk, reason="C’est un permis.").status_code == 409
    assert fresh(case).is_open
    assert fresh(closed).outcome == CaseOutcome.REFUSED
    assert not Draft.objects.filter(version__form=form).exists()


def test_redirected_counter_case_continues_with_agent():
    case, form, agent = CaseFactory(), another_service(), member()
    case.submission.channel = "counter"
    case.submission.save()
    draft = actions.redirect_to_service(actor=agent, case=case, form=form, reason="C’est un permis.")
    assert draft.agent == agent
    assert draft.secret not in last_letter(case).payload["text"]


@pytest.mark.parametrize("situation", ["refused", "accepted", "withdrawn"])
def test_closed_case_is_reopened_and_decided_again(situation):
    case = CaseFactory(**{situation: True})
    actions.reopen_case(actor=member(), case=case, reason="Un recours est fondé.")
    case = fresh(case)
    assert (case.state, case.outcome, case.closed_at) == ("in_progress", "", None)
    assert "Un recours est fondé." in last_letter(case).payload["text"]
    row = case.stages.get()
    assert row.progress != CaseStage.Progress.DONE
    assert "by" not in row.data
    actions.accept_case(actor=member(), case=case)
    assert fresh(case).outcome == "accepted"


def test_completed_case_without_stages_cannot_be_reopened():
    case = CaseFactory(stages=[])
    assert not case.is_open
    with pytest.raises(IllegalTransition):
        actions.reopen_case(actor=member(), case=case, reason="Encore.")


def test_withdrawn_case_without_decision_resumes_its_stages():
    asked = {"key": "bail", "type": "question", "settings": {"format": 1, "text": "Le bail ?", "days": 5}}
    case = CaseFactory(stages=[asked])
    actions.withdraw_request(actor=applicant(case), case=case)
    assert case.messages.filter(kind="question").count() == 1
    actions.reopen_case(actor=member(), case=fresh(case), reason="Retirée par erreur.")
    process.advance_case(case.pk)
    assert (fresh(case).state, fresh(case).outcome) == ("waiting", "")
    assert case.messages.filter(kind="question").count() == 2


def test_reopening_on_case_page_sends_reason_to_applicant(client):
    case = CaseFactory(refused=True)
    client.force_login(member(Role.DECIDE))
    screen = client.get(reverse("cases:case", args=[case.reference])).text
    assert reverse("cases:do", args=[case.reference, "reopen"]) in screen
    assert do(client, case, "reopen", reason=" ").status_code == 422
    assert do(client, case, "reopen", reason="Le bail est arrivé.").status_code == 302
    assert fresh(case).is_open
    assert "Le bail est arrivé." in last_letter(case).payload["text"]
    assert do(client, case, "reopen", reason="Encore.").status_code == 409
