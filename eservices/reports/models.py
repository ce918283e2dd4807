"""Problem reports, their categories and their followers."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField

from eservices.accounts.fields import EmailAddressField
from eservices.cases.models import Case, Team
from eservices.cases.states import CaseOutcome, CaseState
from eservices.submissions.models import StoredFile
from home.models.categories import OrderedTranslations
from home.web.secret_links import secret_field

from .states import ENDS, ICONS, ReportState

PUBLIC_FOR = timedelta(days=365)  # how long the public list shows a problem
STILL_ASKED = timedelta(days=30)  # how long after its end it is offered as a duplicate


class ReportIcon(models.TextChoices):
    """The icons for categories, from the site's sprite."""

    LAMP = "lamp", _("lamp")
    ROAD = "road", _("road")
    BIN = "bin", _("bin")
    TREE = "tree", _("tree")
    DROP = "drop", _("drop")
    HALL = "hall", _("building")
    PARK = "park", _("parking")
    MORE = "more", _("dots")


class ProblemCategory(TranslatableMixin, models.Model):
    """A subject of reports, one object per language, with the responsible team."""

    name = models.CharField(_("name"), max_length=60)
    icon = models.CharField(_("picture"), max_length=10, choices=ReportIcon, default=ReportIcon.MORE)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", verbose_name=_("team"))
    promise = models.CharField(
        _("next steps"),
        max_length=200,
        blank=True,
        help_text=_("For example “A lamp is repaired within four days.”"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OrderedTranslations.as_manager()

    panels = [FieldPanel(name) for name in ("name", "icon", "team", "promise", "order")]
    override_translatable_fields = [SynchronizedField(name) for name in ("icon", "team", "order")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("category of reports")
        verbose_name_plural = _("categories of reports")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class ProblemReportQuerySet(models.QuerySet["ProblemReport"]):
    def listed(self, now: datetime) -> Self:
        """Filter reports of the public list: each problem once."""
        told = self.filter(erased_at=None, reported_at__gt=now - PUBLIC_FOR)
        return told.exclude(case__outcome=CaseOutcome.DUPLICATE)

    def open(self) -> Self:
        return self.exclude(state__in=ENDS).filter(case__closed_at=None)

    def mended(self) -> Self:
        return self.filter(state=ReportState.MENDED)

    def asked_about(self, now: datetime) -> Self:
        """Filter reports that a visitor may be about to duplicate: open, or ended lately."""
        found = self.filter(Q(ended_at=None) | Q(ended_at__gt=now - STILL_ASKED), erased_at=None)
        return found.exclude(case__outcome=CaseOutcome.DUPLICATE)

    def newest_first(self) -> Self:
        return self.order_by("-reported_at", "-pk")


class ProblemReport(models.Model):
    """A reported problem, treated as a case.

    An agent approves what is public of it, except category, dates and state, which are always public.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="report")
    category = models.UUIDField(_("category"), help_text=_("Translation key of the category."), db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.REPORTED)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now, db_index=True)
    planned_for = models.DateField(_("planned for"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("As entered."))
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    photo = models.ForeignKey(
        StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    also = models.PositiveIntegerField(_("others who reported the same"), default=0)
    published = models.BooleanField(_("title and place are public"), default=False)
    title = models.CharField(_("public title"), max_length=120, blank=True)
    public_place = models.CharField(_("public place"), max_length=120, blank=True)
    photo_published = models.BooleanField(_("the photo is public"), default=False)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ProblemReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["reported_at"]
        indexes = [models.Index(fields=["lat", "lon"], name="report_place")]

    def __str__(self) -> str:
        return self.case.reference

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)

    @property
    def shown_state(self) -> ReportState:
        """The public state, which also follows the case if the report was not updated."""
        if self.state in ENDS:
            return ReportState(self.state)
        if self.case.state == CaseState.CLOSED:
            return ReportState.NOT_OURS
        if self.state == ReportState.REPORTED and self.case.state != CaseState.RECEIVED:
            return ReportState.SEEN
        return ReportState(self.state)

    @property
    def icon(self) -> str:
        return ICONS[self.shown_state]

    @property
    def standing(self) -> tuple:
        """The values of which a change is notified to followers."""
        return self.state, self.planned_for

    @property
    def public_photo(self) -> StoredFile | None:
        """The photo, if an agent approved it and the virus scanner has no objection; else None."""
        shown = self.photo_published and self.photo and self.photo.readable
        return self.photo if shown else None


class ReportFollower(models.Model):
    """A person who reported the same problem and wants e-mails about it. Deleted with the last e-mail."""

    report = models.ForeignKey(ProblemReport, on_delete=models.CASCADE, related_name="followers")
    email = EmailAddressField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    secret = secret_field()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("follower of a report")
        verbose_name_plural = _("followers of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "email"], name="one_follower_per_address"),
        ]

    def __str__(self) -> str:
        return self.email
