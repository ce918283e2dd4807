"""Form field of a booking question. It checks whether the posted time is available."""

from datetime import datetime, timedelta
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.fields import PartsWidget
from eservices.formbuilder.fields.base import field_error
from home.localization.dates import date_format

from .. import time_text
from ..bookable_resources import BookableResource, availability_calendar, bookable_resources
from ..logic.availability import AvailabilityCalendar, TimeSpan, is_existing_time, repeat_weekly
from ..refusal_messages import REFUSAL_MESSAGES
from .answers import RequestedTimes, parse_moment, parse_series, selected_extras, to_local_time

MAX_TIMES = 53  # of one answer
NEAR = timedelta(hours=3)  # how much earlier or later an alternative time may be


class BookingWidget(PartsWidget):
    """Texts of the parts; the ticked extras are joined by blanks.

    A time that is posted with both ends, see ``answers.time_key``, is split into its two parts.
    """

    def value_from_datadict(self, data, files, name):
        texts = super().value_from_datadict(data, files, name)
        if texts and "/" in (texts["from"] or ""):
            texts["from"], texts["to"] = texts["from"].split("/", 1)
        if texts and hasattr(data, "getlist"):
            texts["extras"] = " ".join(data.getlist(f"{name}-extras")).strip()
        return texts


class BookingField(forms.Field):
    """Times of a resource. The cleaned value is ``answers.RequestedTimes``.

    ``series`` distinguishes the applicant's own hold from others' bookings; a page that was never saved has none yet.
    ``view``, ``at`` and ``day`` are the state of the calendar; ``go`` is a button that moves it; ``people``,
    ``weekday``, ``month`` and ``length`` are the search among many resources; ``live`` is set if a script follows every
    choice; ``extras`` are keys. A repetition stores how it was requested, with its first time, because an alternative
    may replace that.
    """

    PARTS = (
        *("resource", "from", "to", "count", "series", "repeat", "until", "near", "leave", "times"),
        *("view", "at", "day", "go", "live", "people", "weekday", "month", "length", "extras"),
    )
    ANSWERED = ("from", "to")
    REPEATED = ("repeat", "until", "near", "leave")
    default_error_messages = {
        "required": _("Choose a day and a time."),
        "resource": _("Choose one of these."),
        "from": _("Choose when it begins."),
        "to": _("Choose when it ends."),
        "invalid": _("Choose one of the times that are offered."),
        "missing": _("The clock is put forward then: this time does not exist. Choose another one."),
        "count": _("Write how many as a number, at most %(most)s."),
        "until": _("Choose until when it repeats: a day after the first, at most %(most)s times in all."),
        "conflicts": _(
            "These days are not free: %(days)s. Choose what to do with these days, or choose another time."
        ),
        "elsewhere": _(
            "These days are not free: %(days)s. Choose what to do with these days, or choose another "
            "time. These are free each time: %(others)s."
        ),
    } | {reason.value: text for reason, text in REFUSAL_MESSAGES.items()}

    def __init__(self, *, keys: tuple[str, ...] = (), repeats: bool = False, **kwargs):
        super().__init__(widget=BookingWidget(self.PARTS), **kwargs)
        self.keys, self.repeats = keys, repeats

    @property
    def offers(self) -> list[BookableResource]:
        """The resources that can be chosen, in the order of the settings."""
        known = bookable_resources() if self.keys else {}
        return [known[key] for key in self.keys if key in known and known[key].offered]

    def to_python(self, value):
        if not value or not any(value[part] for part in self.ANSWERED):
            return None
        offer = next((one for one in self.offers if one.key == value["resource"]), None)
        if offer is None:
            raise field_error(self, "resource", part="resource")
        count = self._count(offer, value["count"])
        start = self._moment(value["from"], "from")
        wanted = TimeSpan.of(start, self._end(offer, start, value["to"]))
        series = parse_series(value["series"])
        # accepted before: these are checked again unchanged
        times = read_times(value["times"]) if self.repeats else []
        near, leave = (bool(value[part]) and not times for part in ("near", "leave"))
        spans = times or self._repeated(wanted, value)
        spans = self._free(offer, spans, count, series, near=near, leave=leave)
        repeat = self._repetition_parts(wanted, value) if len(spans) > 1 else {}
        extras = selected_extras(offer, value["extras"].split())
        return RequestedTimes(offer, spans, count, series or uuid4(), extras, repeat)

    def _repetition_parts(self, wanted: TimeSpan, value: dict[str, str]) -> dict[str, str]:
        """Return the parts that requested the repetition."""
        first = {"from": to_local_time(wanted.start), "to": to_local_time(wanted.end)}
        return first | {part: value[part] for part in self.REPEATED if value[part]}

    def _repeated(self, wanted: TimeSpan, value: dict[str, str]) -> list[TimeSpan]:
        """Return the chosen time and, if requested, its weekly repetitions."""
        if not self.repeats or value["repeat"] not in ("1", "2"):
            return [wanted]
        zone, until = timezone.get_default_timezone(), parse_moment(value["until"])
        spans = (
            repeat_weekly(wanted, int(value["repeat"]), until.date(), zone)
            if until and until.year < 2100
            else []
        )
        if not 1 < len(spans) <= MAX_TIMES:
            raise field_error(self, "until", part="until", most=MAX_TIMES)
        return spans

    def _free(
        self, offer: BookableResource, spans: list[TimeSpan], count: int, series, *, near: bool, leave: bool
    ) -> list[TimeSpan]:
        """Return the available times: all of them, or what remains after alternatives and leaving out.

        Raises a field error with the conflicts if neither resolves them.
        """
        around = TimeSpan.over(spans)
        found = availability_calendar(offer, around.widened(NEAR, NEAR), count=count, without=series)
        taken = [span for span in spans if found.refusal(span)]
        if taken and len(spans) == 1:
            self._refuse_unavailable(found, spans[0])
        instead = {span: found.nearest(span, NEAR) for span in taken}
        free = [instead.get(span, span) if near else span for span in spans if near or span not in instead]
        times = [span for span in free if span]
        if len(times) == len(spans) or (leave and times):
            return times
        listed = ", ".join(_conflict(span, other) for span, other in instead.items() if not (near and other))
        others = [
            one for one in self.offers if one is not offer and self._is_free_at_all(one, spans, around, count)
        ]
        if not others:
            raise field_error(self, "conflicts", part="until", days=listed)
        titles = ", ".join(one.texts_in(get_language() or "").title for one in others)
        raise field_error(self, "elsewhere", part="until", days=listed, others=titles)

    def _is_free_at_all(
        self, offer: BookableResource, spans: list[TimeSpan], around: TimeSpan, count: int
    ) -> bool:
        """Return whether ``count`` of another resource are free at all times."""
        if count > (offer.most if offer.counted else 1):
            return False
        found = availability_calendar(offer, around, count=count)
        return not any(found.refusal(span) for span in spans)

    def _count(self, offer: BookableResource, text: str) -> int:
        if not offer.counted or not text:
            return 1
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= offer.most):
            raise field_error(self, "count", part="count", most=offer.most)
        return int(text)

    def _moment(self, text: str, part: str) -> datetime:
        """Parse a posted time, with its offset or in local time."""
        if not text:
            raise field_error(self, part, part=part)
        zone = timezone.get_default_timezone()
        at = parse_moment(text)
        if at is None:
            raise field_error(self, "invalid", part=part)
        if at.tzinfo is None and not is_existing_time(at.date(), at.time(), zone):
            raise field_error(self, "missing", part=part)
        return at if at.tzinfo else at.replace(tzinfo=zone)

    def _end(self, offer: BookableResource, start: datetime, text: str) -> datetime:
        """Return the end: as posted, or from the length if all bookings are equally long.

        A whole opening has a given end; if several begin at the same time, the posted end selects one.
        """
        if not offer.fixed:
            return self._moment(text, "to")
        if not offer.rules.whole:
            return TimeSpan.of(start, start).start + offer.rules.shortest
        day = start.astimezone(offer.rules.zone).date()
        ends = {one.end for one in offer.rules.windows(day) if one.start == start}
        if len(ends) > 1:
            ends &= {self._moment(text, "from")}
        if not ends:
            raise field_error(self, "closed", part="from")
        return ends.pop()

    def _refuse_unavailable(self, found: AvailabilityCalendar, wanted: TimeSpan) -> None:
        if why := found.refusal(wanted):
            raise field_error(self, why.value, part="to" if why in ("order", "short", "long") else "from")


def read_times(text: str) -> list[TimeSpan]:
    """Parse times as ``BookingFieldType.from_json`` writes them, in order; [] if they are invalid."""
    pairs = [[parse_moment(end) for end in one.split("/")] for one in text.split()[:MAX_TIMES]]
    if not all(len(pair) == 2 and all(at and at.tzinfo for at in pair) for pair in pairs):
        return []
    return sorted(TimeSpan.of(*pair) for pair in pairs)


def _conflict(span: TimeSpan, instead: TimeSpan | None) -> str:
    """Return “17.03.2026”, and the hours of the alternative on that day."""
    day = date_format(timezone.localtime(span.start), "j.m.Y")
    if instead is None:
        return day
    return gettext("%(day)s (free: %(hours)s)") % {"day": day, "hours": time_text.format_hours(instead)}
