"""``PageFeedback``: whether a page was useful. After the day, nothing in it tells two people apart."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

TEXT_RETENTION = timedelta(days=365)
FEEDBACK_RETENTION = timedelta(days=3 * 365)
MAX_TEXT_LENGTH = 1_000


class PageFeedbackQuerySet(models.QuerySet["PageFeedback"]):
    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)

    def by_page(self):
        """Return counts of yes and no for each page, those with most “no” first."""
        counted = self.values("page").annotate(
            yes=Count("pk", Q(useful=True)),
            no=Count("pk", Q(useful=False)),
            texts=Count("pk", ~Q(text="")),
            last=Max("day"),
        )
        return counted.order_by("-no", "-yes", "page")

    def remembered(self, now: datetime) -> Self:
        """Filter feedback of earlier days that still has the hash of its person."""
        return self.filter(day__lt=timezone.localdate(now)).exclude(who="")

    def worded_too_long_ago(self, now: datetime) -> Self:
        return self.filter(day__lt=timezone.localdate(now) - TEXT_RETENTION).exclude(text="")

    def outlived(self, now: datetime) -> Self:
        return self.filter(day__lt=timezone.localdate(now) - FEEDBACK_RETENTION)


class PageFeedback(models.Model):
    """Yes or no, with an optional text. ``who`` is a hash that differs every day and is erased after the day."""

    page = models.ForeignKey(Page, models.CASCADE, verbose_name=_("page"), related_name="+")
    day = models.DateField(_("day"), default=timezone.localdate, db_index=True)
    useful = models.BooleanField(_("useful"))
    text = models.TextField(_("missing information"), max_length=MAX_TEXT_LENGTH, blank=True)
    who = models.CharField(max_length=64, blank=True, editable=False)

    objects = PageFeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion on a page")
        verbose_name_plural = _("opinions on pages")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "day", "who"], condition=~Q(who=""), name="one_verdict_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id}, {self.day}"
