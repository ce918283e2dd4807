"""Secrets in links, which give access to anyone who has the link."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls.converters import StringConverter


def new_secret() -> str:
    """Return a secret of 128 random bits."""
    return secrets.token_urlsafe(16)


def secret_field() -> "models.CharField[str, str]":
    """Return the model field of a secret, which is drawn with the row."""
    return models.CharField(max_length=22, unique=True, default=new_secret, editable=False)


type View = Callable[..., HttpResponseBase]


class LinkExpired(Exception):
    """The link was valid and has expired."""


def show_expired_links(template: str) -> Callable[[View], View]:
    """Decorate a view to answer 410 with ``template`` if its link has expired."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except LinkExpired:
                return render(request, template, status=410)

        return guarded

    return decorate


def one_click_headers(url: str) -> dict[str, str]:
    """Return the headers of an e-mail by which a mail program unsubscribes with one click (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


class SecretConverter(StringConverter):
    """URL converter of secrets, matched by their shape so that no other value reaches the database."""

    regex = "[A-Za-z0-9_-]{22}"
