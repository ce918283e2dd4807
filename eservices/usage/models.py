"""Counts of usage by day. No row is about a person: what tells visitors apart is erased after the day."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from eservices.formbuilder.models import Form

USAGE_RETENTION = timedelta(days=3 * 365)
TEXT_RETENTION = timedelta(days=365)
RATING_PERIOD = timedelta(days=30)  # after a request is closed
MAX_TEXT_LENGTH = 1_000


class DailyQuerySet[M: models.Model](models.QuerySet[M]):
    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)

    def outlived(self, now: datetime) -> Self:
        return self.filter(day__lt=timezone.localdate(now) - USAGE_RETENTION)


class PageVisits(models.Model):
    """The visits of a page on a day, by readers of a language. A reader counts once a day."""

    page = models.ForeignKey(Page, models.CASCADE, verbose_name=_("page"), related_name="+")
    day = models.DateField(_("day"), default=timezone.localdate)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField(_("visits"), default=0)

    wagtail_reference_index_ignore = True  # a count does not use its page
    objects = DailyQuerySet.as_manager()

    class Meta:
        verbose_name = _("visits of a page")
        verbose_name_plural = _("visits of pages")
        ordering = ["-day", "page", "language"]
        constraints = [
            models.UniqueConstraint(fields=["day", "page", "language"], name="one_count_per_page_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.page_id}, {self.day}, {self.language}"


class VisitMarkQuerySet(models.QuerySet["VisitMark"]):
    def over(self, now: datetime) -> Self:
        """Filter marks of earlier days."""
        return self.filter(day__lt=timezone.localdate(now))


class VisitMark(models.Model):
    """The mark that a reader was counted on a page today. It is a hash with a salt of the day, and erased after it.

    It differs on every page, so that the marks of one reader cannot be put together.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    day = models.DateField(_("day"), default=timezone.localdate, db_index=True)

    objects = VisitMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of a visit")
        verbose_name_plural = _("marks of visits")

    def __str__(self) -> str:
        return f"{self.day}"


class AbandonedForms(models.Model):
    """The number of drafts that were left at a step, by the day on which they were last saved.

    ``step``: the first step that was not complete; "" if only sending was left.
    """

    form = models.ForeignKey(Form, models.CASCADE, verbose_name=_("form"), related_name="+")
    day = models.DateField(_("day"))
    step = models.CharField(_("step"), max_length=60, blank=True)
    number = models.PositiveIntegerField(_("forms left"), default=0)

    objects = DailyQuerySet.as_manager()

    class Meta:
        verbose_name = _("forms left at a step")
        verbose_name_plural = _("forms left at steps")
        ordering = ["-day", "form", "step"]
        constraints = [
            models.UniqueConstraint(fields=["day", "form", "step"], name="one_count_per_step_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.form_id}, {self.day}, {self.step}"


class RequestRatingQuerySet(DailyQuerySet["RequestRating"]):
    def remembered(self, now: datetime) -> Self:
        """Filter ratings that can no longer be changed and have the hash of their request in vain.

        One with a text needs it: the text is erased with its case.
        """
        return self.filter(day__lt=timezone.localdate(now) - RATING_PERIOD, text="").exclude(who="")

    def worded_too_long_ago(self, now: datetime) -> Self:
        return self.filter(day__lt=timezone.localdate(now) - TEXT_RETENTION).exclude(text="")


class RequestRating(models.Model):
    """An applicant's opinion on how a request was handled, with an optional text.

    ``who``: a hash of the case, so that a second rating replaces the first. It is erased once none
    can follow and there is no text, which would be erased with the case.
    """

    class Rating(models.IntegerChoices):
        YES = 3, _("Yes")
        PARTLY = 2, _("Partly")
        NO = 1, _("No")

    form = models.ForeignKey(Form, models.CASCADE, verbose_name=_("form"), related_name="+")
    day = models.DateField(_("day"), default=timezone.localdate)
    rating = models.PositiveSmallIntegerField(_("satisfied"), choices=Rating)
    text = models.TextField(_("text"), max_length=MAX_TEXT_LENGTH, blank=True)
    who = models.CharField(max_length=64, blank=True, editable=False)

    objects = RequestRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating of a request")
        verbose_name_plural = _("ratings of requests")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["who"], condition=~Q(who=""), name="one_rating_per_request")
        ]

    def __str__(self) -> str:
        return f"{self.form_id}, {self.day}"
