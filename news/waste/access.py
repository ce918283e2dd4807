"""The door to a reminder is the mailed secret and nothing else."""

from datetime import datetime

from django.db.models import QuerySet

from home.models import WasteDistrict
from home.secrets import LinkExpired
from home.shortcuts import one_or_404

from .models import WasteReminder


def find(secret: str) -> WasteReminder | None:
    """None where it was ended, or never was."""
    return WasteReminder.objects.filter(secret=secret).first()


def by_secret(secret: str) -> WasteReminder:
    """Raises Http404 where unknown."""
    return one_or_404(WasteReminder, secret=secret)


def by_opt_in_link(secret: str, now: datetime) -> WasteReminder:
    """Raises Http404 where unknown, LinkExpired where too old."""
    reminder = by_secret(secret)
    if reminder.link_expires_at <= now and reminder.confirmed_at is None:
        raise LinkExpired
    return reminder


def reminders_of(email: str) -> QuerySet[WasteReminder]:
    """What goes, or would go, to a proven address."""
    return WasteReminder.objects.filter(email=email)


def reminded_of(districts: list[WasteDistrict]) -> int:
    """How many are reminded of what is collected in districts that are gone without these, in whatever language."""
    left = WasteDistrict.objects.exclude(pk__in=[one.pk for one in districts])
    keys = {one.translation_key for one in districts} - set(left.values_list("translation_key", flat=True))
    return WasteReminder.objects.filter(district__in=keys, confirmed_at__isnull=False).count()
