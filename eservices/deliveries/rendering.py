"""Rendering of message templates, in the recipient's language."""

import re

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from home.context_processors import commune_settings
from home.links.page_links import absolute_url

from .paragraphs import paragraphs_from_text

BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
SIGNATURE = "\n-- \n"  # in e-mails the text after this names the sender; paper has a letterhead


def render_email(template: str, context: dict, language: str) -> dict:
    """Return ``{subject, text, html}`` from ``<template>.subject.txt``, ``.txt`` and ``.html``.

    Besides ``context`` the templates get ``commune``, ``language`` and ``home_url`` (the site's home page in that
    language), because there is no request.
    """
    with translation.override(language):
        everything = _shared(language) | context
        return _in_words(template, everything) | {
            "html": render_to_string(f"{template}.html", everything).strip()
        }


def render_paper_letter(template: str, context: dict, language: str) -> tuple[str, list]:
    """Return title and paragraphs of the same message for the print queue: its text before the signature."""
    with translation.override(language):
        written = _in_words(template, _shared(language) | context)
    return written["subject"], paragraphs_from_text(written["text"].partition(SIGNATURE)[0])


def single_line(text: str) -> str:
    """Return ``text`` without line breaks, so that user input never adds a header. No-break spaces remain."""
    return BLANKS.sub(" ", text).strip()


def _in_words(template: str, context: dict) -> dict:
    return {
        "subject": single_line(_plain(f"{template}.subject.txt", context)),
        "text": _plain(f"{template}.txt", context).strip() + "\n",
    }


def _shared(language: str) -> dict:
    return {
        **commune_settings(None),
        "language": language,
        "home_url": absolute_url(reverse("wagtail_serve", args=[""])),
    }


def _plain(name: str, context: dict) -> str:
    """Render without autoescaping: the result is plain text, not HTML."""
    return get_template(name).template.render(Context(context, autoescape=False))
