"""Models of the waste calendar: districts and collections."""

from dataclasses import replace
from datetime import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField
from wagtail.models import TranslatableMixin
from wagtail.snippets.models import register_snippet
from wagtail_localize.fields import SynchronizedField

from home.caching.site_version import cached_per_version
from home.models.categories import OrderedTranslations
from home.models.revisions import RevisionedModel

from . import blocks as waste_blocks
from .collection_dates import CollectionSeries


@register_snippet
class WasteDistrict(RevisionedModel, TranslatableMixin, models.Model):
    """A part of the commune with its own dates. The slug is the same in all languages."""

    name = models.CharField(_("Name"), max_length=80)
    slug = models.SlugField(_("Name in addresses"), max_length=60)
    streets = models.TextField(
        _("Streets of the district"), blank=True, help_text=_("Helps people to find their district.")
    )
    order = models.PositiveSmallIntegerField(_("Order"), default=0)

    objects = OrderedTranslations.as_manager()

    panels = [FieldPanel(name) for name in ("name", "slug", "streets", "order")]
    override_translatable_fields = [SynchronizedField("slug"), SynchronizedField("streets")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("waste district")
        verbose_name_plural = _("waste districts")
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_waste_district_per_slug")]

    def __str__(self):
        return self.name

    @classmethod
    def in_language(cls, language: str) -> list["WasteDistrict"]:
        """Return each district once, in the language if it is translated. Cached per site version."""
        return cached_per_version(f"waste-districts-{language}", lambda: cls.objects.in_language(language))


@register_snippet
class WasteCollection(RevisionedModel, TranslatableMixin, models.Model):
    """A collection that recurs every so many weeks, on the weekday of its first date."""

    title = models.CharField(_("Waste type"), max_length=80)
    district = models.ForeignKey(
        WasteDistrict,
        models.PROTECT,
        verbose_name=_("District"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Everywhere if empty."),
    )
    first_on = models.DateField(_("First collection"), help_text=_("The others follow on the same weekday."))
    last_on = models.DateField(_("Last collection"), null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(
        _("Every how many weeks"), default=1, validators=[MinValueValidator(1)]
    )
    moved = StreamField(
        [("day", waste_blocks.MovedCollectionBlock())],
        blank=True,
        default=list,
        verbose_name=_("Days that are moved or fall out"),
        help_text=_("Public holidays, as a rule."),
    )
    out_before = models.TimeField(_("To be put out before"), default=time(7))

    panels = [
        FieldPanel("title"),
        FieldPanel("district"),
        FieldRowPanel([FieldPanel("first_on"), FieldPanel("weeks"), FieldPanel("last_on")]),
        FieldPanel("moved"),
        FieldPanel("out_before"),
    ]
    override_translatable_fields = [SynchronizedField("district"), SynchronizedField("moved")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("waste collection")
        verbose_name_plural = _("waste collections")

    def __str__(self):
        return f"{self.title}, {self.district}" if self.district_id else self.title

    def clean(self):
        super().clean()
        if self.first_on and self.last_on and self.last_on < self.first_on:
            raise ValidationError({"last_on": _("The last collection must be after the first.")})

    @property
    def round(self) -> CollectionSeries:
        return CollectionSeries(
            title=self.title,
            first_on=self.first_on,
            weeks=self.weeks,
            out_before=self.out_before,
            last_on=self.last_on,
            moved=tuple((block.value["day"], block.value["instead"]) for block in self.moved),
            district=self.district.translation_key if self.district_id else None,
            place=self.district.name if self.district_id else "",
        )

    @classmethod
    def rounds(cls, language: str) -> list[CollectionSeries]:
        """Return all collections, in the language if translated, else in the main one. Cached per site version."""
        return cached_per_version(f"waste-{language}", lambda: cls._rounds(language))

    @classmethod
    def _rounds(cls, language: str) -> list[CollectionSeries]:
        found = cls.objects.select_related("district", "locale").order_by("pk")
        own = [one for one in found if one.locale.language_code == language]
        known = {one.translation_key for one in own}
        first = [one for one in found if one.locale.language_code == settings.LANGUAGE_CODE]
        series = [one.round for one in (*own, *(one for one in first if one.translation_key not in known))]
        if language == settings.LANGUAGE_CODE:
            return series
        # A translated collection refers to the district in the main language.
        names = {one.translation_key: one.name for one in WasteDistrict.in_language(language)}
        return [replace(one, place=names[one.district]) if one.district else one for one in series]
