"""What a letter on paper is made of, as JSON. Pure.

A paragraph is a text, or one of ``{"heading": text}``, ``{"items": [text, …]}`` with ``"numbered": true`` where
they are counted, ``{"rows": [[label, text], …]}``, ``{"quote": text}`` and ``{"signatures": [[name, function], …]}``,
which on paper has a line to sign above each name. A text is a string, in which a line
break stands for itself, or a list of runs ``[string, style]``; a style is made of “b” (bold) and “i” (italic).
"""

import re
from collections.abc import Callable

from home.localization.punctuation import colon_mark

type Text = str | list[list[str]]

LISTED = re.compile(r"^- ")


def plain_text_of(text: Text) -> str:
    """A text without its styles."""
    return text if isinstance(text, str) else "".join(run for run, _style in text)


def map_texts(paragraphs: list, change: Callable[[str], str]) -> list:
    """The same paragraphs with every string put through ``change``."""

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
    """All paragraphs as plain text, as an e-mail would say them."""
    return "\n\n".join(map(_plain, paragraphs)) + "\n"


def paragraphs_from_text(text: str) -> list:
    """The paragraphs of a plain text: a blank line parts them, “- ” begins an item of a list."""
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
