"""How often the register is asked for one sender and about one person: nobody shall find out about others by trying.

Counted by rows under digests, since the cache may forget. Who files for somebody at the counter is not counted,
nor is whoever is known and asks about herself.
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
    """Who sent the case: the account, else the e-mail address that was given."""
    sent = case.submission
    return _digest("sender", f"user:{sent.user_id}" if sent.user_id else sent.email)


def lookup_person(declared: DeclaredPerson) -> str:
    """Whom it is about, as far as name and date of birth tell."""
    return _digest("about", " ".join([*sorted(name_words(declared.name)), str(declared.birth_date)]))


def is_limit_reached(case: Case, check: RegisterCheck, now: datetime) -> bool:
    """Whether enough was asked already for now."""
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
    return identity_level_of(case) >= IdentityLevel.KNOWN and set(name_words(check.said.name)) == applicant


def _digest(kind: str, text: str) -> str:
    return salted_hmac(f"register-{kind}", text, algorithm="sha256").hexdigest()
