"""Opening hours and days in words."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..localization.dates import date_format
from ..localization.times import _hour, format_closing_time, format_time
from .rules import OpeningSpan, OpeningState, TimetableRow

# Django capitalizes French and Italian weekdays and Italian months. The project's catalogue, which takes precedence,
# has them in lower case, as within a sentence. Code that begins a line with one uses capfirst.
DAYS_OF_THE_CATALOGUE = [
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
]
MONTHS_OF_THE_CATALOGUE = [
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
]


def format_days(row: TimetableRow) -> str:
    """Format the days of a row: “Monday and Thursday”, “Monday to Friday”."""
    names = [str(WEEKDAYS[day]) for day in row.days]
    if len(row.days) > 2 and row.days[-1] - row.days[0] == len(row.days) - 1:
        return capfirst(_("{first} to {last}").format(first=names[0], last=names[-1]))
    if len(names) == 1:
        return capfirst(names[0])
    return capfirst(_("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1]))


def format_relative_day(day: date, today: date) -> str:
    """Format a day: “today”, “tomorrow”, the weekday within a week, else the date."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return _("tomorrow") if ahead else _("today")
    return str(WEEKDAYS[day.weekday()]) if 1 < ahead < 7 else date_format(day, "j F")


def format_period(first: date, last: date) -> str:
    """Format a period: “Thursday 24 December”, “From 24 December to 2 January”."""
    if first == last:
        return capfirst(date_format(first, "l j F"))
    words = {"first": date_format(first, "j F"), "last": date_format(last, "j F")}
    return capfirst(_("from {first} to {last}").format(**words))


def describe_opening(opening: OpeningState, now: datetime) -> tuple[str, str]:
    """Return the current state and the next opening: “Open until 17:00”, “Again tomorrow from 14:00”."""
    if opening.next is None:
        following = ""
    else:
        local = timezone.localtime(opening.next)
        words = {"day": format_relative_day(local.date(), now.date()), "hour": format_time(local)}
        text = _("Again {day} from {hour}") if opening.open else _("Opens {day} at {hour}")
        following = capfirst(text.format(**words))
    if opening.open:
        return _("Open until {hour}").format(hour=format_closing_time(opening.until)), following
    return _("Closed"), following


def format_opening_span(span: OpeningSpan) -> str:
    """Format opening and closing time: “8 h – 11 h 30” in French, “8–11.30 Uhr” in German."""
    # Translators: when something opens, with the dash before when it closes: “8:00–” of “8:00–11:30”.
    full = _("{hour}:00–")
    # Translators: the same with minutes: “8:30–” of “8:30–11:30”.
    part = _("{hour}:{minute}–")
    return _hour(span.opens, full, part) + format_closing_time(span.closes)
