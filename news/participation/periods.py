"""From when to when people may take part."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from home.localization.dates import date_format

from .email_verification.models import VALID


def running_first(pages: Iterable["ParticipationPeriod"], today: date) -> list["ParticipationPeriod"]:
    """What is open, what ends first on top; then what is over, the latest first."""
    going_on = [one for one in pages if one.closes_on is None or one.closes_on >= today]
    over = [one for one in pages if one.closes_on and one.closes_on < today]
    going_on.sort(key=lambda one: (one.closes_on or date.max, one.pk))
    return going_on + sorted(over, key=lambda one: (one.closes_on, one.pk), reverse=True)


class ParticipationPeriod(models.Model):
    """A page with a first and perhaps a last day."""

    opens_on = models.DateField(_("open from"), default=timezone.localdate)
    closes_on = models.DateField(
        _("open up to and with"), null=True, blank=True, help_text=_("Empty: without end, as an idea box.")
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.closes_on and self.opens_on and self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("It ends after it begins.")})

    def is_open(self, today: date) -> bool:
        return self.opens_on <= today and (self.closes_on is None or today <= self.closes_on)

    @property
    def open(self) -> bool:
        return self.is_open(timezone.localdate())

    @property
    def over(self) -> bool:
        return self.closes_on is not None and self.closes_on < timezone.localdate()

    @property
    def settles_on(self) -> date | None:
        """The last day on which what was handed in before the end can be confirmed by its mailed link.

        Until then figures may rise, and the page says so; afterwards they never change.
        """
        return self.closes_on and self.closes_on + VALID

    @property
    def settling(self) -> bool:
        """It is over, and what was handed in in time may still be confirmed."""
        return self.over and timezone.localdate() <= self.settles_on

    @property
    def when(self) -> str:
        """Whether one can take part, and until when."""
        if self.over:
            return gettext("Ended on {day}").format(day=date_format(self.closes_on))
        if not self.open:
            return gettext("Opens on {day}").format(day=date_format(self.opens_on))
        if self.closes_on:
            return gettext("Open until {day}").format(day=date_format(self.closes_on))
        return gettext("Open all year")

    def search_meta(self) -> str:
        """What stays true, as search keeps it until the page is published again."""
        if self.closes_on:
            return gettext("until {day}").format(day=date_format(self.closes_on))
        return gettext("Open all year")
