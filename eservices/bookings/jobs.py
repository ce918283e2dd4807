"""Periodic jobs for bookings."""

from datetime import timedelta

from eservices.cases.actors import SYSTEM
from home.scheduling.periodic import periodic_jobs, run_each_isolated

from . import actions
from .models import Booking, ImportedCalendar, WaitingEntry
from .tasks import import_calendar

BATCH_SIZE = 200
LEASE = timedelta(minutes=5)  # a lost task is enqueued again after this


@periodic_jobs.register("bookings")
def delete_expired_holds(now) -> None:
    """Delete expired holds, and release bookings of cases that ended without them."""
    actions.delete_expired_holds(now=now)
    run_each_isolated(
        Booking.objects.forsaken()[:BATCH_SIZE], actions.release_booking, named="booking", actor=SYSTEM
    )


@periodic_jobs.register("booking_waiting")
def process_waiting_list(now) -> None:
    """Offer free times to waiting entries, and delete entries whose time has begun."""
    due = WaitingEntry.objects.due(now)
    run_each_isolated(due[:BATCH_SIZE], actions.process_waiting_entry, named="waiting", actor=SYSTEM, now=now)
    WaitingEntry.objects.filter(starts_at__lte=now).delete()


@periodic_jobs.register("booking_reminders")
def send_reminders(now) -> None:
    """Remind applicants of bookings that begin soon."""
    soon = Booking.objects.to_remind(now).select_related("resource")
    run_each_isolated(soon[:BATCH_SIZE], actions.send_reminder, named="booking", actor=SYSTEM, now=now)


@periodic_jobs.register("booking_feeds")
def wake_calendar_imports(now) -> None:
    """Enqueue a task for each imported calendar that is due to be read again."""
    for pk, due_at in ImportedCalendar.objects.filter(due_at__lte=now).values_list("pk", "due_at")[
        :BATCH_SIZE
    ]:
        if ImportedCalendar.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            import_calendar.enqueue(pk)
