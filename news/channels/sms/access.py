"""The doors to a reader by SMS: the secret of the own page, and for a while the door where the code is typed."""

from django.core.cache import cache
from django.http import Http404

from home.web.secret_links import new_secret
from home.web.shortcuts import get_or_404

from ..models.sms import PhoneReader
from .actions import CODE_LIFETIME


def reader_by_secret(secret: str) -> PhoneReader:
    """The reader of an own page. Raises Http404 where unknown or never confirmed."""
    return get_or_404(PhoneReader.objects.exclude(confirmed_at=None), secret=secret)


def code_entry_token(number: str) -> str:
    """Where the code for a number is typed. Opens nothing without the code, and says nothing of the number."""
    token = new_secret()
    cache.set(_key(token), number, CODE_LIFETIME.total_seconds())
    return token


def number_from_token(token: str) -> str:
    """The number of a door. Raises Http404 where it is none of ours or too old."""
    number = cache.get(_key(token))
    if number is None:
        raise Http404
    return number


def reader_by_number(number: str) -> PhoneReader | None:
    """Whoever asked with a number, to try a code or to hear STOP; None where nobody did."""
    return PhoneReader.objects.filter(number=number).first()


def _key(token: str) -> str:
    return f"sms-door:{token}"
