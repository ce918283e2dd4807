"""When what is collected: the waste calendar."""

from datetime import date, time, timedelta

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin
from wagtail.snippets.models import register_snippet


@register_snippet
class WasteCollection(TranslatableMixin, models.Model):
    """A collection that comes round every so many weeks on the weekday of its first date."""

    title = models.CharField(_("What is collected"), max_length=80)
    first_on = models.DateField(_("First collection"), help_text=_("The others follow on the same weekday."))
    weeks = models.PositiveSmallIntegerField(
        _("Every how many weeks"), default=1, validators=[MinValueValidator(1)]
    )
    out_before = models.TimeField(_("To be put out before"), default=time(7))

    panels = [FieldPanel(name) for name in ("title", "first_on", "weeks", "out_before")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("waste collection")
        verbose_name_plural = _("waste collections")

    def __str__(self):
        return self.title

    def comes_on(self, day: date) -> bool:
        """Whether it is collected on ``day``."""
        return day >= self.first_on and (day - self.first_on) % timedelta(weeks=self.weeks) == timedelta()
