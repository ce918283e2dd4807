"""Tokens of the API, and a client that sends one."""

from datetime import timedelta
from itertools import count

from django.test import Client
from django.utils import timezone

from eservices.api import actions
from eservices.api.models import ApiToken
from eservices.api.scopes import Scope
from tests.factories.accounts import SuperuserFactory

KEYS = count(1)


def make_token(*forms, scopes=Scope.values, **fields) -> tuple[ApiToken, str]:
    """Return a token of these services with its secret, by default with every scope."""
    given = {"name": "Logiciel métier", "expires_at": timezone.now() + timedelta(days=90)} | fields
    return actions.make_token(actor=SuperuserFactory(), forms=forms, scopes=scopes, **given)


class ApiClient(Client):
    """A program with a token; ``write`` sends JSON with an idempotency key of its own unless one is given."""

    def __init__(self, secret: str = ""):
        super().__init__(
            enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"} if secret else {}
        )

    def write(self, path: str, body=None, key: str | None = None, **headers):
        sent = {"Idempotency-Key": key or f"key-{next(KEYS)}"} | headers
        return self.post(path, body or {}, content_type="application/json", headers=sent)
