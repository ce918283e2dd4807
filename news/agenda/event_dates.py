"""Dates of an event from its recurrence rule, and the rule as text."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from home.formats.structured_data import WEEKDAYS
from home.localization.dates import date_format

from .occurrences import EventDate, EventExceptionType, TimedMixin
from .recurrence import Frequency, RecurrenceRule, occurrences, recurrence_days, week_of_month


@dataclass
class EventOccurrence(TimedMixin):
    """A date of an event, as lists and calendars show it. It need not be saved."""

    start: datetime
    end: datetime | None
    cancelled: bool


def recurrence_rule_of(page) -> RecurrenceRule:
    """Return the recurrence rule of an event page. Cancelled days stay among its dates."""
    out = frozenset(
        day for day, what in recurrence_exceptions(page).items() if what == EventExceptionType.OUT
    )
    return RecurrenceRule(Frequency(page.repeats), page.until, page.times, out)


def recurrence_exceptions(page) -> dict:
    return {block.value["day"]: block.value["what"] for block in page.exceptions if block.value["day"]}


def ineffective_exceptions(page, today: date) -> set[date]:
    """Return the coming exceptions on which the event would not take place anyway."""
    taking = recurrence_days(page.first_day, replace(recurrence_rule_of(page), without=frozenset()))
    return {day for day in recurrence_exceptions(page) if day >= today} - set(taking)


def occurrences_of(page) -> list[EventOccurrence]:
    """Return all dates of an event page, as it is in memory."""
    cancelled = {
        day for day, what in recurrence_exceptions(page).items() if what == EventExceptionType.CANCELLED
    }
    zone = ZoneInfo(settings.TIME_ZONE)
    return [
        EventOccurrence(start, end, page.cancelled or timezone.localdate(start, zone) in cancelled)
        for start, end in occurrences(page.start, page.end, recurrence_rule_of(page), zone)
    ]


@transaction.atomic
def save_occurrences(page) -> None:
    """Save the dates of an event as rows. Write nothing if nothing changed."""
    wanted = [(one.start, one.end, one.cancelled) for one in occurrences_of(page)]
    there = list(EventDate.objects.filter(event=page).values_list("start", "end", "cancelled"))
    if there == wanted:
        return
    EventDate.objects.filter(event=page).delete()
    EventDate.objects.bulk_create(
        EventDate(event=page, start=start, end=end, cancelled=cancelled) for start, end, cancelled in wanted
    )


def representative_date(dates: list[EventOccurrence]) -> EventOccurrence | None:
    """Return the next date; the last one if all are over, None if there are none."""
    return next((one for one in dates if not one.over), dates[-1] if dates else None)


def recurrence_text(page) -> str:
    """Return the recurrence as text: “Every Tuesday, until 30 June”; "" for an event that takes place once."""
    every = Frequency(page.repeats)
    if every == Frequency.ONCE:
        return ""
    text = capfirst(_rhythm(page, every))
    if not (last := recurrence_days(page.first_day, recurrence_rule_of(page))):
        return text
    end = date_format(last[-1], "j F Y")
    return _("{rhythm}, until {last}").format(rhythm=text, last=end)


def _rhythm(page, every: Frequency) -> str:
    day = page.first_day
    weekday = date_format(day, "l")
    if every == Frequency.WEEK:
        return _("every week on {weekday}").format(weekday=weekday)
    if every == Frequency.OTHER_WEEK:
        return _("every other week on {weekday}").format(weekday=weekday)
    if every == Frequency.MONTH_DAY:
        return _("every month on the {day}").format(day=day.day)
    number = {
        1: pgettext("weekday of a month", "first"),
        2: pgettext("weekday of a month", "second"),
        3: pgettext("weekday of a month", "third"),
        4: pgettext("weekday of a month", "fourth"),
        5: pgettext("weekday of a month", "last"),
    }[5 if every == Frequency.MONTH_LAST else week_of_month(day)]
    return _("every month on the {number} {weekday}").format(number=number, weekday=weekday)


FREQUENCY = {
    Frequency.WEEK: "P1W",
    Frequency.OTHER_WEEK: "P2W",
    Frequency.MONTH_DAY: "P1M",
    Frequency.MONTH_WEEKDAY: "P1M",
    Frequency.MONTH_LAST: "P1M",
}


def schema_org_schedule(page, dates: list[EventOccurrence]) -> dict | None:
    """Return the recurrence as a schema.org Schedule; None for an event that takes place once or has no dates."""
    every = Frequency(page.repeats)
    if every == Frequency.ONCE or not dates:
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
        "exceptDate": [day.isoformat() for day in sorted(recurrence_exceptions(page))],
    }
    return said | _by(page.first_day, every) | ({"endTime": f"{end:%H:%M}"} if end else {})


def _by(day: date, every: Frequency) -> dict:
    """Return the weekday or the day of the month of the recurrence.

    One of several weekdays in a month is written as in iCalendar (RFC 5545): ``2TU``, ``-1FR``.
    """
    weekday = WEEKDAYS[day.weekday()]
    if every == Frequency.MONTH_DAY:
        return {"byMonthDay": day.day}
    if every in (Frequency.WEEK, Frequency.OTHER_WEEK):
        return {"byDay": f"https://schema.org/{weekday}"}
    number = 5 if every == Frequency.MONTH_LAST else week_of_month(day)
    return {"byDay": f"{-1 if number == 5 else number}{weekday[:2].upper()}"}
