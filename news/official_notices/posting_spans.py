"""Days on which a notice was really displayed, from its posting records. Does not query the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

from django.utils import timezone


class Posting(Protocol):
    """The facts of a posting record."""

    Kind: ClassVar[Any]
    kind: str
    language: str
    at: datetime
    first_day: date
    last_day: date
    board_from: date | None


def posted_spans(postings: Sequence[Posting]) -> list[tuple[date, date]]:
    """Return the first and last day of each time the notice was displayed in the language it was written in.

    It counts as displayed at the earliest from its publication and at the latest until its withdrawal, whatever its
    own days are.
    """
    found: list[tuple[date, date]] = []
    first = last = None
    for posting in postings:
        if posting.language != postings[0].language:
            continue
        day = timezone.localdate(posting.at)
        published = posting.kind == posting.Kind.PUBLISHED
        if first and (not published or posting.first_day > day or last < day):
            found.append((first, min(last, day)))
            first = None
        if published:
            first, last = first or max(posting.first_day, day), posting.last_day
    if first:
        found.append((first, last))
    return [(first, last) for first, last in found if first <= last]


def on_board_since(postings: Sequence[Posting], typed: date, today: date) -> date:
    """Return the first day on the board that counts, from the records: never a day before it was recorded.

    ``typed``: the day that the editor entered. ``today``: the day of recording if no record has it yet.
    """
    recorded = [
        max(one.board_from, timezone.localdate(one.at))
        for one in postings
        if one.board_from and one.board_from >= typed
    ]
    return max(typed, min([*recorded, today]))
