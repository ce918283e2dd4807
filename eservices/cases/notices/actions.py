"""Telling agents, and what they choose."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import deputies, emails
from eservices.cases.access import NEEDED, cases_for
from eservices.cases.actions.base import locked
from eservices.cases.models import Case, Notice, NoticeChoice, NoticeKind, NoticeWay, TeamMember

from .rules import NEAR, UNCHOSEN, digest_at

DIGEST = 200  # cases of one digest


def tell(*, case: Case, kind: NoticeKind, users: Iterable[User], **context) -> None:
    """Tells each of ``users``, in the caller's transaction, the way each chose. Of a rehearsal nobody is told.

    ``context`` is what the letter of the kind shows where it goes at once.
    """
    if case.rehearsal:
        return
    told = [user for user in users if user.is_active and user.email]
    ways = {choice.user_id: choice.way for choice in NoticeChoice.objects.filter(user__in=told, kind=kind)}
    for user in told:
        way = ways.get(user.pk, UNCHOSEN[kind])
        if way == NoticeWay.NOW:
            emails.to_agent(case, user, kind, **context)
        if way == NoticeWay.DAILY or (way == NoticeWay.NOW and kind == NoticeKind.DEADLINE):
            _keep(case, user, kind, sent=way == NoticeWay.NOW)


def tell_team(*, case: Case, but: User | None = None) -> None:
    """Tells who treats cases of the team, and may see this one, that it arrived."""
    treat = TeamMember.objects.filter(team=case.team_id, role__gte=NEEDED["take"]).select_related("user")
    asked = treat.filter(user__notice_choices__kind=NoticeKind.NEW).exclude(user=but)
    users = [member.user for member in asked if cases_for(member.user).filter(pk=case.pk).exists()]
    tell(case=case, kind=NoticeKind.NEW, users=users)


def tell_of_proposal(*, case: Case, by: User, outcome: str) -> None:
    """Tells those who may confirm what ``by`` proposed, but who is away while others are there."""
    members = deputies.who_confirm(case, by.pk).select_related("user")
    users, gone = [member.user for member in members], deputies.away(case.team_id)
    present = [user for user in users if user.pk not in gone]
    tell(case=case, kind=NoticeKind.REVIEW, users=present or users, by=by, outcome=outcome)


def tell_of_deadlines(now: datetime) -> None:
    """Tells agents of their cases whose deadline is near, each once."""
    told = Notice.objects.filter(kind=NoticeKind.DEADLINE).values("case")
    near = (
        Case.objects.real()
        .open()
        .filter(deadline__gt=now, deadline__lte=now + NEAR, paused_at=None, assignee__isnull=False)
    )
    silent = NoticeChoice.objects.filter(kind=NoticeKind.DEADLINE, way=NoticeWay.NEVER).values("user")
    for case in near.exclude(pk__in=told).exclude(assignee__in=silent):
        _tell_of_deadline(case.pk)


@transaction.atomic
def _tell_of_deadline(pk) -> None:
    """Under the lock of the case: of two schedulers one tells."""
    case = locked(pk)
    if case.assignee and not Notice.objects.filter(case=case, kind=NoticeKind.DEADLINE).exists():
        tell(case=case, kind=NoticeKind.DEADLINE, users=[case.assignee])


@transaction.atomic
def send_digest(*, user: User, now: datetime) -> bool:
    """Writes to ``user`` what is due for the digest, in one e-mail; False where another was faster or it is empty.

    What the person may no longer see is left out.
    """
    due = list(Notice.objects.due(now).filter(user=user).select_for_update()[:DIGEST])
    Notice.objects.filter(pk__in=[one.pk for one in due]).update(sent_at=now)
    cases = (
        cases_for(user).filter(pk__in=[one.case_id for one in due]).select_related("version", "submission")
    )
    seen = {case.pk: case for case in cases}
    rows = [(one, seen[one.case_id]) for one in due if one.case_id in seen]
    if rows and user.is_active:
        emails.digest(user, rows)
    return bool(rows)


@transaction.atomic
def choose(*, actor: User, ways: dict[str, str]) -> None:
    """Keeps how ``actor`` wants to be told, by kind."""
    for kind, way in ways.items():
        NoticeChoice.objects.update_or_create(user=actor, kind=kind, defaults={"way": way})


def _keep(case: Case, user: User, kind: str, *, sent: bool) -> None:
    now = timezone.now()
    due = now if sent else digest_at(timezone.localtime(now))
    Notice.objects.get_or_create(
        case=case, user=user, kind=kind, sent_at=now if sent else None, defaults={"due_at": due}
    )
