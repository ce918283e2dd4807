"""Secrets in links, which give access to anyone who has the link."""

import secrets

from django.urls.converters import StringConverter


def new_secret() -> str:
    """Return a secret of 128 random bits."""
    return secrets.token_urlsafe(16)


class LinkExpired(Exception):
    """The link was valid and has expired."""


class SecretConverter(StringConverter):
    """URL converter of secrets, matched by their shape so that no other value reaches the database."""

    regex = "[A-Za-z0-9_-]{22}"
