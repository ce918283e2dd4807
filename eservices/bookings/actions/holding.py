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
from ..offers import Offer, Promise, promises, sharing
from ..states import State
from .locking import NotAllowed, forget_expired, take, taking

HELD_FOR = timedelta(minutes=15)
MOST_HELD = timedelta(minutes=45)  # since it was held first, by who goes on with the request
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

    A time that it kept already is kept no longer for that, nor is another of which it kept a part: see ``prolong``.
    ``caller``: the network address that asks, to count by. Raises ``Taken`` or ``TooMany``; what was held before
    stays then. The draft must be locked.
    """
    now, held_by = timezone.now(), digest(caller)
    with taking(offer.needs):
        forget_expired(offer.needs, now)
        promised = promises([offer], Span.over(spans))
        own = list(Booking.objects.held(now).filter(draft=draft, field=field))
        same = {one.span: one for one in own if (one.resource_id, one.count) == (offer.pk, count)}
        before = [one for one in own if one.resource_id in sharing([offer])]
        kept = [same[span] for span in spans if span in same]
        release(actor=actor, draft=draft, field=field, but=kept)
        new = [span for span in spans if span not in same]
        _allow(draft, held_by, len(new), now)
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
                **_since([one for one in before if one.span.overlaps(span)], now),
            )
            for span in new
        ]
        Booking.objects.filter(pk__in=[one.pk for one in kept]).update(series=series, held_by=held_by)
        keep(bookings, offer, now, promised)
        return [*kept, *bookings]


def _since(before: list[Booking], now: datetime) -> dict[str, datetime]:
    """Since when and until when a time is held of which the same question held a part in some bookings ``before``."""
    return {
        "created_at": min((one.created_at for one in before), default=now),
        "held_until": min([now + HELD_FOR, *(one.held_until for one in before)]),
    }


def prolong(*, actor, draft: Draft) -> None:
    """Who goes on with a request keeps what it holds for a quarter of an hour from now, so often as ``MOST_HELD`` lets.

    The draft must be locked. What expired meanwhile stays so.
    """
    now, longer = timezone.now(), []
    for one in Booking.objects.held(now).filter(draft=draft):
        until = min(now + HELD_FOR, one.created_at + MOST_HELD)
        if until > one.held_until:
            one.held_until = until
            longer.append(one)
    Booking.objects.bulk_update(longer, ["held_until"])


def keep(bookings: list[Booking], offer: Offer, now: datetime, promised: Iterable[Promise]) -> None:
    """Saves new bookings and gives them their pieces, but what is ``promised`` to who waits.

    A rehearsal takes nothing away from anybody.
    """
    for booking in bookings:
        booking.save()
    if real := [one for one in bookings if not one.rehearsal]:
        take(real, offer, now, promised=promised)


def release(*, actor, draft: Draft, field: str, but: Iterable[Booking] = ()) -> None:
    """Gives back what a draft's question holds, ``but`` some of it."""
    held = Booking.objects.filter(draft=draft, field=field, state=State.HELD)
    held.exclude(pk__in=[one.pk for one in but]).delete()


def release_all(*, actor, draft: Draft) -> None:
    """Gives back what a draft still holds once it is sent: of a question that it does not ask any more."""
    Booking.objects.filter(draft=draft, state=State.HELD).delete()


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
