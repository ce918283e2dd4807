"""What the scheduler does for bookings."""

from datetime import timedelta

from eservices.cases.actors import SYSTEM
from home.background import sweeps, try_each

from . import actions
from .models import Booking, Feed, Waiting
from .tasks import read_feed

AT_ONCE = 200
LEASE = timedelta(minutes=5)  # a wake-up that was lost is made again after this


@sweeps.register("bookings")
def return_holds(now) -> None:
    """Times that were held and not asked for are free again."""
    actions.sweep_holds(now=now)
    try_each(Booking.objects.forsaken()[:AT_ONCE], actions.let_go, named="booking", actor=SYSTEM)


@sweeps.register("booking_waiting")
def offer_what_is_free(now) -> None:
    """Asks who waits whether they want a time that is free; when it has begun, nobody waits for it any more."""
    due = Waiting.objects.due(now)
    try_each(due[:AT_ONCE], actions.look_after, named="waiting", actor=SYSTEM, now=now)
    Waiting.objects.filter(starts_at__lte=now).delete()


@sweeps.register("booking_reminders")
def remind_of_bookings(now) -> None:
    """Writes to who booked that it begins soon."""
    soon = Booking.objects.to_remind(now).select_related("resource")
    try_each(soon[:AT_ONCE], actions.remind, named="booking", actor=SYSTEM, now=now)


@sweeps.register("booking_feeds")
def read_calendars(now) -> None:
    """Wakes a worker for each imported calendar that is to be read again."""
    for pk, due_at in Feed.objects.filter(due_at__lte=now).values_list("pk", "due_at")[:AT_ONCE]:
        if Feed.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            read_feed.enqueue(pk)
