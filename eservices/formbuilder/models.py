"""The identity of a form and its frozen versions."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .definition import Definition


class Form(models.Model):
    """A service's identity for everything below its page. ``key`` is the page's ``translation_key``."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    offered = models.BooleanField(_("offered"), default=True, help_text=_("Whether new requests are taken."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")

    def __str__(self) -> str:
        return self.slug

    @property
    def current(self) -> "FormVersion | None":
        """The version in force: the newest published one; None where the service is not offered now."""
        return self.versions.published().order_by("-number").first() if self.offered else None


class FormVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(kind=FormVersion.Kind.PUBLISHED)


class FormVersion(models.Model):
    """What a service asks and what happens then, as published: never changed, one per service."""

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

    @cached_property
    def definition(self) -> Definition:
        return Definition(self.content)
