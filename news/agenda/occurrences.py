"""Dates of events as rows, so that lists can query the next ones."""

from datetime import date, datetime, time, timedelta
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.localization.dates import date_format
from home.localization.times import format_time

ENDS_OF_DAY = (time(0), time(23, 59))


class TimedMixin:
    """Mixin for what has ``start`` and ``end``. Without an end it lasts until the end of its day."""

    @cached_property
    def first_day(self) -> date:
        return timezone.localdate(self.start)

    @cached_property
    def last_day(self) -> date:
        """The last day. A date that ends at midnight ends on the day before."""
        last = timezone.localdate(self.end - timedelta(seconds=1)) if self.end else self.first_day
        return max(last, self.first_day)

    @property
    def one_day(self) -> bool:
        return self.first_day == self.last_day

    @property
    def whole_days(self) -> bool:
        """True if it lasts from midnight to the end of a day. No time is shown then."""
        return _hour(self.start) == time(0) and (not self.end or _hour(self.end) in ENDS_OF_DAY)

    @property
    def begins(self) -> str:
        """The time of the start as text; “all day” without a time."""
        return gettext("all day") if self.whole_days else format_time(self.start)

    @property
    def time_text(self) -> str:
        """Weekday and times as text: “Sunday, from 17:00 to 19:00”."""
        words = {"day": capfirst(date_format(self.first_day, "l")), "start": self.begins}
        if not self.one_day:
            last = date_format(self.last_day, "j F")
            if self.whole_days:
                return gettext("{day}, until {last}").format(last=last, **words)
            return gettext("{day}, at {start}, until {last}").format(last=last, **words)
        if self.whole_days:
            return gettext("{day}, all day").format(**words)
        if self.end:
            return gettext("{day}, from {start} to {end}").format(end=format_time(self.end), **words)
        return gettext("{day}, at {start}").format(**words)

    @property
    def over(self) -> bool:
        return self.end < timezone.now() if self.end else self.first_day < timezone.localdate()


class EventDateQuerySet(models.QuerySet["EventDate"]):
    def of(self, events) -> Self:
        """Filter the dates of ``events``, with their pages and without the bodies, which lists do not show."""
        return self.filter(event__in=events).select_related("event").defer("event__body")

    def upcoming(self, now: datetime):
        """Filter the dates that are not over at ``now``, the next first."""
        return self.filter(_lasts(now)).order_by("start", "pk")

    def next_of_each(self, now: datetime):
        """Filter the next date of each event."""
        nearest = EventDate.objects.filter(event=OuterRef("event")).upcoming(now)
        return self.filter(pk=Subquery(nearest.values("pk")[:1])).order_by("start", "pk")

    def last_of_each(self, now: datetime):
        """Filter the last date of each event that is over, the latest first."""
        last = EventDate.objects.filter(event=OuterRef("event")).order_by("-start", "-pk")
        return self.exclude(_lasts(now)).filter(pk=Subquery(last.values("pk")[:1])).order_by("-start", "-pk")


def _hour(moment: datetime) -> time:
    """Return the local time, to the minute."""
    return timezone.localtime(moment).time().replace(second=0, microsecond=0)


def _lasts(now: datetime) -> Q:
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(end__gte=now) | Q(end=None, start__gte=day)


class EventDate(TimedMixin, models.Model):
    """A date of an event. All are written again when the event is saved with another recurrence."""

    event = models.ForeignKey("news_agenda.EventPage", models.CASCADE, related_name="dates")
    start = models.DateTimeField(db_index=True)
    end = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)

    objects = EventDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("date of an event")
        verbose_name_plural = _("dates of events")
        ordering = ["start", "pk"]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.start:%Y-%m-%d %H:%M}"


class EventExceptionType(models.TextChoices):
    CANCELLED = "cancelled", _("cancelled: shown as cancelled")
    OUT = "out", _("cancelled: not shown")


class EventExceptionBlock(blocks.StructBlock):
    """A day on which a recurring event does not take place."""

    day = blocks.DateBlock(label=_("Not on"))
    what = blocks.ChoiceBlock(
        choices=EventExceptionType.choices,
        default=EventExceptionType.CANCELLED,
        label=_("Status of the date"),
    )

    class Meta:
        icon = "date"
        label = _("Day")
