"""From a template to the content of a letter, in the language of who reads it."""

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from home.context import commune


def render(template: str, context: dict, language: str) -> dict:
    """``{subject, text, html}`` from ``<template>.subject.txt``, ``.txt`` and ``.html``.

    Beside ``context`` the templates know ``commune``, ``language`` and ``base_url``: no request is at hand.
    """
    with translation.override(language):
        shared = {
            **commune(None),
            "language": language,
            "base_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
        }
        everything = shared | context
        return {
            "subject": one_line(_plain(f"{template}.subject.txt", everything)),
            "text": _plain(f"{template}.txt", everything).strip() + "\n",
            "html": render_to_string(f"{template}.html", everything).strip(),
        }


def one_line(text: str) -> str:
    """``text`` without line breaks: what people typed never adds a header."""
    return " ".join(text.split())


def _plain(name: str, context: dict) -> str:
    """Plain text needs no escaping for HTML."""
    return get_template(name).template.render(Context(context, autoescape=False))
