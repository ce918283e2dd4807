"""A code goes to the registered address; whoever types it in lives there, and the account is known."""

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
from eservices.deliveries.actions import queue_letter
from home.dates import date_format

from .. import tasks, tries
from ..comparing import Aspect, Found
from ..models import PostedCode
from ..people import Declared, Person, content_of
from ..registers import Absent, Away, register
from .base import ask, claim, pause, wake_worker

DIGITS, TRIES = 8, 5  # one of 20 million who guess gets in
HOLDS = timedelta(days=30)
SPAN, BY_ACCOUNT, ABOUT_PERSON = timedelta(days=90), 3, 3  # letters: nobody is pestered with them


class CannotAsk(Exception):
    """No code is sent; the message says why."""


class WrongCode(Exception):
    """This is not the code. ``left``: tries that remain; none: a new letter is needed."""

    def __init__(self, left: int):
        super().__init__(left)
        self.left = left


@transaction.atomic
def request_code(*, actor: User, said: Declared, language: str) -> PostedCode:
    """The actor says who she is; if the register knows exactly one such person, a letter goes to that address.

    She is told the same whether it does or not. Raises ``CannotAsk`` where she is known or asked too often.
    """
    user, now = User.objects.select_for_update().get(pk=actor.pk), timezone.now()
    about = tries.about(said)
    lately = PostedCode.objects.filter(asked_at__gt=now - SPAN)
    if user.identity_level >= IdentityLevel.KNOWN:
        raise CannotAsk(_("We know you already: there is nothing to prove."))
    if lately.filter(user=user).count() >= BY_ACCOUNT:
        raise CannotAsk(_("Enough letters were asked for lately. Please come to the counter."))
    PostedCode.objects.open(now).filter(user=user).update(expires_at=now)  # the last letter counts
    many = lately.filter(about=about).count() >= ABOUT_PERSON
    code = PostedCode.objects.create(
        user=user,
        declared=content_of(said),
        about=about,
        language=language,
        asked_at=now,
        expires_at=now + HOLDS,
        due_at=None if many else now,
    )
    if not many:
        wake_worker(tasks.post_code, code)
    return code


def post_code(code_id) -> None:
    """Looks the person up and writes the letter. Safe to call at any time, any number of times."""
    code = claim(PostedCode.objects, code_id)
    if code is None:
        return
    try:
        finding = ask(register, code.said, [Aspect.BIRTH_DATE])
    except Away as fault:
        due_at = None if isinstance(fault, Absent) else timezone.now() + pause(code.attempts)
        PostedCode.objects.filter(pk=code.pk, attempts=code.attempts).update(due_at=due_at)
    else:
        _write(code, finding.people[0] if finding.outcome == Found.MATCH else None)


def type_code(*, actor: User, typed: str) -> IdentityProof:
    """The actor types the code of the letter: the account is known to be the person's it was posted to.

    Raises ``WrongCode``; that it was tried is kept.
    """
    proof, left = _compare(actor, typed)
    if proof is None:
        raise WrongCode(left)
    return proof


@transaction.atomic
def _compare(actor: User, typed: str) -> tuple[IdentityProof | None, int]:
    now = timezone.now()
    code = PostedCode.objects.select_for_update().open(now).filter(user=actor).exclude(digest="").first()
    if code is None or code.tries >= TRIES:
        return None, 0
    if not _fits(code, "".join(filter(str.isdigit, typed))):
        PostedCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
        return None, TRIES - code.tries - 1
    PostedCode.objects.filter(pk=code.pk).update(used_at=now, digest="")
    person = code.found
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
def _write(code: PostedCode, person: Person | None) -> None:
    """Puts the letter into the print queue, once. Nobody writes to an address that is protected or not known."""
    rows = PostedCode.objects.filter(pk=code.pk, attempts=code.attempts, answered_at=None)
    if person is None or person.protected or person.address is None:
        rows.update(answered_at=timezone.now(), due_at=None)
        return
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    written = rows.update(
        answered_at=timezone.now(),
        due_at=None,
        digest=_digest(code, digits),
        person=content_of(person),
    )
    if written:
        _queue(code, person, f"{digits[:4]} {digits[4:]}")


def _queue(code: PostedCode, person: Person, digits: str) -> None:
    with translation.override(code.language):
        queue_letter(
            address=[person.name, *person.address.lines],
            title=_("Your code"),
            paragraphs=[
                _("Somebody signed in to the online counter, said to be you, and asked for this code."),
                {"rows": [[_("Your code"), digits]]},
                _("If it was you: sign in, open “Who you are” in your space, and type the code."),
                _("It holds until %(day)s.") % {"day": _day(code)},
                _("If it was not you: throw this letter away. Without it nobody can act in your name."),
            ],
            language=code.language,
            subject=code.subject,
            confidential=True,
        )


def _day(code: PostedCode) -> str:
    return date_format(timezone.localdate(code.expires_at), "DATE_FORMAT")


def _fits(code: PostedCode, digits: str) -> bool:
    """Also where the key of the site has changed since the letter was written."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(secrets.compare_digest(code.digest, _digest(code, digits, key)) for key in keys)


def _digest(code: PostedCode, digits: str, key: str | None = None) -> str:
    """Under the key of the site, or an earlier one."""
    return salted_hmac(f"posted-code-{code.pk}", digits, secret=key, algorithm="sha256").hexdigest()
