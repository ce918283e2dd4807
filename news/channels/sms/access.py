"""The doors to a reader by SMS: the secret of the own page, and for a while the door where the code is typed."""

import secrets

from django.core.cache import cache
from django.http import Http404

from .actions import CODE_LIFETIME
from .models import PhoneReader


def by_secret(secret: str) -> PhoneReader:
    """The reader of an own page. Raises Http404 where unknown or never confirmed."""
    reader = PhoneReader.objects.filter(secret=secret).exclude(confirmed_at=None).first()
    if reader is None:
        raise Http404
    return reader


def door(number: str) -> str:
    """Where the code for a number is typed. Opens nothing without the code, and says nothing of the number."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(token), number, CODE_LIFETIME.total_seconds())
    return token


def by_door(token: str) -> str:
    """The number of a door. Raises Http404 where it is none of ours or too old."""
    number = cache.get(_key(token))
    if number is None:
        raise Http404
    return number


def by_number(number: str) -> PhoneReader | None:
    """Whoever asked with a number, to try a code or to hear STOP; None where nobody did."""
    return PhoneReader.objects.filter(number=number).first()


def _key(token: str) -> str:
    return f"sms-door:{token}"
