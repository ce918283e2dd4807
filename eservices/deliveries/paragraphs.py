"""The paragraphs of a letter, as JSON. Pure.

A paragraph is a text, or one of ``{"heading": text}``, ``{"items": [text, …]}`` with ``"numbered": true`` for a
numbered list, ``{"rows": [[label, text], …]}``, ``{"quote": text}`` and ``{"signatures": [[name, function], …]}``,
which is printed with a line to sign above each name. A text is a string, whose line breaks are preserved, or a list
of runs ``[string, style]``; a style consists of “b” (bold) and “i” (italic).

Letters that are written in Markdown have more, which ``paragraphs_for_paper`` turns into the above: runs with the
address of their link, ``[string, style, url]``, ``{"title": text}``, the heading of the whole letter,
``{"section": text}``, ``{"steps": [text, …]}``, ``{"tiles": [[label, text], …]}``, what must be known at a glance,
``{"button": [label, url]}`` and ``{"small": text}``.
"""

import re
from collections.abc import Callable
from typing import Any

from home.localization.punctuation import colon_mark, with_colon

type Text = str | list[list[str]]

LISTED = re.compile(r"^- ")


def plain_text_of(text: Text) -> str:
    """Return a text without its styles and links."""
    return text if isinstance(text, str) else "".join(run for run, *_style in text)


def map_texts(paragraphs: list, change: Callable[[str], str]) -> list:
    """Return the paragraphs with ``change`` applied to every string."""

    def changed(text: Text) -> Text:
        if isinstance(text, str):
            return change(text)
        return [[change(run), style, *map(change, url)] for run, style, *url in text]

    def one(paragraph):
        match paragraph:
            case {"items": items}:
                return paragraph | {"items": list(map(changed, items))}
            case {"steps": items}:
                return {"steps": list(map(changed, items))}
            case {"rows": pairs} | {"tiles": pairs} | {"signatures": pairs}:
                return {next(iter(paragraph)): [list(map(changed, pair)) for pair in pairs]}
            case {"button": pair}:
                return {"button": list(map(change, pair))}
            case {**parts}:
                return {name: changed(text) for name, text in parts.items()}
        return changed(paragraph)

    return list(map(one, paragraphs))


def paragraphs_for_paper(paragraphs: list) -> list:
    """Return the paragraphs of an e-mail as paper has them: the addresses of its links are written out."""
    return list(map(_for_paper, paragraphs))


def has_text(paragraph: Any) -> bool:
    """Return whether a paragraph contains anything but blanks."""
    return bool(_plain(paragraph).strip())


def paragraphs_to_text(paragraphs: list) -> str:
    """Return all paragraphs as plain text, as in an e-mail. Each link is followed by its address."""
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


def _for_paper(paragraph: Any) -> Any:
    match paragraph:
        case {"section": text}:
            return {"heading": plain_text_of(text)}
        case {"steps": steps}:
            return {"items": list(map(_with_addresses, steps)), "numbered": True}
        case {"items": items}:
            return paragraph | {"items": list(map(_with_addresses, items))}
        case {"tiles": rows} | {"rows": rows}:
            return {"rows": [list(map(_with_addresses, row)) for row in rows]}
        case {"title": _} | {"button": _} | {"small": _} | [[_, _, _]]:
            return _plain(paragraph)
        case list():
            return _with_addresses(paragraph)
    return paragraph


def _plain(paragraph: Any) -> str:
    match paragraph:
        case {"heading": text} | {"quote": text}:
            return plain_text_of(text)
        case {"section": text}:
            return with_colon(plain_text_of(text)).strip()
        case {"items": items, "numbered": True} | {"steps": items}:
            return "\n".join(f"{number}. {_indented(item)}" for number, item in enumerate(items, 1))
        case {"items": items}:
            return "\n".join(f"- {_indented(item)}" for item in items)
        case {"signatures": people}:
            return "\n\n".join("\n".join(filter(None, map(plain_text_of, one))) for one in people)
        case {"rows": rows} | {"tiles": rows}:
            return "\n".join(
                plain_text_of(label) + colon_mark() + plain_text_of(text) for label, text in rows
            )
        case {"button": [label, url]}:
            return _plain([[label, "", url]])
        case {"title": text} | {"small": text}:
            return _plain(text)
        case [[label, _, url]]:
            return f"{with_colon(label).strip()}\n{url}"
    return plain_text_of(_with_addresses(paragraph))


def _indented(item: Text) -> str:
    return plain_text_of(_with_addresses(item, "\n  "))


def _with_addresses(text: Text, separator: str = "\n") -> Text:
    """Return a text without links, with their addresses below it."""
    if isinstance(text, str):
        return text
    runs = [[run, style] for run, style, *_url in text]
    return [*runs, *([separator + url, ""] for _run, _style, *urls in text for url in urls)]
