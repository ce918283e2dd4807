"""Jobs of the channels."""

from datetime import datetime, timedelta

from home.scheduling.periodic import once_a_minute, periodic_jobs

from . import actions
from .models.sms import PhoneReader

GRACE = timedelta(days=2)

periodic_jobs.register("channels")(actions.send_missed_posts)


@periodic_jobs.register("phone_readers")
@once_a_minute
def delete_unconfirmed_readers(now: datetime) -> None:
    """Delete phone numbers whose code was not entered within ``GRACE``."""
    PhoneReader.objects.forgotten(now - GRACE).delete()
