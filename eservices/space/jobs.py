"""Jobs that delete unopened accounts and old sign-ins."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache

from eservices.accounts.models import User
from home.scheduling.periodic import once_a_minute, periodic_jobs

from .authentication import sign_in_record

UNOPENED_RETENTION = timedelta(days=1)
HOUR = 60 * 60  # seconds


@periodic_jobs.register("unopened_accounts")
@once_a_minute
def delete_unopened_accounts(now: datetime) -> None:
    """Delete accounts whose owner never signed in, a day after the address was entered.

    Accounts with drafts, submissions, teams or groups stay, and those that stand for a program.
    """
    User.objects.never_entered(now - UNOPENED_RETENTION).filter(
        drafts=None, submissions=None, memberships=None, groups=None, api_token=None
    ).delete()


@periodic_jobs.register("sign_ins")
@once_a_minute
def erase_old_sign_ins(now: datetime) -> None:
    """Delete sign-ins after their retention time and, once an hour, list entries of sessions that are gone."""
    sign_in_record.erase_old(now)
    if cache.add("listed-sessions-forgotten", True, HOUR):
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
