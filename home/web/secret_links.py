"""Secrets in links: whoever has one may open what it leads to."""

import secrets

from django.urls.converters import StringConverter


def new_secret() -> str:
    """128 random bits for a link that opens something."""
    return secrets.token_urlsafe(16)


class LinkExpired(Exception):
    """The link was right once, and its time is over."""


class SecretConverter(StringConverter):
    """A secret in an address is matched by its shape, so that nothing odd reaches the database."""

    regex = "[A-Za-z0-9_-]{22}"
