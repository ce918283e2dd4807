"""Holds: times reserved while somebody fills in a form. They expire by themselves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.submissions.models import Draft

from ..bookable_resources import BookableResource, PromisedPiece, promised_pieces, resources_sharing_units
from ..logic.availability import TimeSpan
from ..models import Booking
from ..states import BookingState
from .locking import BookingActionRefused, delete_expired_holds_on, take_pieces, units_locked

HOLD_DURATION = timedelta(minutes=15)
MAX_HOLD_DURATION = timedelta(minutes=45)  # since the first hold, if the applicant continues with the request
BATCH_SIZE = 500
MAX_REQUESTS_PER_PERSON, MAX_REQUESTS_PER_ADDRESS = 3, 15  # drafts that hold something at the same time
MAX_TIMES_PER_PERSON, MAX_TIMES_PER_ADDRESS = 110, 220  # times in these drafts; two a week for a year are 106


class HoldLimitReached(BookingActionRefused):
    """The person or address holds times in too many drafts, or too many times."""

    def __init__(self) -> None:
        text = _(
            "You hold times in several requests already. Send one of them, or try again in a quarter of an hour."
        )
        super().__init__(text)


def hold_times(
    *,
    actor: User,
    draft: Draft,
    field: str,
    offer: BookableResource,
    spans: list[TimeSpan],
    series: UUID,
    count: int = 1,
    caller: str = "",
) -> list[Booking]:
    """Hold times for a question of a draft for a quarter of an hour, in place of those it held before.

    A time that the question already held, or of which it held a part, is not held for longer by this; only
    ``prolong_holds`` extends holds. ``caller``: the network address of the request, for rate limits. Raises
    ``TimeTaken`` or ``HoldLimitReached``; earlier holds stay then. The draft must be locked.
    """
    now, held_by = timezone.now(), caller_digest(caller)
    with units_locked(offer.needs):
        delete_expired_holds_on(offer.needs, now)
        promised = promised_pieces([offer], TimeSpan.over(spans))
        own = list(Booking.objects.active_holds(now).filter(draft=draft, field=field))
        same = {one.span: one for one in own if (one.resource_id, one.count) == (offer.pk, count)}
        before = [one for one in own if one.resource_id in resources_sharing_units([offer])]
        unchanged = [same[span] for span in spans if span in same]
        release_holds(actor=actor, draft=draft, field=field, but=unchanged)
        new = [span for span in spans if span not in same]
        _check_hold_limit(draft, held_by, len(new), now)
        bookings = [
            Booking(
                resource_id=offer.pk,
                count=count,
                starts_at=span.start,
                ends_at=span.end,
                rehearsal=draft.version.is_rehearsal,
                draft=draft,
                field=field,
                series=series,
                held_by=held_by,
                **_hold_times([one for one in before if one.span.overlaps(span)], now),
            )
            for span in new
        ]
        Booking.objects.filter(pk__in=[one.pk for one in unchanged]).update(series=series, held_by=held_by)
        save_bookings(bookings, offer, now, promised)
        return [*unchanged, *bookings]


def _hold_times(before: list[Booking], now: datetime) -> dict[str, datetime]:
    """Return the fields for the start and end of a hold that replaces parts of holds ``before`` of its question.

    Both are those of the earliest, so that choosing again does not hold a time for longer.
    """
    return {
        "created_at": min((one.created_at for one in before), default=now),
        "held_until": min([now + HOLD_DURATION, *(one.held_until for one in before if one.held_until)]),
    }


def prolong_holds(*, actor: User, draft: Draft) -> None:
    """Extend the holds of a draft to a quarter of an hour from now, within ``MAX_HOLD_DURATION``.

    The draft must be locked. Expired holds stay expired.
    """
    now, longer = timezone.now(), []
    for one in Booking.objects.active_holds(now).filter(draft=draft):
        until = min(now + HOLD_DURATION, one.created_at + MAX_HOLD_DURATION)
        if one.held_until is None or until > one.held_until:
            one.held_until = until
            longer.append(one)
    Booking.objects.bulk_update(longer, ["held_until"])


def save_bookings(
    bookings: list[Booking], offer: BookableResource, now: datetime, promised: Iterable[PromisedPiece]
) -> None:
    """Save new bookings and give them their pieces, except those ``promised`` to waiting entries.

    Rehearsals take no pieces, so that they take no time from anybody.
    """
    for booking in bookings:
        booking.save()
    if real := [one for one in bookings if not one.rehearsal]:
        take_pieces(real, offer, now, promised=promised)


def release_holds(*, actor: User, draft: Draft, field: str, but: Iterable[Booking] = ()) -> None:
    """Release what a draft's question holds, except the bookings in ``but``."""
    held = Booking.objects.filter(draft=draft, field=field, state=BookingState.HELD)
    held.exclude(pk__in=[one.pk for one in but]).delete()


def release_draft_holds(*, actor: User, draft: Draft) -> None:
    """Release what a draft still holds when it is sent, for example for a question that it does not ask any more."""
    Booking.objects.filter(draft=draft, state=BookingState.HELD).delete()


def delete_expired_holds(*, now: datetime) -> int:
    """Delete expired holds that no other action has deleted. Return their number, at most ``BATCH_SIZE``."""
    with transaction.atomic():
        found = Booking.objects.expired(now).select_for_update(skip_locked=True).order_by("pk")
        keys = [*found.values_list("pk", flat=True)[:BATCH_SIZE]]
        Booking.objects.filter(pk__in=keys).delete()
    return len(keys)


def _check_hold_limit(draft: Draft, held_by: str, wanted: int, now: datetime) -> None:
    """Raise ``HoldLimitReached`` if the person or the address holds times in too many drafts, or too many times.

    Drafts of agents are exempt.
    """
    if draft.agent_id:
        return
    counted = (
        (Q(draft__user=draft.user_id), draft.user_id, MAX_REQUESTS_PER_PERSON, MAX_TIMES_PER_PERSON),
        (Q(held_by=held_by), held_by, MAX_REQUESTS_PER_ADDRESS, MAX_TIMES_PER_ADDRESS),
    )
    for same, known, most, most_times in counted:
        held = Booking.objects.active_holds(now).filter(same)
        if known and held.exclude(draft=draft).values("draft").distinct().count() >= most:
            raise HoldLimitReached
        if known and held.count() + wanted > most_times:
            raise HoldLimitReached


def caller_digest(caller: str) -> str:
    """Return a keyed hash of a network address, which can be counted but not read; "" if it is unknown."""
    return salted_hmac("booking-held-by", caller, algorithm="sha256").hexdigest() if caller else ""
