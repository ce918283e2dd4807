"""Selection of the backups that stay. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

PERIODS: Mapping[str, Callable[[datetime], object]] = {
    "days": lambda at: at.date(),
    "weeks": lambda at: at.isocalendar()[:2],
    "months": lambda at: (at.year, at.month),
}


@dataclass(frozen=True)
class RetentionRule:
    """Numbers of days, weeks and months of which the newest backup stays."""

    days: int
    weeks: int
    months: int


def select_retained(times: Iterable[datetime], rule: RetentionRule) -> set[datetime]:
    """Return the times of the backups that stay: the newest of each of the latest days, weeks and months.

    Only periods with a backup count, so that a pause deletes nothing. The newest backup always stays.
    """
    newest_first = sorted(set(times), reverse=True)
    retained = set(newest_first[:1])
    for name, period_of in PERIODS.items():
        newest_by_period: dict[object, datetime] = {}
        for at in newest_first:
            newest_by_period.setdefault(period_of(at), at)
        retained.update(list(newest_by_period.values())[: getattr(rule, name)])
    return retained
