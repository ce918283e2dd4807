"""The commune's settings: name, arms, colours, contacts, opening hours."""

import math
import re
import zlib
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.coreutils import string_to_ascii
from wagtail.fields import StreamField

from eservices.accounts.fields import EmailAddressField

from ..appearance import colours
from ..appearance.colour_panel import ArmsColoursPanel
from ..appearance.stylesheets import SITE, site_stylesheet
from ..blocks import opening_hours
from ..caching.site_version import cached_per_version
from ..localization.working_days import DaysOff, public_holidays
from ..opening_hours import text
from ..opening_hours.rules import (
    LOOK_AHEAD,
    ExceptionalHours,
    OpeningDeviation,
    OpeningSpan,
    OpeningState,
    hours_on,
    opening_state,
    spans_on,
    upcoming_deviations,
    weekly_timetable,
)
from ..validators import validate_arms


@lru_cache(maxsize=16)
def public_holidays_in(year: int) -> frozenset[date]:
    """Return the public holidays of the commune's country and subdivision; none if the country is unknown."""
    try:
        found = holidays.country_holidays(settings.COUNTRY, subdiv=settings.SUBDIVISION or None, years=year)
    except NotImplementedError:
        return frozenset()
    return frozenset(found)


class OpeningHours(models.Model):
    """Opening hours of a counter, the waste site, the library."""

    hours = StreamField(
        [("opening", opening_hours.OpeningBlock())], blank=True, verbose_name=_("Opening hours"), default=list
    )
    closings = StreamField(
        [("closing", opening_hours.ClosureBlock())],
        blank=True,
        verbose_name=_("Closed"),
        default=list,
        help_text=_("Holidays of its own; public holidays are known."),
    )
    other_hours = StreamField(
        [("opening", opening_hours.ExceptionalHoursBlock())],
        blank=True,
        verbose_name=_("Other hours on single days"),
        default=list,
        help_text=_("They hold instead of those of the weekday, on holidays too."),
    )

    class Meta:
        abstract = True

    @property
    def spans(self) -> list[OpeningSpan]:
        values = [block.value for block in self.hours]
        whole = (value for value in values if value["opens"] and value["closes"])
        return [OpeningSpan(int(value["day"]), value["opens"], value["closes"]) for value in whole]

    @property
    def others(self) -> list[ExceptionalHours]:
        values = [block.value for block in self.other_hours]
        whole = (value for value in values if value["day"] and value["opens"] and value["closes"])
        return [ExceptionalHours(value["day"], value["opens"], value["closes"]) for value in whole]

    @property
    def closed_periods(self) -> list[tuple[date, date]]:
        """The closures: first and last day of each, both included."""
        values = [block.value for block in self.closings]
        return [(value["first"], value["last"]) for value in values if value["first"] and value["last"]]

    @property
    def week(self) -> list[dict]:
        """The week as rows of ``days`` (in words) and ``spans``."""
        rows = weekly_timetable(self.spans)
        return [{"days": text.format_days(row), "spans": row.spans} for row in rows]

    def closed_days(self, today: date, ahead: int = LOOK_AHEAD) -> set[date]:
        """Return the days closed from yesterday, whose evening hours may last until today, to ``ahead`` days."""
        first, last = today - timedelta(days=1), today + timedelta(days=ahead)
        days = {day for year in {first.year, last.year} for day in public_holidays_in(year)}
        for from_day, to_day in self.closed_periods:
            day, end = max(from_day, first), min(to_day, last)
            days.update(day + timedelta(days=number) for number in range((end - day).days + 1))
        return days

    def opening_at(self, now: datetime | None = None) -> OpeningState:
        """Return whether it is open at ``now``, until when, and when it opens next."""
        now = timezone.localtime(now)
        return opening_state(self.spans, now, self.closed_days(now.date()), self.others)

    @property
    def deviations(self) -> list[OpeningDeviation]:
        """The exceptions of the next weeks, public holidays included."""
        today = timezone.localdate()
        return upcoming_deviations(self.spans, today, self.closed_days(today), self.others)

    @property
    def exceptions(self) -> list[dict]:
        """The exceptions with ``days`` in words and ``spans``; no spans if it is closed."""
        return [
            {"days": text.format_period(one.first, one.last), "spans": one.spans} for one in self.deviations
        ]

    def openings(self, first: date, days: int) -> list[tuple[datetime, datetime]]:
        """Return each opening and closing time from a day on, for a number of days."""
        spans, closed, others = self.spans, self.closed_days(first, days), self.others
        return [
            hours_on(day, span, timezone.get_current_timezone())
            for day in (first + timedelta(days=ahead) for ahead in range(days))
            for span in spans_on(day, spans, closed, others)
        ]

    @property
    def open_now(self) -> OpeningState:
        return self.opening_at()

    @property
    def opening_words(self) -> tuple[str, str]:
        """The current state and the next opening in words: “Open until 17:00”, “Again tomorrow from 14:00”."""
        now = timezone.localtime()
        return text.describe_opening(self.opening_at(now), now)


def default_site_name() -> str:
    return settings.WAGTAIL_SITE_NAME


def reference_prefix_from_name(name: str) -> str:
    """Return the default prefix of references: the first three letters of the name."""
    letters = re.sub(r"[^A-Z]", "", string_to_ascii(name).upper())[:3]
    return letters if len(letters) > 1 else "REF"


def default_reference_prefix() -> str:
    return reference_prefix_from_name(settings.WAGTAIL_SITE_NAME)


WRITTEN_AS_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write the colour as in #12479a."))


@register_setting(icon="home")
class CommuneSettings(OpeningHours, BaseGenericSetting):
    """The commune that this installation serves."""

    name = models.CharField(_("Name"), max_length=80, default=default_site_name)
    kind = models.CharField(
        _("Full name"), max_length=120, blank=True, help_text=_("For example “Commune d’Orvenay”.")
    )
    street = models.CharField(_("Street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=12, blank=True)
    town = models.CharField(_("Town"), max_length=80, blank=True)
    phone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = EmailAddressField(_("E-mail"), blank=True)
    arms = models.FileField(
        _("Arms"),
        upload_to="arms/",
        blank=True,
        validators=[validate_arms],
        help_text=_("PNG or SVG, upright, on a transparent ground."),
    )
    colour = models.CharField(
        _("Strong colour"),
        max_length=7,
        blank=True,
        validators=[WRITTEN_AS_COLOUR],
        help_text=_(
            "Colour of links and buttons, for example #12479a. Its tints for day and night follow "
            "from it. If empty, lake blue."
        ),
    )
    bright_colour = models.CharField(
        _("Bright colour"),
        max_length=7,
        blank=True,
        validators=[WRITTEN_AS_COLOUR],
        help_text=_(
            "Colour of alerts and highlighted content, for example #f3c64f. It must be light enough "
            "for dark text. If empty, gold."
        ),
    )
    reference_prefix = models.CharField(
        _("Prefix of references"),
        max_length=5,
        default=default_reference_prefix,
        validators=[RegexValidator(r"^[A-Z]{2,5}\Z", _("Two to five capital letters."))],
        help_text=_("For example ORV-26-00412."),
    )

    panels = [
        MultiFieldPanel(
            [
                *(FieldPanel(name) for name in ("name", "kind", "arms", "colour", "bright_colour")),
                ArmsColoursPanel(heading=_("Colours of the arms")),
            ],
            _("Identity"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("street", "postcode", "town", "phone", "email")], _("Contact")
        ),
        MultiFieldPanel(
            [
                FieldPanel("hours"),
                FieldPanel(
                    "closings",
                    help_text=_(
                        "In addition to the public holidays. They are not working days, so deadlines leave them "
                        "out."
                    ),
                ),
                FieldPanel("other_hours"),
            ],
            _("Opening hours of the counter"),
        ),
        FieldPanel("reference_prefix"),
    ]

    class Meta:
        verbose_name = _("Commune")

    def __str__(self):
        return self.kind or self.name

    @classmethod
    def current(cls, request=None) -> "CommuneSettings":
        """Return the settings, cached per site version and on the request. Without a row all have their defaults."""
        commune = getattr(request, "_commune", None)
        if commune is None:
            row = cached_per_version("commune", lambda: cls.objects.values().first() or {})
            commune = cls(**row)
            commune._state.adding = not row
            if request is not None:
                request._commune = commune
        return commune

    def clean(self):
        super().clean()
        faults = {}
        if _is_colour(self.colour) and not colours.is_readable(self.colour):
            faults["colour"] = _(
                "Text in this colour is not readable everywhere. Its contrast is {contrast}:1 and must "
                "be at least 4.5:1. Use {nearest} instead."
            ).format(
                contrast=_ratio(colours.min_text_contrast(self.colour)),
                nearest=colours.darken_until_readable(self.colour),
            )
        if _is_colour(self.bright_colour) and not colours.is_bright(self.bright_colour):
            faults["bright_colour"] = _(
                "Dark text on this colour is not readable. The contrast is {contrast}:1 and must be at "
                "least 4.5:1. Use {nearest} instead."
            ).format(
                contrast=_ratio(colours.dark_text_contrast(self.bright_colour)),
                nearest=colours.lighten_until_bright(self.bright_colour),
            )
        if faults:
            raise ValidationError(faults)

    @property
    def days_off(self) -> DaysOff:
        """The public holidays and closures of the commune, which are no working days. Without weekends."""
        return DaysOff(public_holidays(settings.COUNTRY, settings.SUBDIVISION), tuple(self.closed_periods))

    @property
    def arms_url(self) -> str:
        return self.arms.url if self.arms else static("img/arms.svg")

    @property
    def address(self) -> str:
        """The postal address on one line."""
        place = f"{self.postcode} {self.town}".strip()
        return ", ".join(part for part in (self.street, place) if part)

    @property
    def colours(self) -> str:
        """The style sheet of the commune's own colours; "" if it chose none."""
        chosen = self.colour or self.bright_colour
        return colours.colour_stylesheet(self.colour, self.bright_colour) if chosen else ""

    @property
    def styles_url(self) -> str:
        """The address of the site's style sheet, which includes the commune's own colours if there are any.

        It is the same in all languages, so that no browser fetches it twice and the offline page finds it.
        """
        if not self.colours:
            return static(SITE)
        with override(settings.LANGUAGE_CODE):
            return reverse("home:styles", args=[self.styles_key])

    @property
    def styles_key(self) -> str:
        """A hash of the style sheet, so that its address can be cached for ever."""
        return f"{zlib.crc32(self.styles.encode()):08x}"

    @property
    def styles(self) -> str:
        """The site's style sheet followed by the commune's colours.

        One file, because on a phone each file that blocks rendering costs a connection.
        """
        return site_stylesheet() + self.colours


def _is_colour(value: str) -> bool:
    """Return whether the value is a valid colour. The field's validator reports invalid ones."""
    return bool(value) and bool(WRITTEN_AS_COLOUR.regex.search(value))


def _ratio(contrast: float) -> str:
    """Format a contrast, rounded down so that one below the limit does not appear to reach it."""
    return number_format(math.floor(contrast * 10) / 10, decimal_pos=1)
