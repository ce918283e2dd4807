"""What the answer to a booking question says: ``{"resource", "count", "times": [[from, to], …], "series"}``.

Where it repeats, ``repeat`` says how that was asked for, from when to when first; ``extras`` names what was ticked.

Times are ISO moments with the offset of the commune's zone, so that the hour that comes twice is told apart.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ..bookable_resources import BookableResource, bookable_resource
from ..logic.availability import TimeSpan

FIRST_YEAR, LAST_YEAR = 2000, 9000  # within them every day has one before and one after


@dataclass(frozen=True)
class RequestedTimes:
    """Times of an offer, as an answer names them."""

    offer: BookableResource
    spans: list[TimeSpan]
    count: int
    series: UUID
    extras: tuple[str, ...] = ()  # keys of those that the offer has and that were ticked
    repeat: dict = field(default_factory=dict)  # how it was asked for: parts of the question


def parse_series(text: str) -> UUID | None:
    """The series that a page carries along; None where it carries none, or something else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_answer(answer) -> RequestedTimes | None:
    """What an answer names; None where it is none, or of something that is gone."""
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
    """The answer that names these times."""
    return {
        "resource": wanted.offer.key,
        "count": wanted.count,
        "times": [[to_local_time(span.start), to_local_time(span.end)] for span in wanted.spans],
        "series": str(wanted.series),
    } | {name: said for name, said in (("extras", [*wanted.extras]), ("repeat", wanted.repeat)) if said}


def selected_extras(offer: BookableResource, named: Collection[str]) -> tuple[str, ...]:
    """Those of some extras that an offer has, in its order."""
    return tuple(key for key in offer.extras if key in named)


def parse_moment(text: str | None) -> datetime | None:
    """A moment as it is posted; None where it is none that anybody could book."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_YEAR < found.year < LAST_YEAR else None


def time_key(span: TimeSpan, offer: BookableResource) -> str:
    """What tells a time of an offer from all others: its beginning; of whole openings, of which several may begin
    together, both ends."""
    return (
        f"{to_local_time(span.start)}/{to_local_time(span.end)}"
        if offer.rules.whole
        else to_local_time(span.start)
    )


def to_local_time(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes")
