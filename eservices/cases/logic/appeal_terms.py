"""Last day of an appeal term, by the rules of the country or canton. Pure."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from home.localization import working_days

DAYS, MONTHS = "days", "months"
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Season:
    """A part of every year from ``first`` to ``last``, both included, as (month, day). It may span the new year."""

    key: str
    first: tuple[int, int]
    last: tuple[int, int]

    def __contains__(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True)
class AroundEaster:
    """The days from ``before`` days before Easter Sunday to ``after`` days after it, both included."""

    key: str
    before: int
    after: int

    def __contains__(self, day: date) -> bool:
        return -self.before <= (day - easter(day.year)).days <= self.after


@dataclass(frozen=True)
class MoreHolidays:
    """Days on which no term ends although the list of public holidays lacks them.

    ``fixed``: (month, day). ``after_easter``: days after Easter Sunday. ``source``: the law that names them.
    """

    fixed: tuple[tuple[int, int], ...] = ()
    after_easter: tuple[int, ...] = ()
    source: str = ""

    def __contains__(self, day: date) -> bool:
        return (day.month, day.day) in self.fixed or (day - easter(day.year)).days in self.after_easter


@dataclass(frozen=True)
class AllHolidays:
    """The public holidays of a place and those that its rules add."""

    public: Container[date]
    more: MoreHolidays

    def __contains__(self, day: date) -> bool:
        return day in self.public or day in self.more


@dataclass(frozen=True)
class Presumption:
    """The day on which a registered letter without a proof of delivery counts as received.

    ``working_days`` after posting, then ``days`` more. ``source``: the law of the rule.
    """

    working_days: int
    days: int
    source: str

    def received_on(self, posted: date, free: Container[date]) -> date:
        """Return the presumed day of receipt of a letter posted on ``posted``."""
        return working_days.add_working_days(posted, self.working_days, free) + timedelta(days=self.days)


@dataclass(frozen=True)
class Example:
    """A term computed by hand: day of notification, length, last day."""

    notified: str
    number: int
    last: str
    unit: str = DAYS
    suspended: bool = True


@dataclass(frozen=True)
class AppealRules:
    """The rules by which a country or canton counts an appeal term.

    ``clear``: neither the day of notification nor the last day counts (French *délai franc*). ``recess``: the times
    whose days do not count; ``recess_source``: their article as letters cite it. ``known`` is False if the project
    has no rules for the place: then no recess is assumed.
    """

    key: str
    source: str
    url: str = ""
    recess: tuple[Season | AroundEaster, ...] = ()
    recess_source: str = ""
    clear: bool = False
    presumption: Presumption | None = None
    more_holidays: MoreHolidays = MoreHolidays()
    examples: tuple[Example, ...] = ()
    note: str = ""
    known: bool = True

    def holidays(self, public: Container[date]) -> AllHolidays:
        """Return the days on which no term ends, besides Saturdays and Sundays. ``public``: those of the place."""
        return AllHolidays(public, self.more_holidays)

    def is_recess(self, day: date) -> bool:
        return any(day in one for one in self.recess)

    def last_day(
        self, notified: date, number: int, unit: str, free: Container[date], *, suspended: bool = True
    ) -> date:
        """Return the last day to appeal against a decision notified on ``notified``.

        The term begins on the day after. Days of the recess do not count if ``suspended``; terms in months are not
        suspended. A term that would end on a Saturday, Sunday, holiday or in the recess ends on the next working day.
        ``free``: what ``holidays`` returns, without the commune's own closings.
        """
        suspended = suspended and unit == DAYS
        last = self._nominal(notified, number, unit, suspended) + (A_DAY if self.clear else timedelta())
        while not working_days.is_working_day(last, free) or (suspended and self.is_recess(last)):
            last += A_DAY
        return last

    def _nominal(self, notified: date, number: int, unit: str, suspended: bool) -> date:
        if unit == MONTHS:
            return notified + relativedelta(months=number)
        counted = self._counted_days(notified, suspended)
        return [next(counted) for _number in range(number)][-1] if number else notified

    def _counted_days(self, notified: date, suspended: bool) -> Iterator[date]:
        day = notified
        while True:
            day += A_DAY
            if not (suspended and self.is_recess(day)):
                yield day
