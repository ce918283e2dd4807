"""Reading of the Retry-After and rate-limit headers of a server that answered 429."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

from home.web.http_client import HttpAnswer

MIN_PAUSE, MAX_PAUSE = timedelta(seconds=30), timedelta(hours=24)


def retry_at(answer: HttpAnswer, pause: timedelta) -> datetime:
    """Return when to call the server again, within limits; after ``pause`` if the headers give no valid time."""
    now = timezone.now()
    try:
        moment = _told(answer.headers, now) or now + pause
    except (ValueError, OverflowError, OSError):
        moment = now + pause
    return min(max(moment, now + MIN_PAUSE), now + MAX_PAUSE)


def _told(headers: Mapping[str, str], now: datetime) -> datetime | None:
    told = headers.get("Retry-After", "")
    if told.isdigit():
        return now + timedelta(seconds=min(int(told), 10**6))
    if told:
        return _aware(parsedate_to_datetime(told))
    reset = headers.get("X-Rate-Limit-Reset") or headers.get("X-RateLimit-Reset") or ""
    if reset.isdigit():
        return datetime.fromtimestamp(int(reset), UTC)
    return _aware(datetime.fromisoformat(reset)) if reset else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
