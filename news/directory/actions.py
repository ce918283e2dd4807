"""All writes for keepers: request links, confirm entries; and reminders to keepers."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.log_actions import log

from eservices.accounts.email_addresses import is_same, stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from home.scheduling.periodic import run_isolated

from . import access, emails
from .models import YEAR, DirectoryEntry, DirectoryTheme, KeeperLink

REMINDER_LIFETIME = timedelta(days=60)  # of the link in the yearly reminder
BATCH_SIZE = 50  # reminders per run of the job; the next run continues


@transaction.atomic
def send_keeper_links(*, actor: User | None = None, email: str, language: str) -> None:
    """E-mail a link for each entry of the address, or that there is none.

    Returns nothing, so that only the owner of the mailbox learns whether the address is known.
    """
    email = stored_form(email)
    entries = access.entries_of(email)
    if entries:
        emails.send_entry_links([_link(one, KeeperLink.LINK_LIFETIME) for one in entries], email, language)
    else:
        emails.send_no_entry(email, language)


@transaction.atomic
def create_entry(*, actor: User | None, theme: str, **values: Any) -> DirectoryEntry:
    """Create an entry of values as ``ImportedEntryForm`` cleans them, in the active language.

    ``theme``: its translation key.
    """
    found = DirectoryTheme.objects.filter(translation_key=theme).order_by("pk")[:1].get()
    entry = DirectoryEntry.objects.create(theme=found, language=get_language(), **values)
    log(entry, "wagtail.create", user=actor)
    return entry


@transaction.atomic
def confirm_entry(*, actor: User | None = None, link: KeeperLink) -> DirectoryEntry:
    """Record that the keeper confirms the entry. A second time updates only the dates."""
    entry = DirectoryEntry.objects.select_for_update().get(pk=link.entry_id)
    now = timezone.now()
    entry.confirmed_at, entry.due_at = now, now + YEAR
    entry.save()
    return entry


def send_due_reminders(now: datetime) -> None:
    """Send the due reminders. One that fails does not block the others, and is tried again."""
    for pk in list(DirectoryEntry.objects.to_remind(now).values_list("pk", flat=True)[:BATCH_SIZE]):
        run_isolated(f"reminder of directory entry {pk}", send_reminder, entry_id=pk, now=now)


@transaction.atomic
def send_reminder(*, actor: User | None = None, entry_id: int, now: datetime) -> None:
    """Ask the keeper whether the entry is still right, and plan the next reminder in a year."""
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
def remove_keeper(*, actor: User | None = None, entry: DirectoryEntry) -> None:
    """Remove the keeper's address from the entry and from its e-mails, and delete the keeper's links.

    The keeper is taken from ``entry`` as it was read.
    """
    keeper = entry.keeper
    entry = DirectoryEntry.objects.select_for_update().get(pk=entry.pk)
    for field in ("keeper_email", "email"):
        if is_same(getattr(entry, field), keeper):
            setattr(entry, field, "")
    entry.save()
    entry.links.filter(email=keeper).delete()
    outbox.erase_deliveries_about(actor=actor, subject=emails.entry_subject(entry))


def delete_expired_links(now: datetime) -> None:
    """Delete links that expired some time ago."""
    KeeperLink.objects.expired(now - KeeperLink.LINK_LIFETIME).delete()


def _link(entry: DirectoryEntry, lifetime: timedelta) -> KeeperLink:
    expires = timezone.now() + lifetime
    return KeeperLink.objects.create(entry=entry, email=entry.keeper, link_expires_at=expires)
