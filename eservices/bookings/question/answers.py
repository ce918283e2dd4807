"""Answers to booking questions: ``{"resource", "count", "times": [[from, to], …], "series"}``.

If the time repeats, ``repeat`` contains the parts of the question that asked for it, with the first start and end.
``extras`` lists the ticked extras. Times are ISO moments with the offset of the commune's zone, which distinguishes the
two hours when the clock is put back.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ..bookable_resources import BookableResource, bookable_resource
from ..logic.availability import TimeSpan

FIRST_YEAR, LAST_YEAR = 2000, 9000  # within these, dates can be shifted by a day without overflow


@dataclass(frozen=True)
class RequestedTimes:
    """Times of a resource, as an answer requests them."""

    offer: BookableResource
    spans: list[TimeSpan]
    count: int
    series: UUID
    extras: tuple[str, ...] = ()  # keys of the ticked extras that the resource has
    repeat: dict = field(default_factory=dict)  # how the repetition was requested: parts of the question


def parse_series(text: str) -> UUID | None:
    """Return the posted series; None if there is none or it is invalid."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_answer(answer) -> RequestedTimes | None:
    """Return the requested times of an answer; None if it is invalid or its resource does not exist any more."""
    try:
        spans = [
            TimeSpan.of(datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in answer["times"]
        ]
        series, count = UUID(answer["series"]), int(answer.get("count") or 1)
        named = bookable_resource(answer["resource"])
        extras = selected_extras(named, answer.get("extras") or ()) if named else ()
        wanted = RequestedTimes(named, spans, count, series, extras, dict(answer.get("repeat") or {}))
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        return None
    return wanted if wanted.offer and spans else None


def write_answer(wanted: RequestedTimes) -> dict:
    """Return the answer that requests these times."""
    return {
        "resource": wanted.offer.key,
        "count": wanted.count,
        "times": [[to_local_time(span.start), to_local_time(span.end)] for span in wanted.spans],
        "series": str(wanted.series),
    } | {name: said for name, said in (("extras", [*wanted.extras]), ("repeat", wanted.repeat)) if said}


def selected_extras(offer: BookableResource, named: Collection[str]) -> tuple[str, ...]:
    """Return those of the named extras that the resource has, in its order."""
    return tuple(key for key in offer.extras if key in named)


def parse_moment(text: str | None) -> datetime | None:
    """Parse a posted moment. Return None if it is invalid or no realistic date."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_YEAR < found.year < LAST_YEAR else None


def time_key(span: TimeSpan, offer: BookableResource) -> str:
    """Return a key that identifies a time of a resource.

    Its start; for whole openings, of which several may start together, both ends.
    """
    return (
        f"{to_local_time(span.start)}/{to_local_time(span.end)}"
        if offer.rules.whole
        else to_local_time(span.start)
    )


def to_local_time(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes")
