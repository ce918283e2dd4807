"""Reader of the demo's content files: several documents per file, each with a head of ``key: value`` and a body.

A body is plain text. Lines that begin with a word in brackets become blocks of that name: see ``BlockBuilder``.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from .clock import fill_dates
from .typography import typeset

CONTENT = Path(__file__).parent / "content"
SPACE = UUID("6f1f5b9e-0f0c-4a6e-9a52-0d6c0f4f0e11")
MARK = re.compile(r"\[(\w+)\] ?(.*)")
STEP = re.compile(r"\d+\. (.+?) :: (.+)")
EMAIL = re.compile(r"[\w.]+@[\w.]+\.example")
LINK = re.compile(r"\[([^\]]+)\]\(page:([\w-]+)\)")


@dataclass
class ContentEntry:
    """A document of a content file."""

    key: str
    language: str
    head: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def __getitem__(self, name: str) -> str:
        return self.head.get(name, "")

    def pair(self, name: str) -> tuple[str, str]:
        """Split a value such as ``price: CHF 15.– | Free for …`` into its two parts."""
        first, _bar, second = self[name].partition("|")
        return first.strip(), second.strip()


def read_content(language: str, name: str, today: date) -> list[ContentEntry]:
    """Return the documents of ``content/LANGUAGE/NAME.md``, with typographic signs and dates filled in."""
    text = (CONTENT / language / f"{name}.md").read_text(encoding="utf-8")
    text = fill_dates(text, today, language)
    return [_entry(part, language) for part in re.split(r"^=== ", text, flags=re.MULTILINE) if part.strip()]


def _entry(text: str, language: str) -> ContentEntry:
    head, _line, body = text.partition("\n--")
    key, *lines = head.splitlines()
    values = (line.split(": ", 1) for line in lines if ": " in line)
    return ContentEntry(
        key.strip(),
        language,
        {name.strip(): typeset(value.strip(), language) for name, value in values},
        body.strip(),
    )


class BlockBuilder:
    """Conversion of a body into the JSON of a StreamField.

    ``find`` returns the id of a page, image, person or contact.
    """

    def __init__(self, entry: ContentEntry, find: Callable[[str, str], int]):
        self.entry, self.find, self.count = entry, find, 0

    def body(self) -> list[dict]:
        """Return all blocks of the body, in order."""
        found = []
        for part in re.split(r"\n\s*\n", self.entry.body):
            lines = [line.rstrip() for line in part.splitlines() if line.strip()]
            if lines:
                found += self._part(lines)
        return _joined(found)

    def block(self, kind: str, value) -> dict:
        return {"type": kind, "value": value, "id": self._id()}

    def contact(self, key: str) -> dict:
        return self.block("contact", self.find("contact", key))

    def rich(self, lines: list[str]) -> str:
        """Return paragraphs and lists as rich text."""
        if all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{self._inline(line[2:])}</li>" for line in lines)
            return f"<ul>{items}</ul>"
        return f"<p>{'<br/>'.join(self._inline(line) for line in lines)}</p>"

    def _part(self, lines: list[str]) -> list[dict]:
        first = lines[0]
        if first.startswith("## "):
            rest = self._part(lines[1:]) if lines[1:] else []
            return [self.block("heading", self._text(first[3:])), *rest]
        if STEP.fullmatch(first):
            return [self._steps(lines)]
        if mark := MARK.fullmatch(first):
            if mark[1] in ("contact", "person", "shared_notice"):
                return [self._chosen(line) for line in lines]
            return [getattr(self, f"_{mark[1]}")(self._text(mark[2]), lines[1:])]
        split = next(
            (i for i, line in enumerate(lines) if line.startswith("- ") != first.startswith("- ")), None
        )
        if split:
            return [*self._part(lines[:split]), *self._part(lines[split:])]
        return [self.block("text", self.rich(lines))]

    def _chosen(self, line: str) -> dict:
        kind, key = MARK.fullmatch(line).groups()
        return self.block(kind, self.find(kind, key))

    def _steps(self, lines: list[str]) -> dict:
        pairs = [STEP.fullmatch(line).groups() for line in lines]
        return self.block(
            "steps", [self._item({"title": self._text(a), "text": self._text(b)}) for a, b in pairs]
        )

    def _figures(self, _words: str, lines: list[str]) -> dict:
        pairs = [[self._text(part.strip()) for part in line.split("|")] for line in lines]
        return self.block("figures", [self._item({"number": a, "label": b}) for a, b in pairs])

    def _quote(self, words: str, _lines: list[str]) -> dict:
        text, _bar, who = words.partition(" | ")
        return self.block("quote", {"text": text, "who": who})

    def _question(self, words: str, lines: list[str]) -> dict:
        return self.block("question", {"question": words, "answer": self.rich(lines)})

    def _notice(self, words: str, lines: list[str]) -> dict:
        return self.block("notice", {"title": words, "text": self.rich(lines)})

    def _table(self, words: str, lines: list[str]) -> dict:
        return self.block("table", {"caption": words, "cells": "\n".join(self._text(line) for line in lines)})

    def _gallery(self, _words: str, lines: list[str]) -> dict:
        pairs = [line.split(" | ") for line in lines]
        pictures = [{"image": self.find("image", key), "alt": self._text(alt)} for key, alt in pairs]
        return self.block("gallery", [self._item(picture) for picture in pictures])

    def _video(self, words: str, lines: list[str]) -> dict:
        title, _bar, rest = words.partition(" | ")
        url, length, picture = rest.split(" | ")
        image = self.find("image", picture)
        said = {"transcript": self.rich(lines) if lines else ""}
        return self.block("video", {"url": url, "title": title, "length": length, "image": image, **said})

    def _service(self, words: str, _lines: list[str]) -> dict:
        label, _bar, target = words.partition(" | ")
        page = self.find("page", target.removeprefix("page:"))
        return self.block("service", {"page": page, "label": label})

    def _fees(self, _words: str, lines: list[str]) -> dict:
        pairs = [line.partition(" | ") for line in lines]
        rows = [{"entry": entry, "label": self._text(label)} for entry, _bar, label in pairs]
        return self.block("fees", [self._item(row) for row in rows])

    def _button(self, words: str, _lines: list[str]) -> dict:
        label, _bar, target = words.partition(" | ")
        page = self.find("page", target.removeprefix("page:"))
        return self.block("button", {"label": label, "page": page, "url": ""})

    def _item(self, value: dict) -> dict:
        return {"type": "item", "value": value, "id": self._id()}

    def _inline(self, text: str) -> str:
        text = html.escape(self._text(text), quote=False)
        text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
        text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
        text = EMAIL.sub(r'<a href="mailto:\g<0>">\g<0></a>', text)
        return LINK.sub(lambda m: f'<a linktype="page" id="{self.find("page", m[2])}">{m[1]}</a>', text)

    def _text(self, text: str) -> str:
        return typeset(text, self.entry.language)

    def _id(self) -> str:
        self.count += 1
        return str(uuid5(SPACE, f"{self.entry.language}/{self.entry.key}/{self.count}"))


def _joined(found: list[dict]) -> list[dict]:
    """Merge consecutive text blocks into one."""
    joined: list[dict] = []
    for block in found:
        if block["type"] == "text" and joined and joined[-1]["type"] == "text":
            joined[-1]["value"] += block["value"]
        else:
            joined.append(block)
    return joined
