"""Quiet hours for messages that ring a phone. Pure."""

from datetime import datetime, time, timedelta


def earliest_send_time(now: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """Return ``now``, or the end of the quiet hours if ``now`` is within them.

    ``now`` is local time. There are no quiet hours if both limits are equal.
    """
    hour = now.time()
    over_midnight = quiet_from > quiet_until
    begun, goes_on = hour >= quiet_from, hour < quiet_until
    quiet = begun or goes_on if over_midnight else begun and goes_on
    if not quiet:
        return now
    day = now.date() + timedelta(days=1 if over_midnight and begun else 0)
    return datetime.combine(day, quiet_until, tzinfo=now.tzinfo)
