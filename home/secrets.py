"""Secrets in links: whoever has one may open what it leads to."""

import secrets
from functools import wraps

from django.http import Http404
from django.shortcuts import render
from django.urls.converters import StringConverter


def new_secret() -> str:
    """128 random bits for a link that opens something."""
    return secrets.token_urlsafe(16)


class LinkExpired(Exception):
    """The link was right once, and its time is over."""


def mailed_link(view):
    """Where the link of a letter leads to nothing any more, its reader is told so, and not that a page is lost.

    Unknown, ended and erased look the same: 404.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return render(request, "ended_link.html", status=404)

    return guarded


class SecretConverter(StringConverter):
    """A secret in an address is matched by its shape, so that nothing odd reaches the database."""

    regex = "[A-Za-z0-9_-]{22}"
