"""Times when resources are open: timetables, school holidays, blocked times and imported calendars."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from ..blocks import SpecialOpeningBlock, WeeklyOpeningBlock
from ..logic.availability import FARTHEST

STEPS = [(minutes, format_lazy(_("{} minutes"), minutes)) for minutes in (5, 10, 15, 20, 30, 60, 120, 240)]
MAX_MINUTES = 60 * 24 * 60  # minutes


class Timetable(models.Model):
    """Opening hours and limits for bookings. Several resources can share one."""

    name = models.CharField(_("name"), max_length=80)
    weekly = StreamField(
        [("weekly", WeeklyOpeningBlock())], blank=True, default=list, verbose_name=_("weekly hours")
    )
    specials = StreamField(
        [("special", SpecialOpeningBlock())],
        blank=True,
        default=list,
        verbose_name=_("exceptions"),
        help_text=_(
            "These days override the weekly opening hours and public holidays. If two overlap, the "
            "later one in the list applies."
        ),
    )
    holidays = models.BooleanField(_("closed on public holidays"), default=True)
    lead = models.PositiveIntegerField(
        _("hours before it starts, at the latest"), default=24, validators=[MaxValueValidator(24 * 365)]
    )
    horizon = models.PositiveIntegerField(
        _("days ahead, at the earliest"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(FARTHEST.days)],
    )
    step = models.PositiveSmallIntegerField(_("starts every"), choices=STEPS, default=30)
    shortest = models.PositiveIntegerField(
        _("shortest, in minutes"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(MAX_MINUTES)],
    )
    longest = models.PositiveIntegerField(
        _("longest, in minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(MAX_MINUTES)],
        help_text=_("Same as the minimum length for appointments. If empty, as long as it is open."),
    )
    outside_office = models.BooleanField(
        _("also outside the opening hours of the counter"),
        default=False,
        db_default=False,
        help_text=_(
            "Otherwise appointments are offered only while the counter is open. Exceptions always apply."
        ),
    )
    whole = models.BooleanField(
        _("only whole openings"),
        default=False,
        help_text=_("For day passes, mornings and evenings. Each opening above is booked as a whole."),
    )
    across = models.BooleanField(
        _("may go on over closed hours"),
        default=False,
        help_text=_("For items that are collected on one day and returned on another."),
    )
    before = models.PositiveSmallIntegerField(_("free minutes before each booking"), default=0)
    after = models.PositiveSmallIntegerField(_("free minutes after each booking"), default=0)

    panels = [
        FieldPanel("name"),
        FieldPanel("weekly"),
        FieldPanel("specials"),
        FieldPanel("holidays"),
        FieldPanel("outside_office"),
        MultiFieldPanel([FieldRowPanel([FieldPanel("lead"), FieldPanel("horizon")])], _("Booking period")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("step"), FieldPanel("shortest"), FieldPanel("longest")]),
                FieldRowPanel([FieldPanel("before"), FieldPanel("after")]),
                FieldPanel("whole"),
                FieldPanel("across"),
            ],
            _("Allowed length"),
        ),
    ]

    class Meta:
        verbose_name = _("timetable of bookings")
        verbose_name_plural = _("timetables of bookings")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        super().clean()
        if self.longest and self.shortest and self.longest < self.shortest:
            raise ValidationError({"longest": _("The longest is shorter than the shortest.")})


class SchoolHolidays(models.Model):
    """Days without school that the commune enters itself; they add to the country's, if those are known."""

    name = models.CharField(_("name"), max_length=80)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    panels = [FieldPanel("name"), FieldRowPanel([FieldPanel("first"), FieldPanel("last")])]

    class Meta:
        verbose_name = _("school holidays")
        verbose_name_plural = _("school holidays")
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="school_holidays_have_days")
        ]

    def __str__(self) -> str:
        return self.name


class ImportedCalendar(models.Model):
    """An external calendar in iCalendar format. A unit cannot be booked during its events."""

    unit = models.ForeignKey(
        "eservices_bookings.Unit", on_delete=models.CASCADE, related_name="feeds", verbose_name=_("unit")
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    due_at = models.DateTimeField(null=True, default=timezone.now, help_text=_("Time of the next reading."))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    fault = models.CharField(_("last error"), max_length=255, blank=True)

    panels = [FieldPanel("name"), FieldPanel("unit"), FieldPanel("url")]

    class Meta:
        verbose_name = _("imported calendar")
        verbose_name_plural = _("imported calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BlockedTimeQuerySet(models.QuerySet["BlockedTime"]):
    def overlapping(self, units, start, end) -> Self:
        """Filter times that block these units at any time between two moments."""
        return self.filter(unit__in=units, starts_at__lt=end, ends_at__gt=start)


class BlockedTime(models.Model):
    """A time in which a unit cannot be booked, and why. Earlier bookings stay, and staff see the conflict."""

    unit = models.ForeignKey(
        "eservices_bookings.Unit", on_delete=models.CASCADE, related_name="blocked", verbose_name=_("unit")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    feed = models.ForeignKey(
        ImportedCalendar,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("imported from"),
    )

    objects = BlockedTimeQuerySet.as_manager()
    panels = [
        FieldPanel("unit"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("reason"),
    ]

    class Meta:
        verbose_name = _("blocked time")
        verbose_name_plural = _("blocked times")
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["unit", "ends_at"], name="blocked_unit_end")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="blocked_ends_later")
        ]

    def __str__(self) -> str:
        return self.reason

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})
