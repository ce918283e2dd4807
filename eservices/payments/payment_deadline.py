"""Payment deadlines: the time before which a case must be paid."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from eservices.cases.extension_points import CaseExtension
from eservices.cases.models import Case
from home.extensions.base import extensions


def latest_payment_time(case: Case, until: datetime) -> datetime:
    """Return the last time to pay: ``until``, or earlier if what is paid for begins earlier."""
    begins = [moment for one in extensions(CaseExtension) if (moment := one.payment_deadline(case))]
    now = timezone.now()
    return min([until, *(_end_of_day_before(moment, now) for moment in begins if moment > now)])


def _end_of_day_before(begins: datetime, now: datetime) -> datetime:
    """Return the end of the day before, because people are shown a date; ``begins`` if that has passed."""
    day = datetime.combine(timezone.localdate(begins), time.min)
    evening = timezone.make_aware(day) - timedelta(minutes=1)
    return evening if evening > now else begins
