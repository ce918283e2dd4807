"""From a template to the content of a letter, in the language of who reads it."""

import re

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from home.context_processors import commune_settings
from home.links.page_links import absolute_url

from .paragraphs import paragraphs_from_text

BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
SIGNATURE = "\n-- \n"  # as e-mail has it: what follows says who writes, and paper has a letterhead


def render_email(template: str, context: dict, language: str) -> dict:
    """``{subject, text, html}`` from ``<template>.subject.txt``, ``.txt`` and ``.html``.

    Beside ``context`` the templates know ``commune``, ``language`` and ``home_url``, where the site begins in it: no
    request is at hand.
    """
    with translation.override(language):
        everything = _shared(language) | context
        return _in_words(template, everything) | {
            "html": render_to_string(f"{template}.html", everything).strip()
        }


def render_paper_letter(template: str, context: dict, language: str) -> tuple[str, list]:
    """Title and paragraphs of the same letter for the print queue: its text down to the signature."""
    with translation.override(language):
        written = _in_words(template, _shared(language) | context)
    return written["subject"], paragraphs_from_text(written["text"].partition(SIGNATURE)[0])


def single_line(text: str) -> str:
    """``text`` without line breaks: what people typed never adds a header. No-break spaces stay."""
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
    """Plain text needs no escaping for HTML."""
    return get_template(name).template.render(Context(context, autoescape=False))
