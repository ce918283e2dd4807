"""Time limits for changes by the applicant, and refunds. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from ..states import MOVABLE


def is_change_in_time(starts_at: datetime, hours: int, now: datetime) -> bool:
    """Return whether at least so many hours are left before the beginning."""
    return now <= starts_at - timedelta(hours=hours)


def is_changeable(booking: Any, now: datetime) -> bool:
    """Return whether the applicant may still move or cancel a booking."""
    return booking.state in MOVABLE and is_change_in_time(
        booking.starts_at, booking.resource.change_until, now
    )


def refund_percent_on(steps: Iterable[tuple[int, int]], starts_at: datetime, now: datetime) -> int:
    """Return the per cent refunded for a cancellation now.

    ``steps``: days before the beginning, and per cent.
    """
    left = starts_at - now
    return max((share for days, share in steps if left >= timedelta(days=days)), default=0)


def changes(
    steps: Iterable[tuple[int, int]], starts_at: datetime, now: datetime
) -> list[tuple[datetime, int]]:
    """Return the moments after which the refund decreases, each with the per cent from then on, earliest first."""
    steps, found = list(steps), []
    share = refund_percent_on(steps, starts_at, now)
    for at in sorted({starts_at - timedelta(days=days) for days, _share in steps}):
        after = refund_percent_on(steps, starts_at, at + timedelta.resolution)
        if now <= at < starts_at and after < share:
            found.append((at, after))
            share = after
    return found


def line_share(line: dict[str, Any], share: int, place: int, number: int) -> int:
    """Return how much of a fee line is not charged, or refunded, if one of its ``number`` times is cancelled.

    ``share``: the per cent of its price that is refunded. In minor units.
    """
    return amount_part(line["total"] * share // 100, place, number)


def amount_part(amount: int, place: int, number: int) -> int:
    """Return the part of an amount at ``place``, from 0 on; all ``number`` parts add up to the amount."""
    return amount * (place + 1) // number - amount * place // number
