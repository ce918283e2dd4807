"""The paragraphs of a paper letter, as JSON. Pure.

A paragraph is a text, or one of ``{"heading": text}``, ``{"items": [text, …]}`` with ``"numbered": true`` for a
numbered list, ``{"rows": [[label, text], …]}``, ``{"quote": text}`` and ``{"signatures": [[name, function], …]}``,
which is printed with a line to sign above each name. A text is a string, whose line breaks are preserved, or a list
of runs ``[string, style]``; a style consists of “b” (bold) and “i” (italic).
"""

import re
from collections.abc import Callable

from home.localization.punctuation import colon_mark

type Text = str | list[list[str]]

LISTED = re.compile(r"^- ")


def plain_text_of(text: Text) -> str:
    """Return a text without its styles."""
    return text if isinstance(text, str) else "".join(run for run, _style in text)


def map_texts(paragraphs: list, change: Callable[[str], str]) -> list:
    """Return the paragraphs with ``change`` applied to every string."""

    def changed(text: Text) -> Text:
        return change(text) if isinstance(text, str) else [[change(run), style] for run, style in text]

    def one(paragraph):
        match paragraph:
            case {"items": items}:
                return paragraph | {"items": list(map(changed, items))}
            case {"rows": rows}:
                return {"rows": [list(map(changed, row)) for row in rows]}
            case {"signatures": people}:
                return {"signatures": [list(map(changed, one)) for one in people]}
            case {**parts}:
                return {name: changed(text) for name, text in parts.items()}
        return changed(paragraph)

    return list(map(one, paragraphs))


def paragraphs_to_text(paragraphs: list) -> str:
    """Return all paragraphs as plain text, as in an e-mail."""
    return "\n\n".join(map(_plain, paragraphs)) + "\n"


def paragraphs_from_text(text: str) -> list:
    """Split a plain text into paragraphs: blank lines separate them, “- ” begins a list item."""
    found: list = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines()]
        told = [line for line in lines if not LISTED.match(line)]
        listed = [LISTED.sub("", line) for line in lines if LISTED.match(line)]
        found += ["\n".join(told)] if any(told) else []
        found += [{"items": listed}] if listed else []
    return found


def _plain(paragraph) -> str:
    match paragraph:
        case {"heading": text} | {"quote": text}:
            return plain_text_of(text)
        case {"items": items, "numbered": True}:
            return "\n".join(f"{number}. {plain_text_of(item)}" for number, item in enumerate(items, 1))
        case {"items": items}:
            return "\n".join(f"- {plain_text_of(item)}" for item in items)
        case {"signatures": people}:
            return "\n\n".join("\n".join(filter(None, map(plain_text_of, one))) for one in people)
        case {"rows": rows}:
            return "\n".join(
                plain_text_of(label) + colon_mark() + plain_text_of(text) for label, text in rows
            )
    return plain_text_of(paragraph)
