"""Import of external calendars, run by a worker from time to time."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ical_import
from ..models import BlockedTime, ImportedCalendar

AGAIN = timedelta(minutes=30)
logger = logging.getLogger(__name__)


def import_calendar(feed_id: int) -> None:
    """Read a calendar and replace its blocked times. On errors the blocked times stay and the error is stored."""
    feed = ImportedCalendar.objects.filter(pk=feed_id).first()
    if feed is None:
        return
    now = timezone.now()
    try:
        _replace_events(
            feed,
            ical_import.parse_busy_times(
                ical_import.fetch_calendar(feed.url), timezone.get_default_timezone(), now
            ),
            now,
        )
    except ical_import.InvalidCalendar as fault:
        _record_fault(feed, str(fault), now)
    # Any error of the imported file is shown to staff; the next run in half an hour may succeed.
    except Exception:
        logger.exception("An imported calendar failed.", extra={"feed": feed.pk})
        _record_fault(
            feed,
            _(
                "The calendar could not be saved. If this happens again, tell the person who administers "
                "the site."
            ),
            now,
        )


def _record_fault(feed: ImportedCalendar, fault: str, now: datetime) -> None:
    ImportedCalendar.objects.filter(pk=feed.pk).update(fault=fault[:255], due_at=now + AGAIN)


@transaction.atomic
def _replace_events(feed: ImportedCalendar, found: list[ical_import.BusyTime], now: datetime) -> None:
    feed = ImportedCalendar.objects.select_for_update().get(pk=feed.pk)
    feed.events.all().delete()
    BlockedTime.objects.bulk_create(
        BlockedTime(
            unit_id=feed.unit_id, starts_at=one.span.start, ends_at=one.span.end, reason=one.reason, feed=feed
        )
        for one in found
    )
    feed.fault, feed.read_at, feed.due_at = "", now, now + AGAIN
    feed.save(update_fields=["fault", "read_at", "due_at"])
