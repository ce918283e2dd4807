"""Calendar periods: a day, a week, a month, a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .logic.availability import DAY, days_between
from .question.answers import parse_moment


@dataclass(frozen=True)
class CalendarPeriod:
    """The days from ``first`` to ``last``, both included, around the requested ``day``."""

    view: str
    day: date
    first: date
    last: date

    @classmethod
    def of(cls, view: str, day: date, *, listed: int = 7) -> "CalendarPeriod":
        """Return the period that ``view`` shows for a day; a list has ``listed`` days."""
        if view == "week":
            first = day - day.weekday() * DAY
            return cls(view, day, first, first + 6 * DAY)
        if view == "month":
            first = day.replace(day=1)
            return cls(view, day, first, (first + 31 * DAY).replace(day=1) - DAY)
        return cls(view, day, day, day + (listed - 1) * DAY if view == "list" else day)

    @classmethod
    def from_query(
        cls, view: str | None, day: str | None, *, views: tuple[str, ...], today: date, listed: int = 7
    ) -> "CalendarPeriod":
        """Return the period of a query string. Invalid values are replaced by the first view and by today."""
        found = parse_moment(day)
        return cls.of(view if view in views else views[0], found.date() if found else today, listed=listed)

    @property
    def days(self) -> Iterator[date]:
        return days_between(self.first, self.last)

    @property
    def earlier(self) -> date:
        """A day of the previous period."""
        length = self.last - self.first + DAY
        return self.first - DAY if self.view == "month" else self.day - length

    @property
    def later(self) -> date:
        """A day of the next period."""
        length = self.last - self.first + DAY
        return self.last + DAY if self.view == "month" else self.day + length

    @property
    def weeks(self) -> list[list[date | None]]:
        """The days in weeks from Monday on; None for days outside the period."""
        start = self.first - self.first.weekday() * DAY
        end = self.last + timedelta(days=6 - self.last.weekday())
        found = [day if self.first <= day <= self.last else None for day in days_between(start, end)]
        return [found[number : number + 7] for number in range(0, len(found), 7)]
