"""Before which moment a request has to be paid, as offered by the apps that know it, in files of this name."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.utils import timezone

from eservices.cases.models import Case
from home.extensions.registry import Registry

payment_deadline_providers: Registry[Callable[[Case], datetime | None]] = Registry("paid_before")


def latest_payment_time(case: Case, until: datetime) -> datetime:
    """The last moment to pay: ``until``, or sooner where what it pays for begins sooner."""
    begins = [moment for offer in payment_deadline_providers if (moment := offer(case))]
    now = timezone.now()
    return min([until, *(_last_moment(moment, now) for moment in begins if moment > now)])


def _last_moment(begins: datetime, now: datetime) -> datetime:
    """The evening before, as people are told a day; where that is over, when it begins."""
    day = datetime.combine(timezone.localdate(begins), time.min)
    evening = timezone.make_aware(day) - timedelta(minutes=1)
    return evening if evening > now else begins
