"""Rendering of letters, which are written once as Markdown, in the recipient's language."""

import re
from typing import Any, NamedTuple

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from home.context_processors import commune_settings
from home.links.page_links import absolute_url

from .letter_markdown import read_letter
from .opaque_values import TOKEN, insert_values, render_opaque
from .paragraph_html import letter_body_to_html
from .paragraphs import has_text, map_texts, paragraphs_for_paper, paragraphs_to_text, plain_text_of

BLANKS = re.compile(r"[^\S\u00a0\u202f]+")


class Letter(NamedTuple):
    """A letter before it is made into HTML, text or paper."""

    subject: str
    kicker: str  # the line above the heading
    heading: str
    preview: str  # the line that lists of e-mails show after the subject
    paragraphs: list[Any]  # of text and paper
    body: list[Any]  # of the HTML: without the heading, if it stands among the paragraphs


def render_email(template: str, context: dict, language: str) -> dict:
    """Return ``{subject, text, html}`` of the letter that ``<template>.md`` contains.

    Besides ``context`` the templates get ``commune``, ``language`` and ``home_url`` (the site's home page in that
    language), because there is no request.
    """
    with translation.override(language):
        shared = _shared(language)
        letter = _compose(template, shared | context)
        frame = shared | letter._asdict() | {"text": paragraphs_to_text(letter.paragraphs)}
        return {
            "subject": letter.subject,
            "text": _frame_text(frame),
            "html": render_to_string(
                "emails/letter.html", frame | {"body": letter_body_to_html(letter.body)}
            ).strip(),
        }


def render_paper_letter(template: str, context: dict, language: str) -> tuple[str, list]:
    """Return title and paragraphs of the same letter for the print queue."""
    with translation.override(language):
        letter = _compose(template, _shared(language) | context)
        return letter.subject, paragraphs_for_paper(letter.paragraphs)


def single_line(text: str) -> str:
    """Return ``text`` without line breaks, so that user input never adds a header. No-break spaces remain."""
    return BLANKS.sub(" ", text).strip()


def _compose(template: str, context: dict) -> Letter:
    """Fill in a letter. Its values are inserted after the Markdown was read, so that none of them becomes markup."""
    source, values = render_opaque(f"{template}.md", context)
    read, filled = read_letter(source), insert_values(values)
    head = {name: single_line(filled(line)) for name, line in read.head.items()}
    paragraphs = [
        one
        for written in read.paragraphs
        for one in _value_paragraphs(written, values) or map_texts([written], filled)
        if has_text(one)
    ]
    above, title, below = _at_title(paragraphs)
    heading = title or head.get("heading") or head["subject"]
    return Letter(
        subject=head["subject"],
        kicker=single_line(paragraphs_to_text(above)) or head.get("kicker", ""),
        heading=heading,
        preview=head.get("preview") or heading,
        paragraphs=paragraphs,
        body=below,
    )


def _value_paragraphs(paragraph: Any, values: list[Any]) -> list[Any]:
    """Return the paragraphs that a value holds, such as an editor's letter; none if it is anything else."""
    token = TOKEN.fullmatch(paragraph) if isinstance(paragraph, str) else None
    value = values[int(token[1])] if token else None
    return value if isinstance(value, list) else []


def _at_title(paragraphs: list[Any]) -> tuple[list[Any], str, list[Any]]:
    """Return what is above the title, the title, and what is below it."""
    for number, one in enumerate(paragraphs):
        if isinstance(one, dict) and "title" in one:
            return paragraphs[:number], plain_text_of(one["title"]), paragraphs[number + 1 :]
    return [], "", paragraphs


def _shared(language: str) -> dict:
    return {
        **commune_settings(None),
        "language": language,
        "home_url": absolute_url(reverse("wagtail_serve", args=[""])),
    }


def _frame_text(context: dict) -> str:
    """Render without autoescaping: the result is plain text, not HTML."""
    return get_template("emails/letter.txt").template.render(Context(context, autoescape=False))
