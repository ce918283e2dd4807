"""Every write to a reminder: asked for, confirmed, carried out, ended."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from home.scheduling.periodic import run_isolated

from . import emails, reminder_times
from .collection_dates import series_for_district
from .models import WasteCollection, WasteDistrict, WasteReminder

LINK_LIFETIME = timedelta(days=7)
BATCH_SIZE = 200  # letters of one sweep; the next one goes on


def request_reminder(*, actor=None, email: str, language: str, district: UUID | None, when: str) -> None:
    """Mails the link that confirms. Answers nothing: who asks learns not whether the address is known.

    What somebody confirmed is changed only once they confirm again: anybody may type an address.
    """
    email = stored_form(email)
    try:
        _ask(email, language, district, when)
    except IntegrityError:  # asked twice at once: the other request made the row
        _ask(email, language, district, when)


@transaction.atomic
def _ask(email: str, language: str, district: UUID | None, when: str) -> None:
    found = WasteReminder.objects.select_for_update().filter(email=email, district=district).first()
    reminder = found or WasteReminder(email=email, district=district)
    reminder.link_expires_at = timezone.now() + LINK_LIFETIME
    if reminder.confirmed_at is None:
        reminder.language, reminder.when = language, when
    reminder.save()
    emails.send_opt_in(reminder, language, when)


@transaction.atomic
def confirm_reminder(*, actor=None, reminder: WasteReminder, language: str, when: str) -> WasteReminder:
    """The owner of the address agrees. A second time changes nothing but the hour and the language."""
    now = timezone.localtime()
    reminder = _lock(reminder)
    reminder.confirmed_at = reminder.confirmed_at or now
    reminder.language, reminder.when = language, when
    reminder.due_at = reminder_times.next_reminder_check(WasteReminder.HOURS[when], now)
    reminder.save()
    return reminder


@transaction.atomic
def end_reminder(*, actor=None, reminder: WasteReminder) -> None:
    """No more reminders: the address is forgotten, in the letters that went out too."""
    outbox.erase_deliveries_about(actor=actor, subject=emails.reminder_subject(reminder))
    WasteReminder.objects.filter(pk=reminder.pk).delete()


def send_due_reminders(now: datetime) -> None:
    """Looks at every reminder whose hour has come. One that fails holds up no other, and is tried again."""
    for pk in list(WasteReminder.objects.due(now).values_list("pk", flat=True)[:BATCH_SIZE]):
        run_isolated(f"waste reminder {pk}", send_reminder, reminder_id=pk, now=now)


@transaction.atomic
def send_reminder(*, actor=None, reminder_id: int, now: datetime) -> None:
    """Writes of what is collected, where anything is, and looks again a day later.

    The calendar is read now, so that what editors moved holds. Late, as after an outage, nothing is written of
    what should stand outside already. Where the district is no more, its owner is told and the reminders end: what
    is left would look like everything.
    """
    now = timezone.localtime(now)
    reminder = WasteReminder.objects.select_for_update().filter(pk=reminder_id).first()
    if reminder is None or reminder.due_at is None or reminder.due_at > now:
        return
    if _is_gone(reminder.district):
        emails.send_district_deleted(reminder)
        end_reminder(reminder=reminder)
        return
    evening = reminder.when == WasteReminder.When.EVENING
    day = reminder_times.reminded_day(timezone.localtime(reminder.due_at), evening)
    rounds = series_for_district(WasteCollection.rounds(reminder.language), reminder.district)
    coming = [
        one
        for one in rounds
        if one.comes_on(day) and not reminder_times.is_too_late(day, one.out_before, now)
    ]
    if coming:
        emails.send_collection_reminder(reminder, day, coming)
    reminder.due_at = reminder_times.next_reminder_check(WasteReminder.HOURS[reminder.when], now)
    reminder.save()


def _is_gone(district: UUID | None) -> bool:
    return district is not None and not WasteDistrict.objects.filter(translation_key=district).exists()


def _lock(reminder: WasteReminder) -> WasteReminder:
    return WasteReminder.objects.select_for_update().get(pk=reminder.pk)
