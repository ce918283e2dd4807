"""The door to a reminder is the mailed secret and nothing else."""

from datetime import datetime

from django.db.models import QuerySet

from home.web.secret_links import LinkExpired
from home.web.shortcuts import get_or_404

from .models import WasteDistrict, WasteReminder


def reminder_by_secret(secret: str) -> WasteReminder | None:
    """None where it was ended, or never was."""
    return WasteReminder.objects.filter(secret=secret).first()


def reminder_by_secret_or_404(secret: str) -> WasteReminder:
    """Raises Http404 where unknown."""
    return get_or_404(WasteReminder, secret=secret)


def reminder_by_opt_in_link(secret: str, now: datetime) -> WasteReminder:
    """Raises Http404 where unknown, LinkExpired where too old."""
    reminder = reminder_by_secret_or_404(secret)
    if reminder.link_expires_at <= now and reminder.confirmed_at is None:
        raise LinkExpired
    return reminder


def reminders_of(email: str) -> QuerySet[WasteReminder]:
    """What goes, or would go, to a proven address."""
    return WasteReminder.objects.filter(email=email)


def count_affected_reminders(districts: list[WasteDistrict]) -> int:
    """How many are reminded of what is collected in districts that are gone without these, in whatever language."""
    left = WasteDistrict.objects.exclude(pk__in=[one.pk for one in districts])
    keys = {one.translation_key for one in districts} - set(left.values_list("translation_key", flat=True))
    return WasteReminder.objects.filter(district__in=keys, confirmed_at__isnull=False).count()
