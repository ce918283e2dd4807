"""Codes posted to the registered address.

A user who types the code lives there, and the account's identity counts as known.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.deliveries.actions import queue_paper_letter
from home.exceptions import ActionRefused
from home.localization.dates import date_format

from .. import lookup_limits
from ..comparison import ComparedAspect, MatchResult
from ..models import PostedCode
from ..persons import DeclaredPerson, RegisterPerson, to_json_data
from ..population_register import NoRegisterConfigured, RegisterUnavailable, configured_register
from ..signals import lookup_due
from .lookups import ask_and_compare, claim_row, retry_pause

DIGITS, TRIES = 8, 5  # a guess succeeds with a chance of 1 in 20 million
HOLDS = timedelta(days=30)
LIMIT_PERIOD, BY_ACCOUNT, ABOUT_PERSON = timedelta(days=90), 3, 3  # letters, so that nobody is pestered


class CodeRequestRefused(ActionRefused):
    """No code can be requested; the message says why."""


class WrongCode(Exception):
    """The code is wrong.

    ``left``: remaining tries; at 0 a new letter is needed.
    """

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


@transaction.atomic
def request_code(*, actor: User, said: DeclaredPerson, language: str) -> PostedCode:
    """Request a code by letter to the address of the one person of the register that matches ``said``.

    The user gets the same answer whether such a person exists or not. Raise ``CodeRequestRefused`` if the identity
    is known already or too many letters were requested.
    """
    user, now = User.objects.select_for_update().get(pk=actor.pk), timezone.now()
    about = lookup_limits.lookup_person(said)
    lately = PostedCode.objects.filter(asked_at__gt=now - LIMIT_PERIOD)
    if user.identity_level >= IdentityLevel.KNOWN:
        raise CodeRequestRefused(_("Your identity is already verified. You do not need to prove it again."))
    if lately.filter(user=user).count() >= BY_ACCOUNT:
        raise CodeRequestRefused(_("Too many letters were requested recently. Come to our counter."))
    PostedCode.objects.open(now).filter(user=user).update(expires_at=now)  # only the last letter counts
    many = lately.filter(about=about).count() >= ABOUT_PERSON
    code = PostedCode.objects.create(
        user=user,
        declared=to_json_data(said),
        about=about,
        language=language,
        asked_at=now,
        expires_at=now + HOLDS,
        due_at=None if many else now,
    )
    if not many:
        lookup_due.send(sender=PostedCode, row=code)
    return code


def post_code(code_id: int) -> None:
    """Look the person up and queue the letter. Safe to call at any time, any number of times."""
    code = claim_row(PostedCode.objects, code_id)
    if code is None:
        return
    try:
        finding = ask_and_compare(configured_register, code.declared_person, [ComparedAspect.BIRTH_DATE])
    except RegisterUnavailable as fault:
        due_at = (
            None if isinstance(fault, NoRegisterConfigured) else timezone.now() + retry_pause(code.attempts)
        )
        PostedCode.objects.filter(pk=code.pk, attempts=code.attempts).update(due_at=due_at)
    else:
        _write(code, finding.people[0] if finding.outcome == MatchResult.MATCH else None)


def confirm_code(*, actor: User, typed: str) -> IdentityProof:
    """Prove the user's identity by the code of the letter.

    The account then belongs to the person to whom the letter was posted. Raise ``WrongCode`` if the code is wrong;
    the try is counted.
    """
    proof, left = _compare(actor, typed)
    if proof is None:
        raise WrongCode(left)
    return proof


@transaction.atomic
def _compare(actor: User, typed: str) -> tuple[IdentityProof | None, int]:
    now = timezone.now()
    code = PostedCode.objects.select_for_update().open(now).filter(user=actor).exclude(digest="").first()
    person = code.matched_person if code else None
    if code is None or person is None or code.tries >= TRIES:
        return None, 0
    if not _fits(code, "".join(filter(str.isdigit, typed))):
        PostedCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
        return None, TRIES - code.tries - 1
    PostedCode.objects.filter(pk=code.pk).update(used_at=now, digest="")
    proof = accounts.prove_identity(
        actor=None,
        user=actor,
        means=IdentityProof.Means.POSTED_CODE,
        given_names=person.given_names,
        family_name=person.family_name,
        birth_date=person.birth_date,
    )
    return proof, 0


@transaction.atomic
def _write(code: PostedCode, person: RegisterPerson | None) -> None:
    """Queue the letter once. Nothing is posted if the address is protected or unknown."""
    rows = PostedCode.objects.filter(pk=code.pk, attempts=code.attempts, answered_at=None)
    if person is None or person.protected or person.address is None:
        rows.update(answered_at=timezone.now(), due_at=None)
        return
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    written = rows.update(
        answered_at=timezone.now(),
        due_at=None,
        digest=_digest(code, digits),
        person=to_json_data(person),
    )
    if written:
        _queue(code, [person.name, *person.address.lines], f"{digits[:4]} {digits[4:]}")


def _queue(code: PostedCode, recipient: list[str], digits: str) -> None:
    with translation.override(code.language):
        queue_paper_letter(
            address=recipient,
            title=_("Your code"),
            paragraphs=[
                _("A person signed in to the online counter with your name and asked for this code."),
                {"rows": [[_("Your code"), digits]]},
                _("If it was you: sign in, open “Who you are” in your space, and type the code."),
                _("The code is valid until %(day)s.") % {"day": _day(code)},
                _("If it was not you, throw this letter away. Nobody can act in your name without it."),
            ],
            language=code.language,
            subject=code.subject,
            confidential=True,
        )


def _day(code: PostedCode) -> str:
    return date_format(timezone.localdate(code.expires_at), "DATE_FORMAT")


def _fits(code: PostedCode, digits: str) -> bool:
    """Return whether the digits match, also if ``SECRET_KEY`` was changed since the letter was written."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(secrets.compare_digest(code.digest, _digest(code, digits, key)) for key in keys)


def _digest(code: PostedCode, digits: str, key: str | None = None) -> str:
    """Return the hash of the digits under ``key``; without one, under ``SECRET_KEY``."""
    return salted_hmac(f"posted-code-{code.pk}", digits, secret=key, algorithm="sha256").hexdigest()
