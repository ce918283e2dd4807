"""Notifications of agents, and their preferences."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User
from home.scheduling.weekday_mornings import next_weekday_morning

from .. import emails
from ..access import REQUIRED_ROLES, cases_for
from ..models import (
    AgentNotification,
    Case,
    NotificationMethod,
    NotificationPreference,
    NotificationType,
    TeamMember,
)
from ..workflow import absences
from ..workflow.notification_defaults import DEFAULT_METHODS, NEAR_DEADLINE
from .base import lock_case

DIGEST = 200  # most notifications in one digest


def notify_agents(*, case: Case, kind: NotificationType, users: Iterable[User], **context: Any) -> None:
    """Notify each of ``users`` by their preferred method, in the caller's transaction.

    Nobody is notified of a rehearsal. ``context``: what the e-mail of this kind shows if it is sent immediately.
    """
    if case.rehearsal:
        return
    recipients = [user for user in users if user.is_active and user.email]
    methods = {
        choice.user_id: choice.way
        for choice in NotificationPreference.objects.filter(user__in=recipients, kind=kind)
    }
    for user in recipients:
        way = methods.get(user.pk, DEFAULT_METHODS[kind])
        if way == NotificationMethod.NOW:
            emails.send_agent_notification(case, user, kind, **context)
        if way == NotificationMethod.DAILY or (
            way == NotificationMethod.NOW and kind == NotificationType.DEADLINE
        ):
            _store_notification(case, user, kind, sent=way == NotificationMethod.NOW)


def notify_team_of_new_case(*, case: Case, but: User | None = None) -> None:
    """Notify the team members who work on cases, and may see this one, of its arrival."""
    treat = TeamMember.objects.filter(team=case.team_id, role__gte=REQUIRED_ROLES["take"]).select_related(
        "user"
    )
    asked = treat.filter(user__notice_choices__kind=NotificationType.NEW).exclude(user=but)
    users = [member.user for member in asked if cases_for(member.user).filter(pk=case.pk).exists()]
    notify_agents(case=case, kind=NotificationType.NEW, users=users)


def notify_of_proposal(*, case: Case, by: User, outcome: str) -> None:
    """Notify the members who may confirm the proposal of ``by``.

    Members who are away are left out unless all are away.
    """
    members = absences.members_who_may_confirm(case, by.pk).select_related("user")
    users, absences_by_agent = [member.user for member in members], absences.absences_by_user(case.team_id)
    present = [user for user in users if user.pk not in absences_by_agent]
    notify_agents(case=case, kind=NotificationType.REVIEW, users=present or users, by=by, outcome=outcome)


def notify_of_near_deadlines(now: datetime) -> None:
    """Notify assigned agents of cases whose deadline is near, once per case."""
    notified = AgentNotification.objects.filter(kind=NotificationType.DEADLINE).values("case")
    near = (
        Case.objects.real()
        .open()
        .filter(deadline__gt=now, deadline__lte=now + NEAR_DEADLINE, paused_at=None, assignee__isnull=False)
    )
    silent = NotificationPreference.objects.filter(
        kind=NotificationType.DEADLINE, way=NotificationMethod.NEVER
    ).values("user")
    for case in near.exclude(pk__in=notified).exclude(assignee__in=silent):
        _notify_of_deadline(case.pk)


@transaction.atomic
def _notify_of_deadline(pk: UUID | str) -> None:
    """Notify the assigned agent. Takes the lock of the case, so that of two schedulers only one notifies."""
    case = lock_case(pk)
    if (
        case.assignee
        and not AgentNotification.objects.filter(case=case, kind=NotificationType.DEADLINE).exists()
    ):
        notify_agents(case=case, kind=NotificationType.DEADLINE, users=[case.assignee])


@transaction.atomic
def send_digest(*, user: User, now: datetime) -> bool:
    """Send ``user`` the due notifications in one e-mail.

    Return False if another worker was faster or nothing is left to send. Cases that the user may not see any more are
    left out.
    """
    due = list(AgentNotification.objects.due(now).filter(user=user).select_for_update()[:DIGEST])
    AgentNotification.objects.filter(pk__in=[one.pk for one in due]).update(sent_at=now)
    cases = (
        cases_for(user).filter(pk__in=[one.case_id for one in due]).select_related("version", "submission")
    )
    seen = {case.pk: case for case in cases}
    rows = [(one, seen[one.case_id]) for one in due if one.case_id in seen]
    if rows and user.is_active:
        emails.send_agent_digest(user, rows)
    return bool(rows)


@transaction.atomic
def save_preferences(*, actor: User, methods: dict[str, str]) -> None:
    """Save the notification methods of ``actor``, by kind."""
    for kind, method in methods.items():
        NotificationPreference.objects.update_or_create(user=actor, kind=kind, defaults={"way": method})


def _store_notification(case: Case, user: User, kind: str, *, sent: bool) -> None:
    now = timezone.now()
    due = now if sent else next_weekday_morning(timezone.localtime(now))
    AgentNotification.objects.get_or_create(
        case=case, user=user, kind=kind, sent_at=now if sent else None, defaults={"due_at": due}
    )
