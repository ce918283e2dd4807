"""The dates of an event from its rhythm, and the rhythm in words."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from home.dates import date_format
from home.structured_data import WEEKDAYS

from .models import EventDate, Exceptional, Timed
from .recurrence import Every, Rule, days, occurrences, week_of_month


@dataclass
class Date(Timed):
    """One time, as lists and calendars show it."""

    start: datetime
    end: datetime | None
    cancelled: bool


def rule_of(page) -> Rule:
    """The rhythm that an event page says. What is cancelled stays among its dates."""
    out = frozenset(day for day, what in exceptions(page).items() if what == Exceptional.OUT)
    return Rule(Every(page.repeats), page.until, page.times, out)


def exceptions(page) -> dict:
    return {block.value["day"]: block.value["what"] for block in page.exceptions if block.value["day"]}


def idle_exceptions(page, today: date) -> set[date]:
    """Days to come on which it is not to take place, and would not anyway."""
    taking = days(page.first_day, replace(rule_of(page), without=frozenset()))
    return {day for day in exceptions(page) if day >= today} - set(taking)


def dates_of(page) -> list[Date]:
    """All dates of an event page, as it stands in memory."""
    cancelled = {day for day, what in exceptions(page).items() if what == Exceptional.CANCELLED}
    zone = ZoneInfo(settings.TIME_ZONE)
    return [
        Date(start, end, page.cancelled or timezone.localdate(start, zone) in cancelled)
        for start, end in occurrences(page.start, page.end, rule_of(page), zone)
    ]


@transaction.atomic
def write(page) -> None:
    """Keeps the dates of an event as rows. Nothing is written where nothing changed."""
    wanted = [(one.start, one.end, one.cancelled) for one in dates_of(page)]
    there = list(EventDate.objects.filter(event=page).values_list("start", "end", "cancelled"))
    if there == wanted:
        return
    EventDate.objects.filter(event=page).delete()
    EventDate.objects.bulk_create(
        EventDate(event=page, start=start, end=end, cancelled=cancelled) for start, end, cancelled in wanted
    )


def shown(dates: list[Date]) -> Date | None:
    """The date that stands for all: the next one, else the last."""
    return next((one for one in dates if not one.over), dates[-1] if dates else None)


def rhythm(page) -> str:
    """The rhythm in words: “Every Tuesday, until 30 June”. Nothing for what happens once."""
    every = Every(page.repeats)
    if every == Every.ONCE:
        return ""
    text = capfirst(_rhythm(page, every))
    if not (last := days(page.first_day, rule_of(page))):
        return text
    end = date_format(last[-1], "j F Y")
    return _("{rhythm}, until {last}").format(rhythm=text, last=end)


def _rhythm(page, every: Every) -> str:
    day = page.first_day
    weekday = date_format(day, "l")
    if every == Every.WEEK:
        return _("every week on {weekday}").format(weekday=weekday)
    if every == Every.OTHER_WEEK:
        return _("every other week on {weekday}").format(weekday=weekday)
    if every == Every.MONTH_DAY:
        return _("every month on the {day}").format(day=day.day)
    number = {
        1: pgettext("weekday of a month", "first"),
        2: pgettext("weekday of a month", "second"),
        3: pgettext("weekday of a month", "third"),
        4: pgettext("weekday of a month", "fourth"),
        5: pgettext("weekday of a month", "last"),
    }[5 if every == Every.MONTH_LAST else week_of_month(day)]
    return _("every month on the {number} {weekday}").format(number=number, weekday=weekday)


FREQUENCY = {
    Every.WEEK: "P1W",
    Every.OTHER_WEEK: "P2W",
    Every.MONTH_DAY: "P1M",
    Every.MONTH_WEEKDAY: "P1M",
    Every.MONTH_LAST: "P1M",
}


def schedule(page, dates: list[Date]) -> dict | None:
    """The rhythm for search engines: schema.org. Nothing for what happens once."""
    every = Every(page.repeats)
    if every == Every.ONCE or not dates:
        return None
    start = timezone.localtime(page.start)
    end = timezone.localtime(page.end) if page.end else None
    said = {
        "@type": "Schedule",
        "repeatFrequency": FREQUENCY[every],
        "startDate": page.first_day.isoformat(),
        "endDate": dates[-1].first_day.isoformat(),
        "startTime": f"{start:%H:%M}",
        "scheduleTimezone": settings.TIME_ZONE,
        "exceptDate": [day.isoformat() for day in sorted(exceptions(page))],
    }
    return said | _by(page.first_day, every) | ({"endTime": f"{end:%H:%M}"} if end else {})


def _by(day: date, every: Every) -> dict:
    """The day of the week or of the month on which it comes back; one of several in a month as calendars write it."""
    weekday = WEEKDAYS[day.weekday()]
    if every == Every.MONTH_DAY:
        return {"byMonthDay": day.day}
    if every in (Every.WEEK, Every.OTHER_WEEK):
        return {"byDay": f"https://schema.org/{weekday}"}
    number = 5 if every == Every.MONTH_LAST else week_of_month(day)
    return {"byDay": f"{-1 if number == 5 else number}{weekday[:2].upper()}"}
