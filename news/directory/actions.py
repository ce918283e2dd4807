"""Every write around keeping an entry true: links asked for, entries confirmed, keepers reminded."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from eservices.accounts.email_addresses import is_same, stored_form
from eservices.deliveries import actions as outbox
from home.scheduling.periodic import run_isolated

from . import access, emails
from .models import YEAR, DirectoryEntry, KeeperLink

LINK_LIFETIME = timedelta(days=7)
REMINDER_LIFETIME = timedelta(days=60)  # of the link in the letter that comes unasked
BATCH_SIZE = 50  # letters of one sweep; the next one goes on


@transaction.atomic
def send_keeper_links(*, actor=None, email: str, language: str) -> None:
    """Mails a link for each entry kept under the address, or says that there is none.

    Answers nothing: who asks learns not whether the address is known, only who reads its mail.
    """
    email = stored_form(email)
    entries = access.entries_of(email)
    if entries:
        emails.send_entry_links([_link(one, LINK_LIFETIME) for one in entries], email, language)
    else:
        emails.send_no_entry(email, language)


@transaction.atomic
def confirm_entry(*, actor=None, link: KeeperLink) -> DirectoryEntry:
    """Its keeper says that all is true. A second time changes nothing but the day."""
    entry = DirectoryEntry.objects.select_for_update().get(pk=link.entry_id)
    now = timezone.now()
    entry.confirmed_at, entry.due_at = now, now + YEAR
    entry.save()
    return entry


def send_due_reminders(now: datetime) -> None:
    """Asks the keepers whose year is over. One that fails holds up no other, and is tried again."""
    for pk in list(DirectoryEntry.objects.to_remind(now).values_list("pk", flat=True)[:BATCH_SIZE]):
        run_isolated(f"reminder of directory entry {pk}", send_reminder, entry_id=pk, now=now)


@transaction.atomic
def send_reminder(*, actor=None, entry_id: int, now: datetime) -> None:
    """Asks the keeper whether all is still true, and asks again a year later."""
    entry = (
        DirectoryEntry.objects.select_for_update().filter(pk=entry_id, shown=True, due_at__lte=now).first()
    )
    if entry is None:
        return
    if entry.keeper:
        emails.send_yearly_reminder(_link(entry, REMINDER_LIFETIME))
    entry.due_at = now + YEAR
    entry.save()


@transaction.atomic
def remove_keeper(*, actor=None, entry: DirectoryEntry) -> None:
    """Whoever keeps the entry as it was read does so no more: their address is gone from it and from the letters that
    went out, and their links are."""
    keeper = entry.keeper
    entry = DirectoryEntry.objects.select_for_update().get(pk=entry.pk)
    for field in ("keeper_email", "email"):
        if is_same(getattr(entry, field), keeper):
            setattr(entry, field, "")
    entry.save()
    entry.links.filter(email=keeper).delete()
    outbox.erase_deliveries_about(actor=actor, subject=emails.entry_subject(entry))


def delete_expired_links(now: datetime) -> None:
    """Links that open nothing any more."""
    KeeperLink.objects.filter(expires_at__lt=now - LINK_LIFETIME).delete()


def _link(entry: DirectoryEntry, lifetime: timedelta) -> KeeperLink:
    expires = timezone.now() + lifetime
    return KeeperLink.objects.create(entry=entry, email=entry.keeper, expires_at=expires)
