"""Times held while somebody fills in a form. They return by themselves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eservices.submissions.models import Draft

from ..availability import Span
from ..models import Booking
from ..offers import Offer, Promise, promises
from ..states import State
from .locking import NotAllowed, forget_expired, take, taking

HELD_FOR = timedelta(minutes=15)
AT_ONCE = 500
MOST_OF_PERSON, MOST_OF_ADDRESS = 3, 15  # requests that hold something at the same time
MOST_TIMES_OF_PERSON, MOST_TIMES_OF_ADDRESS = 110, 220  # times in them; two a week for a year are 106


class TooMany(NotAllowed):
    """Whoever asks holds in as many requests as one may."""

    def __init__(self):
        text = _(
            "You hold times in several requests already. Send one of them, or try again in a quarter of an hour."
        )
        super().__init__(text)


def hold(
    *,
    actor,
    draft: Draft,
    field: str,
    offer: Offer,
    spans: list[Span],
    series: UUID,
    count: int = 1,
    caller: str = "",
) -> list[Booking]:
    """Keeps times for a draft's question for a quarter of an hour, instead of those that it kept before.

    ``caller``: the network address that asks, to count by. Raises ``Taken`` or ``TooMany``; what was held before
    stays then. The draft must be locked.
    """
    now = timezone.now()
    with taking(offer.needs):
        forget_expired(offer.needs, now)
        promised = promises([offer], Span(spans[0].start, spans[-1].end))
        until = max(now + HELD_FOR, _offered_until(draft, field, spans, now))
        release(actor=actor, draft=draft, field=field)
        held_by = digest(caller)
        _allow(draft, held_by, len(spans), now)
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
                held_until=until,
                held_by=held_by,
            )
            for span in spans
        ]
        keep(bookings, offer, now, promised)
        return bookings


def _offered_until(draft: Draft, field: str, spans: list[Span], now: datetime) -> datetime:
    """Until when the same time is held already: longer than usual where it was offered to who waited for it."""
    own = Booking.objects.held(now).filter(draft=draft, field=field)
    times = {(span.start, span.end) for span in spans}
    return max((one.held_until for one in own if (one.starts_at, one.ends_at) in times), default=now)


def keep(bookings: list[Booking], offer: Offer, now: datetime, promised: Iterable[Promise]) -> None:
    """Saves new bookings and gives them their pieces, but what is ``promised`` to who waits.

    A rehearsal takes nothing away from anybody.
    """
    for booking in bookings:
        booking.save()
    if real := [one for one in bookings if not one.rehearsal]:
        take(real, offer, now, promised=promised)


def release(*, actor, draft: Draft, field: str) -> None:
    """Gives back what a draft's question holds."""
    Booking.objects.filter(draft=draft, field=field, state=State.HELD).delete()


def sweep_holds(*, now: datetime) -> int:
    """Deletes holds that expired and that nobody came across. Answers how many."""
    with transaction.atomic():
        found = Booking.objects.expired(now).select_for_update(skip_locked=True).order_by("pk")
        keys = [*found.values_list("pk", flat=True)[:AT_ONCE]]
        Booking.objects.filter(pk__in=keys).delete()
    return len(keys)


def _allow(draft: Draft, held_by: str, wanted: int, now: datetime) -> None:
    """Counts the requests in which the same person, or the same address, holds something, and the times in them.

    An agent is not counted.
    """
    if draft.agent_id:
        return
    counted = (
        (Q(draft__user=draft.user_id), draft.user_id, MOST_OF_PERSON, MOST_TIMES_OF_PERSON),
        (Q(held_by=held_by), held_by, MOST_OF_ADDRESS, MOST_TIMES_OF_ADDRESS),
    )
    for same, known, most, most_times in counted:
        held = Booking.objects.held(now).filter(same)
        if known and held.exclude(draft=draft).values("draft").distinct().count() >= most:
            raise TooMany
        if known and held.count() + wanted > most_times:
            raise TooMany


def digest(caller: str) -> str:
    """A network address to count by, and to tell nothing else from."""
    return salted_hmac("booking-held-by", caller, algorithm="sha256").hexdigest() if caller else ""
