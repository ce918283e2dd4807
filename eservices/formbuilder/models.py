"""Models of forms: their identity, their frozen versions, the reference tables of their options, house numbers."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from .definition import KEY_PATTERN, FormDefinition
from .logic.address_spellings import leading_number, normalize_house_number


class Form(models.Model):
    """The identity of a service for everything below its page. ``key`` is the page's ``translation_key``."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    offered = models.BooleanField(_("offered"), default=True, help_text=_("Acceptance of new requests."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    # Set by queries that load the form with its version in force, to save another query.
    known_current: "FormVersion | None" = None

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")

    def __str__(self) -> str:
        return self.slug

    @property
    def current(self) -> "FormVersion | None":
        """The version in force: the newest published one; None if the service is not offered now."""
        if self.known_current is not None:
            return self.known_current
        return self.versions.published().order_by("-number").first() if self.offered else None


class FormVersionQuerySet(models.QuerySet["FormVersion"]):
    def published(self) -> Self:
        return self.filter(kind=FormVersion.Kind.PUBLISHED)

    def in_force(self, **form: Any) -> "FormVersion | None":
        """Return the newest published version of a form (``form=key`` or ``form__slug=…``), with the form.

        None if it is not offered now.
        """
        offered = self.published().filter(form__offered=True, **form)
        version = offered.select_related("form").order_by("-number").first()
        if version is not None:
            version.form.known_current = version
        return version

    def all_in_force(self, forms: Iterable[uuid.UUID]) -> "dict[uuid.UUID, FormVersion]":
        """Return the newest published version of each of these forms that is offered now, in one query."""
        newest = self.model.objects.published().filter(form=OuterRef("form")).order_by("-number")
        offered = self.filter(form__in=forms, form__offered=True, pk=Subquery(newest.values("pk")[:1]))
        return {version.form_id: version for version in offered.select_related("form")}


class FormVersion(models.Model):
    """The published definition of a service, its questions and its process: never changed."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("published")
        REHEARSAL = "rehearsal", _("rehearsal")

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions", verbose_name=_("form"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PUBLISHED)
    content = models.JSONField(_("definition"))
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the definition."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        ordering = ["form", "number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.number}"

    @property
    def is_rehearsal(self) -> bool:
        return self.kind == self.Kind.REHEARSAL

    @cached_property
    def definition(self) -> FormDefinition:
        return FormDefinition(self.content)


def validate_text_map(value) -> None:
    """Validate JSON that maps names to texts."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError(_("Write names with their texts: {“name”: “text”}."))


class ReferenceTable(models.Model):
    """A list that editors maintain in one place: streets, schools, rooms. Questions refer to it by ``key``.

    Its options are live: a published form offers the rows as they are when it is filled in.
    """

    key = models.CharField(
        _("key"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(f"^{KEY_PATTERN}$", _("Small letters, digits and _ only, a letter first."))
        ],
        help_text=_("Forms refer to it. You cannot change it after a form uses it."),
    )
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("reference table")
        verbose_name_plural = _("reference tables")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReferenceRow(models.Model):
    """An option. ``value`` is what answers store; a row that is not offered any more still provides their label."""

    table = models.ForeignKey(
        ReferenceTable, on_delete=models.CASCADE, related_name="rows", verbose_name=_("reference table")
    )
    value = models.CharField(
        _("value"),
        max_length=100,
        blank=True,
        help_text=_("Value that answers store. If empty, made from the label."),
    )
    label = models.CharField(_("label"), max_length=200)
    labels = models.JSONField(
        _("labels in other languages"), default=dict, blank=True, validators=[validate_text_map]
    )
    extra = models.JSONField(
        _("more about it"),
        default=dict,
        blank=True,
        validators=[validate_text_map],
        help_text=_("Other columns of the table, by name."),
    )
    order = models.PositiveIntegerField(_("order"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("row of a reference table")
        verbose_name_plural = _("rows of reference tables")
        ordering = ["table", "order", "label"]
        constraints = [models.UniqueConstraint(fields=["table", "value"], name="one_row_per_value")]

    def __str__(self) -> str:
        return self.label

    def clean(self):
        self.value = self.value or option_value_from_label(self.label)


class HouseNumber(models.Model):
    """A house of a street, which is a row of a reference table: of the official file of addresses, or added by hand."""

    street = models.ForeignKey(
        ReferenceRow, on_delete=models.CASCADE, related_name="numbers", verbose_name=_("street")
    )
    number = models.CharField(_("number"), max_length=20)
    key = models.CharField(max_length=20, editable=False)  # the same for all spellings of a number
    position = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)  # 9 comes before 10
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    town = models.CharField(_("town"), max_length=100, blank=True)
    egid = models.CharField(
        "EGID", max_length=40, blank=True, help_text=_("Number of the building in the federal register.")
    )
    ewids = models.TextField(
        "EWID", blank=True, help_text=_("Numbers of its dwellings, with blanks between.")
    )
    lat = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    lon = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    active = models.BooleanField(_("offered"), default=True)
    # Whether an official file had it; others were added by hand.
    official = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("house number")
        verbose_name_plural = _("house numbers")
        ordering = ["street", "position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["street", "key", "postcode"], name="one_house_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.number}"

    def save(self, *args, **kwargs):
        self.position = leading_number(self.key)
        super().save(*args, **kwargs)

    def clean(self):
        self.key = normalize_house_number(self.number)
        twins = HouseNumber.objects.filter(street=self.street_id, key=self.key, postcode=self.postcode)
        if twins.exclude(pk=self.pk).exists():
            raise ValidationError({"number": _("This street already has this number.")})


def option_value_from_label(label: str) -> str:
    """Make the stored value of an option from its label."""
    return slugify(label)[:100] or "option"
