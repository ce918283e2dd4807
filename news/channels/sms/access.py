"""Access to a reader by SMS: by the secret of the reader's page, and for a while by the token of the code page."""

from django.core.cache import cache
from django.http import Http404

from home.web.secret_links import new_secret
from home.web.shortcuts import get_or_404

from ..models.sms import PhoneReader
from .actions import CODE_LIFETIME


def reader_by_secret(secret: str) -> PhoneReader:
    """Return the reader of a page secret. Raise Http404 if it is unknown or was never confirmed."""
    return get_or_404(PhoneReader.objects.exclude(confirmed_at=None), secret=secret)


def code_entry_token(number: str) -> str:
    """Create a token for the page where the code of a number is entered.

    It gives no access without the code and does not reveal the number.
    """
    token = new_secret()
    cache.set(_key(token), number, CODE_LIFETIME.total_seconds())
    return token


def number_from_token(token: str) -> str:
    """Return the number of a token. Raise Http404 if it is unknown or expired."""
    number: str | None = cache.get(_key(token))
    if number is None:
        raise Http404
    return number


def reader_by_number(number: str) -> PhoneReader | None:
    """Return the reader with this number, to check a code or to unsubscribe; None if there is none."""
    return PhoneReader.objects.filter(number=number).first()


def _key(token: str) -> str:
    return f"sms-door:{token}"
