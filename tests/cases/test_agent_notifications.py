"""Agent notifications, by the method each agent chose: at once, in a daily digest, or never."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions
from eservices.cases.actions import agent_notifications as notices
from eservices.cases.jobs import send_agent_notifications
from eservices.cases.models import (
    AgentNotification,
    Case,
    NotificationMethod,
    NotificationType,
    Role,
    Team,
    TeamMember,
)
from eservices.deliveries.models import Delivery
from home.scheduling.weekday_mornings import next_weekday_morning
from tests.factories.accounts import UserFactory, account_fields
from tests.factories.cases import CaseFactory, applicant, member

pytestmark = pytest.mark.django_db


def chooses(user, **ways):
    notices.save_preferences(actor=user, methods=ways)
    return user


def notification_titles(user) -> list[str]:
    return [one.title for one in Delivery.objects.filter(recipient=user.email).order_by("created_at")]


def name_of(user) -> str:
    """Return the name by which a note mentions a colleague."""
    return user.email.partition("@")[0]


def answered_case(agent) -> Case:
    case = CaseFactory(asked=True, assignee=agent)
    actions.answer_question(actor=applicant(case), case=case, text="La voici.")
    return case


# -- At once ------------------------------------------------------------------------------------------------
def test_answer_notifies_agent_at_once_by_default():
    agent = member()
    case = answered_case(agent)
    [title] = notification_titles(agent)
    assert case.reference in title


def test_assignment_notifies_agent_unless_self_assigned():
    lead, agent = member(), member(Role.TREAT)
    case = CaseFactory()
    actions.assign_case(actor=lead, case=case, agent=agent)
    actions.assign_case(actor=lead, case=case, agent=lead)
    assert len(notification_titles(agent)) == 1
    assert notification_titles(lead) == []


def test_mention_in_note_notifies_by_chosen_method():
    now, later = member(), chooses(member(), mentioned=NotificationMethod.DAILY)
    case = CaseFactory()
    actions.add_note(actor=member(), case=case, text=f"@{name_of(now)} @{name_of(later)} : à voir ensemble")
    assert len(notification_titles(now)) == 1
    assert notification_titles(later) == []
    assert later.notices.get().kind == NotificationType.MENTIONED


def test_new_case_notifies_team_members_who_chose_it():
    wants, silent = chooses(member(Role.TREAT), new=NotificationMethod.NOW), member(Role.TREAT)
    reader = chooses(member(Role.READ), new=NotificationMethod.NOW)
    stranger = chooses(
        member(team=Team.objects.create(key="voirie", name="Voirie")), new=NotificationMethod.NOW
    )
    CaseFactory()
    assert [len(notification_titles(user)) for user in (wants, silent, reader, stranger)] == [1, 0, 0, 0]


def test_protected_case_is_left_out_of_digest():
    agent = chooses(member(), new=NotificationMethod.DAILY)
    case = CaseFactory()
    actions.protect(actor=member(), case=case)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        notices.send_digest(user=agent, now=timezone.now())
    assert notification_titles(agent) == []


def test_rehearsal_notifies_nobody():
    agent = chooses(member(), new=NotificationMethod.NOW)
    CaseFactory(rehearsal=True)
    assert notification_titles(agent) == []


# -- Decisions of two agents --------------------------------------------------------------------------------
FOUR_EYES = {"key": "decision", "type": "decision", "settings": {"four_eyes": True}}


def proposed_case(proposer, **fields) -> Case:
    case = CaseFactory(stages=[FOUR_EYES], **fields)
    actions.accept_case(actor=proposer, case=case)
    return case


def test_proposal_notifies_only_agents_who_may_confirm():
    proposer, second, lead = member(Role.DECIDE), member(Role.DECIDE), member(Role.LEAD)
    treats, reads = member(Role.TREAT), member(Role.READ)
    stranger = member(team=Team.objects.create(key="voirie", name="Voirie"))
    case = proposed_case(proposer)
    for user in (second, lead):
        [title] = notification_titles(user)
        assert case.reference in title
    assert [notification_titles(user) for user in (proposer, treats, reads, stranger)] == [[], [], [], []]
    text = Delivery.objects.get(recipient=second.email).payload["text"]
    assert str(proposer) in text
    assert reverse("cases:case", args=[case.reference]) in text


def test_proposal_notifies_by_chosen_method():
    later, never = (
        chooses(member(), review=NotificationMethod.DAILY),
        chooses(member(), review=NotificationMethod.NEVER),
    )
    proposed_case(member())
    assert notification_titles(later) == notification_titles(never) == []
    assert later.notices.get().kind == NotificationType.REVIEW
    assert not never.notices.exists()


def test_proposal_in_protected_case_notifies_authorized_agents():
    trusted, other, proposer = member(), member(), member()
    TeamMember.objects.filter(user__in=[trusted, proposer]).update(sees_protected=True)
    case = CaseFactory(stages=[FOUR_EYES])
    actions.protect(actor=proposer, case=case)
    actions.accept_case(actor=proposer, case=case)
    assert (len(notification_titles(trusted)), notification_titles(other)) == (1, [])


def test_proposal_skips_absent_agent_if_deputy_can_confirm():
    proposer, gone, here = member(), member(), member()
    today = timezone.localdate()
    case = CaseFactory(stages=[FOUR_EYES])
    actions.plan_absence(actor=gone, team=case.team, user=gone, first_day=today, last_day=today, deputy=here)
    actions.refuse_case(actor=proposer, case=case, reason="Le bail manque.")
    assert (notification_titles(gone), len(notification_titles(here))) == ([], 1)


def test_rejected_proposal_notifies_proposer_with_reason():
    proposer, second = member(), member()
    case = proposed_case(proposer)
    actions.review_proposal(actor=second, case=case, agreed=False, reason="Le plan manque.")
    [letter] = Delivery.objects.filter(recipient=proposer.email)
    assert "Le plan manque." in letter.payload["text"]
    assert (
        len(notification_titles(second)) == 1
    )  # about the proposal; the rejection is the agent's own action


def test_proposal_is_listed_for_agents_who_may_confirm(client):
    proposer, second, treats = member(Role.DECIDE), member(Role.DECIDE), member(Role.TREAT)
    case, queue, home = proposed_case(proposer), reverse("cases:queue"), reverse("wagtailadmin_home")
    view = f"{queue}?view=confirm"
    for user, shown in ((second, True), (proposer, False), (treats, False)):
        client.force_login(user)
        assert (f'href="{view}"' in client.get(home).text) is shown
        assert ("?view=confirm" in client.get(queue).text) is shown
    for user, shown in ((second, True), (proposer, False)):
        client.force_login(user)
        assert (f">{case.reference}<" in client.get(view).text) is shown
    actions.review_proposal(actor=second, case=case, agreed=True)
    client.force_login(second)
    assert "view=confirm" not in client.get(home).text


# -- Digest, or never ----------------------------------------------------------------------------------------
def test_digest_collects_notifications_and_is_sent_once():
    agent = chooses(member(), answered=NotificationMethod.DAILY, new=NotificationMethod.DAILY)
    with time_machine.travel("2026-11-24 14:00Z"):
        cases = [answered_case(agent), CaseFactory()]
        send_agent_notifications(timezone.now())
    assert notification_titles(agent) == []
    with time_machine.travel("2026-11-25 06:01Z"):
        send_agent_notifications(timezone.now())
        send_agent_notifications(timezone.now())
    [digest] = Delivery.objects.filter(recipient=agent.email)
    assert all(case.reference in digest.payload["text"] for case in cases)
    assert "La voici" not in digest.payload["text"]


def test_digest_leaves_out_cases_of_former_team():
    agent = chooses(member(), answered=NotificationMethod.DAILY)
    answered_case(agent)
    agent.memberships.all().delete()
    assert not notices.send_digest(user=agent, now=timezone.now() + timedelta(days=4))
    assert notification_titles(agent) == []


def test_agent_who_chose_never_is_not_notified():
    agent = chooses(member(), answered=NotificationMethod.NEVER)
    answered_case(agent)
    assert notification_titles(agent) == []
    assert not AgentNotification.objects.exists()


@pytest.mark.parametrize("way", [NotificationMethod.NOW, NotificationMethod.DAILY, NotificationMethod.NEVER])
def test_near_deadline_notifies_once(way):
    agent = chooses(member(), deadline=way)
    with time_machine.travel("2026-11-24 09:00Z"):
        CaseFactory(assignee=agent, deadline=timezone.now() + timedelta(hours=20))
        CaseFactory(assignee=agent, deadline=timezone.now() + timedelta(days=3))
        for _sweep in range(2):
            send_agent_notifications(timezone.now())
    with time_machine.travel("2026-11-25 07:00Z"):
        send_agent_notifications(timezone.now())
    assert len(notification_titles(agent)) == (0 if way == NotificationMethod.NEVER else 1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 24, 6, 59), datetime(2026, 11, 24, 7)),
        (datetime(2026, 11, 24, 7), datetime(2026, 11, 25, 7)),
        (datetime(2026, 11, 27, 18), datetime(2026, 11, 30, 7)),
        (datetime(2026, 11, 28, 3), datetime(2026, 11, 30, 7)),
    ],
)
def test_digest_waits_for_next_weekday_morning(now, due):
    assert next_weekday_morning(now.replace(tzinfo=UTC)) == due.replace(tzinfo=UTC)


# -- Preferences ---------------------------------------------------------------------------------------------
def test_agent_chooses_notifications_in_account(client):
    agent = member()
    client.force_login(agent)
    url = reverse("wagtailadmin_account")
    shown = client.get(url).text
    assert shown.count('name="notices-') == len(NotificationType) * len(NotificationMethod)
    data = {f"notices-{kind}": NotificationMethod.DAILY for kind in NotificationType}
    client.post(url, data | account_fields(agent))
    assert set(agent.notice_choices.values_list("way", flat=True)) == {NotificationMethod.DAILY}
    client.post(url, data | {"notices-new": "x"} | account_fields(agent))
    assert agent.notice_choices.get(kind=NotificationType.NEW).way == NotificationMethod.DAILY


def test_editor_cannot_choose_agent_notifications(client):
    editor = UserFactory(is_staff=True, roles=["editors"])
    client.force_login(editor)
    url = reverse("wagtailadmin_account")
    assert 'name="notices-' not in client.get(url).text
    client.post(
        url,
        {f"notices-{kind}": NotificationMethod.DAILY for kind in NotificationType} | account_fields(editor),
    )
    assert not editor.notice_choices.exists()
