"""Until when a booking may be changed by who made it, and what is paid back. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..states import MOVABLE


def is_change_in_time(starts_at: datetime, hours: int, now: datetime) -> bool:
    """Whether there are at least so many hours left before it begins."""
    return now <= starts_at - timedelta(hours=hours)


def is_changeable(booking, now: datetime) -> bool:
    """Whether who booked may still move or cancel a booking."""
    return booking.state in MOVABLE and is_change_in_time(
        booking.starts_at, booking.resource.change_until, now
    )


def refund_percent_on(steps: Iterable[tuple[int, int]], starts_at: datetime, now: datetime) -> int:
    """How much is paid back to who cancels now; ``steps``: days before the beginning, and per cent."""
    left = starts_at - now
    return max((share for days, share in steps if left >= timedelta(days=days)), default=0)


def changes(
    steps: Iterable[tuple[int, int]], starts_at: datetime, now: datetime
) -> list[tuple[datetime, int]]:
    """Return the moments after which less of the price comes back, and the per cent from then on; first one first."""
    steps, found = list(steps), []
    share = refund_percent_on(steps, starts_at, now)
    for at in sorted({starts_at - timedelta(days=days) for days, _share in steps}):
        after = refund_percent_on(steps, starts_at, at + timedelta.resolution)
        if now <= at < starts_at and after < share:
            found.append((at, after))
            share = after
    return found


def line_share(line: dict, share: int, place: int, number: int) -> int:
    """What is not asked for of a bill's line, or paid back, where one of ``number`` times that it is for is cancelled
    and ``share`` per cent of its price is given back. Minor units."""
    return amount_part(line["total"] * share // 100, place, number)


def amount_part(amount: int, place: int, number: int) -> int:
    """The part of an amount at a ``place`` from 0 on, of ``number`` that come to all of it."""
    return amount * (place + 1) // number - amount * place // number
