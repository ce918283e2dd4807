"""Periods in which residents can take part."""

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
    """Sort pages: first those that are not over, by their end; then the others, the latest first."""
    going_on = [one for one in pages if one.closes_on is None or one.closes_on >= today]
    over = [one for one in pages if one.closes_on and one.closes_on < today]
    going_on.sort(key=lambda one: (one.closes_on or date.max, one.pk))
    return going_on + sorted(over, key=lambda one: (one.closes_on, one.pk), reverse=True)


class ParticipationPeriod(models.Model):
    """A page with a first and an optional last day."""

    opens_on = models.DateField(_("open from"), default=timezone.localdate)
    closes_on = models.DateField(
        _("open up to and with"),
        null=True,
        blank=True,
        help_text=_("If empty, there is no end, as with an idea box."),
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.closes_on and self.opens_on and self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("The end must be after the start time.")})

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
        """The last day on which actions sent before the end can be confirmed; None without an end.

        Until then counts may rise, and the page shows a note; afterwards they never change.
        """
        return self.closes_on and self.closes_on + VALID

    @property
    def awaits_confirmations(self) -> bool:
        """True if the period is over but actions sent in time may still be confirmed."""
        return self.over and timezone.localdate() <= self.settles_on

    @property
    def period_text(self) -> str:
        """The state of the period as text: when it opens, closes or ended."""
        if self.over:
            return gettext("Ended on {day}").format(day=date_format(self.closes_on))
        if not self.open:
            return gettext("Opens on {day}").format(day=date_format(self.opens_on))
        if self.closes_on:
            return gettext("Open until {day}").format(day=date_format(self.closes_on))
        return gettext("Open all year")

    def search_meta(self) -> str:
        """Return a text that does not become wrong, because search stores it until the page is published again."""
        if self.closes_on:
            return gettext("until {day}").format(day=date_format(self.closes_on))
        return gettext("Open all year")
