"""Access to waste reminders: only by the e-mailed secret."""

from datetime import datetime

from django.db.models import QuerySet

from home.web.opt_ins import find_by_link
from home.web.shortcuts import get_or_404

from .models import WasteDistrict, WasteReminder


def reminder_by_secret(secret: str) -> WasteReminder | None:
    """Return the reminder; None if it was ended or never existed."""
    return WasteReminder.objects.filter(secret=secret).first()


def reminder_by_secret_or_404(secret: str) -> WasteReminder:
    """Return the reminder. Raise Http404 if it is unknown."""
    return get_or_404(WasteReminder, secret=secret)


def reminder_by_opt_in_link(secret: str, now: datetime) -> WasteReminder:
    """Return the reminder of a confirmation link. Raise as ``find_by_link``."""
    return find_by_link(WasteReminder, secret, now)


def reminders_of(email: str) -> QuerySet[WasteReminder]:
    """Return the reminders of a verified address, confirmed or not."""
    return WasteReminder.objects.of_address(email)


def count_affected_reminders(districts: list[WasteDistrict]) -> int:
    """Return the number of confirmed reminders that end if these districts are deleted.

    A district that still exists in another language ends none.
    """
    left = WasteDistrict.objects.exclude(pk__in=[one.pk for one in districts])
    keys = {one.translation_key for one in districts} - set(left.values_list("translation_key", flat=True))
    return WasteReminder.objects.filter(district__in=keys, confirmed_at__isnull=False).count()
