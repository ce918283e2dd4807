"""Units, which are taken, and resources, which people book."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import TranslatableMixin
from wagtail_localize.fields import SynchronizedField

from eservices.cases.models import Team

from ..blocks import MAX_PIECES, PriceLineBlock, RefundTermBlock
from .openings import Timetable


class Unit(models.Model):
    """The smallest thing that can be taken alone, with its number of pieces: half a hall, the tables, the desks."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    quantity = models.PositiveSmallIntegerField(
        _("number of units"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_PIECES)]
    )

    panels = [FieldPanel("name"), FieldRowPanel([FieldPanel("key"), FieldPanel("quantity")])]

    class Meta:
        verbose_name = _("unit to book")
        verbose_name_plural = _("units to book")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Resource(ClusterableModel):
    """A resource that people book, in any language. A hall takes its two halves, an appointment one desk.

    Its texts are in ``ResourceDescription``, one per language.
    """

    class Kind(models.TextChoices):
        ROOM = "room", _("room")
        EQUIPMENT = "equipment", _("equipment")
        APPOINTMENT = "appointment", _("appointment")
        PASS = "pass", _("day pass")

    key = models.SlugField(_("key"), max_length=60, unique=True, help_text=_("Services name it by this key."))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ROOM)
    offered = models.BooleanField(_("offered"), default=True)
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("Members of this team see and move its bookings. If empty, only administrators do."),
    )
    capacity = models.PositiveIntegerField(_("for so many people"), null=True, blank=True)
    timetable = models.ForeignKey(
        Timetable, on_delete=models.PROTECT, related_name="resources", verbose_name=_("timetable")
    )
    counted = models.BooleanField(
        _("several at once"), default=False, help_text=_("The person who books chooses how many.")
    )
    rates = StreamField([("rate", PriceLineBlock())], blank=True, default=list, verbose_name=_("prices"))
    refunds = StreamField(
        [("step", RefundTermBlock())],
        blank=True,
        default=list,
        verbose_name=_("paid back when cancelled"),
        help_text=_(
            "If several steps apply, the one with the highest refund counts. Deposits are always "
            "refunded in full."
        ),
    )
    change_until = models.PositiveIntegerField(
        _("changed or cancelled by the person who booked"),
        default=24,
        help_text=_("So many hours before, at the latest."),
    )
    remind_before = models.PositiveIntegerField(
        pgettext_lazy("of a booking", "reminder"), default=48, help_text=_("So many hours before; none if 0.")
    )
    access_code = models.CharField(
        _("access code"),
        max_length=40,
        blank=True,
        help_text=_("Sent only in messages to the person who booked, after the booking is confirmed."),
    )

    objects: ClassVar[models.Manager["Resource"]]

    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("key"), FieldPanel("kind"), FieldPanel("offered")]),
        FieldPanel("team"),
        FieldRowPanel([FieldPanel("capacity"), FieldPanel("counted")]),
        InlinePanel("uses", heading=_("Units it uses"), label=_("Unit"), min_num=1),
        FieldPanel("timetable"),
        FieldPanel("rates"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("change_until"), FieldPanel("remind_before")]), FieldPanel("refunds")],
            _("Change and cancellation"),
        ),
        FieldPanel("access_code"),
    ]

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BookingExtra(TranslatableMixin, models.Model):
    """The label of a price's purpose other than the resource itself: one per language, with a common key."""

    key = models.SlugField(_("key"), max_length=40, help_text=_("Prices name it by this key."))
    title = models.CharField(_("name"), max_length=80)

    panels = [FieldPanel("title"), FieldPanel("key")]
    override_translatable_fields = [SynchronizedField("key", overridable=False)]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("extra")
        verbose_name_plural = _("extras")
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_extra_per_language")]

    def __str__(self) -> str:
        return self.title


class ResourceUnit(models.Model):
    """The number of pieces of a unit that one booking of a resource takes."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="uses")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="uses", verbose_name=_("unit"))
    quantity = models.PositiveSmallIntegerField(
        _("number of units"), default=1, validators=[MinValueValidator(1)]
    )

    panels = [FieldRowPanel([FieldPanel("unit"), FieldPanel("quantity")])]

    class Meta:
        verbose_name = _("unit of a resource")
        verbose_name_plural = _("units of a resource")
        constraints = [models.UniqueConstraint(fields=["resource", "unit"], name="one_use_of_each_unit")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.unit}"


class ResourceDescription(TranslatableMixin, models.Model):
    """The texts about a resource, one per language."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="descriptions", verbose_name=_("resource")
    )
    title = models.CharField(_("title"), max_length=80)
    summary = models.TextField(_("short description"), blank=True, max_length=400)
    place = models.CharField(_("place"), max_length=200, blank=True)
    equipment = models.TextField(_("equipment"), blank=True, help_text=_("Write one item on each line."))
    keys = models.TextField(
        _("keys"),
        blank=True,
        max_length=400,
        db_default="",
        help_text=_("Where and when keys are fetched and given back. Shown to the person who booked."),
    )
    rules = RichTextField(_("rules"), blank=True, features=["bold", "italic", "ol", "ul", "link"])
    documents = StreamField(
        [("document", DocumentChooserBlock())], blank=True, default=list, verbose_name=_("documents")
    )
    picture = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    panels = [
        FieldPanel(name)
        for name in (
            "resource",
            "title",
            "summary",
            "place",
            "picture",
            "equipment",
            "keys",
            "rules",
            "documents",
        )
    ]
    override_translatable_fields = [SynchronizedField(name) for name in ("resource", "picture")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("description of a resource")
        verbose_name_plural = _("descriptions of resources")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "locale"], name="one_description_per_language")
        ]

    def __str__(self) -> str:
        return self.title
