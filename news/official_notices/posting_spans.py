"""Days on which a notice was really posted, read from its postings. Reads no database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from .models import PostingRecord


def posted_spans(postings: list[PostingRecord]) -> list[tuple[date, date]]:
    """From which day to which it was shown in the language it was written in, each time anew after a withdrawal.

    No earlier than it was published, no later than it was withdrawn, whatever its days say.
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


def on_board_since(postings: list[PostingRecord], typed: date, today: date) -> date:
    """Return from which day on the board counts by what is on record: never from a day before it was recorded.

    ``typed``: the day that the editor says. ``today``: when it is recorded if no posting tells it yet.
    """
    recorded = [
        max(one.board_from, timezone.localdate(one.at))
        for one in postings
        if one.board_from and one.board_from >= typed
    ]
    return max(typed, min([*recorded, today]))
