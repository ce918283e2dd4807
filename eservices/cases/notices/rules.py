"""How agents are told where they did not choose, and when a digest goes out. Pure."""

from datetime import datetime, time, timedelta

from eservices.cases.models import NoticeKind, NoticeWay

UNCHOSEN = {
    NoticeKind.NEW: NoticeWay.NEVER,
    NoticeKind.ASSIGNED: NoticeWay.NOW,
    NoticeKind.ANSWERED: NoticeWay.NOW,
    NoticeKind.MENTIONED: NoticeWay.NOW,
    NoticeKind.REVIEW: NoticeWay.NOW,
    NoticeKind.DEADLINE: NoticeWay.DAILY,
}
MORNING = time(7, 0)
NEAR = timedelta(hours=24)  # before the deadline


def digest_at(now: datetime) -> datetime:
    """The next morning of a weekday after ``now``, which is in the commune's time zone."""
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, now.tzinfo)
