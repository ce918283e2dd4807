"""Bundles and their pages."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.models import Page


class BundleQuerySet(models.QuerySet["Bundle"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=Bundle.State.SCHEDULED, publish_at__lte=now).order_by("publish_at", "pk")

    def open(self) -> Self:
        return self.exclude(state=Bundle.State.PUBLISHED)


class Bundle(ClusterableModel):
    """Pages that are published together. Their drafts are ordinary drafts."""

    class State(models.TextChoices):
        OPEN = "open", _("in preparation")
        SCHEDULED = "scheduled", _("scheduled")
        HINDERED = "hindered", _("hindered")
        PUBLISHED = "published", _("published")

    title = models.CharField(_("title"), max_length=120)
    note = models.TextField(
        _("note"), blank=True, max_length=1000, help_text=_("Description for colleagues.")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN, editable=False)
    publish_at = models.DateTimeField(_("publication at"), null=True, blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(_("went out at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # The latest draft of each page when the bundle was scheduled, by the page's key. Later changes are not agreed upon.
    agreed = models.JSONField(default=dict, editable=False)
    trouble = models.JSONField(
        default=list, editable=False
    )  # why it was not published: pairs of page title and reason

    objects = BundleQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        FieldPanel("note"),
        InlinePanel(
            "entries", panels=[PageChooserPanel("page")], heading=_("Pages"), label=_("Page"), min_num=1
        ),
    ]

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state != self.State.PUBLISHED

    @property
    def is_scheduled(self) -> bool:
        return self.state == self.State.SCHEDULED

    def pages(self) -> list[Page]:
        """Return the pages with their latest revisions, parents before children."""
        found = Page.objects.filter(pk__in=self.entries.values("page")).order_by("path")
        return list(found.select_related("latest_revision", "locale"))


class BundleEntry(models.Model):
    """A page of a bundle."""

    bundle = ParentalKey(Bundle, on_delete=models.CASCADE, related_name="entries")
    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, verbose_name=_("page"), related_name="+")

    class Meta:
        verbose_name = _("page of a bundle")
        verbose_name_plural = _("pages of bundles")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bundle", "page"], name="a_page_once_per_bundle")]

    def __str__(self) -> str:
        return str(self.page)
