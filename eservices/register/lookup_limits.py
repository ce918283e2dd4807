"""Limits of lookups per sender and per person, so that nobody can learn about others by trying.

They are counted in rows under hashes, because the cache may lose its entries. Cases filed by agents at the counter
are not counted, nor are those of users with proven identity about themselves.
"""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from eservices.accounts.models import IdentityLevel
from eservices.accounts.person_names import name_words
from eservices.cases.models import Case
from eservices.cases.workflow.identity import identity_level_of

from .models import RegisterCheck
from .persons import DeclaredPerson

LIMIT_PERIOD = timedelta(days=1)
BY_SENDER, ABOUT_PERSON = 8, 5


def lookup_sender(case: Case) -> str:
    """Return a hash of the sender of the case: of the account, else of the e-mail address."""
    sent = case.submission
    return _digest("sender", f"user:{sent.user_id}" if sent.user_id else sent.email)


def lookup_person(declared: DeclaredPerson) -> str:
    """Return a hash of the declared name and date of birth."""
    return _digest("about", " ".join([*sorted(name_words(declared.name)), str(declared.birth_date)]))


def is_limit_reached(case: Case, check: RegisterCheck, now: datetime) -> bool:
    """Return whether the sender or the person reached the limit of ``LIMIT_PERIOD``."""
    if case.submission.agent_id or case.rehearsal or _about_oneself(case, check):
        return False
    lately = RegisterCheck.objects.filter(
        asked_at__gt=now - LIMIT_PERIOD, stage__case__rehearsal=False
    ).exclude(pk=check.pk)
    return (
        lately.filter(sender=check.sender).count() >= BY_SENDER
        or lately.filter(about=check.about).count() >= ABOUT_PERSON
    )


def _about_oneself(case: Case, check: RegisterCheck) -> bool:
    if check.named:
        return False
    applicant = set(name_words(case.applicant))
    return (
        identity_level_of(case) >= IdentityLevel.KNOWN
        and set(name_words(check.declared_person.name)) == applicant
    )


def _digest(kind: str, text: str) -> str:
    return salted_hmac(f"register-{kind}", text, algorithm="sha256").hexdigest()
