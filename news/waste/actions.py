"""All writes to waste reminders: request, confirm, send, end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from home.runtime.write_conflicts import retry_on_conflict
from home.scheduling.periodic import run_isolated

from . import emails, reminder_times
from .collection_dates import series_for_district
from .districts import WasteCollection, WasteDistrict
from .models import WasteReminder

BATCH_SIZE = 200  # reminders per run of the job; the next run continues


@retry_on_conflict
@transaction.atomic
def request_reminder(
    *, actor: User | None = None, email: str, language: str, district: UUID | None, when: str
) -> None:
    """E-mail the link that confirms a reminder.

    Returns nothing, so that the visitor does not learn whether the address is known. A confirmed reminder changes
    only when it is confirmed again, because anybody can enter an address.
    """
    email = stored_form(email)
    found = WasteReminder.objects.select_for_update().filter(email=email, district=district).first()
    reminder = found or WasteReminder(email=email, district=district)
    reminder.renew_link()
    if reminder.confirmed_at is None:
        reminder.language, reminder.when = language, when
    reminder.save()
    emails.send_opt_in(reminder, language, when)


@transaction.atomic
def confirm_reminder(
    *, actor: User | None = None, reminder: WasteReminder, language: str, when: str
) -> WasteReminder:
    """Confirm a reminder. A second time changes only time and language."""
    now = timezone.localtime()
    reminder = _lock(reminder)
    reminder.confirmed_at = reminder.confirmed_at or now
    reminder.language, reminder.when = language, when
    reminder.due_at = reminder_times.next_reminder_check(
        reminder_times.HOURS[reminder_times.ReminderTime(when)], now
    )
    reminder.save()
    return reminder


@transaction.atomic
def end_reminder(*, actor: User | None = None, reminder: WasteReminder) -> None:
    """End a reminder: delete it, and erase the address from its e-mails."""
    outbox.erase_deliveries_about(actor=actor, subject=emails.reminder_subject(reminder))
    WasteReminder.objects.filter(pk=reminder.pk).delete()


def send_due_reminders(now: datetime) -> None:
    """Process the due reminders. One that fails does not block the others, and is tried again."""
    for pk in list(WasteReminder.objects.due(now).values_list("pk", flat=True)[:BATCH_SIZE]):
        run_isolated(f"waste reminder {pk}", send_reminder, reminder_id=pk, now=now)


@transaction.atomic
def send_reminder(*, actor: User | None = None, reminder_id: int, now: datetime) -> None:
    """Send a reminder if anything is collected, and plan the next check.

    The calendar is read at this time, so that moved dates count. If it is too late, for example after an outage,
    collections that should be outside already are left out. If the district was deleted, the owner is notified and
    the reminder ends: the remaining collections would look like all of them.
    """
    now = timezone.localtime(now)
    reminder = WasteReminder.objects.select_for_update().filter(pk=reminder_id).first()
    if reminder is None or reminder.due_at is None or reminder.due_at > now:
        return
    if _is_gone(reminder.district):
        emails.send_district_deleted(reminder)
        end_reminder(reminder=reminder)
        return
    evening = reminder.when == reminder_times.ReminderTime.EVENING
    day = reminder_times.reminded_day(timezone.localtime(reminder.due_at), evening)
    rounds = series_for_district(WasteCollection.rounds(reminder.language), reminder.district)
    coming = [
        one
        for one in rounds
        if one.comes_on(day) and not reminder_times.is_too_late(day, one.out_before, now)
    ]
    if coming:
        emails.send_collection_reminder(reminder, day, coming)
    reminder.due_at = reminder_times.next_reminder_check(
        reminder_times.HOURS[reminder_times.ReminderTime(reminder.when)], now
    )
    reminder.save()


def _is_gone(district: UUID | None) -> bool:
    return district is not None and not WasteDistrict.objects.filter(translation_key=district).exists()


def _lock(reminder: WasteReminder) -> WasteReminder:
    return WasteReminder.objects.select_for_update().get(pk=reminder.pk)
