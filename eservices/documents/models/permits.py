"""Permits: documents for one vehicle in one zone, which has a limited number of places."""

import re
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from eservices.cases.models import Case
from eservices.cases.states import CaseState
from eservices.formbuilder.fields import normalize_plate
from eservices.submissions.models import Draft

from .documents import Document

SWISS_PLATE = re.compile(r"([A-Z]{2})?([0-9]{1,6})")


class Zone(models.Model):
    """An area in which permits of one type are valid, and its number of places."""

    kind = models.SlugField(_("document"), max_length=60, help_text=_("Key of the template of the permit."))
    value = models.CharField(
        _("answer"),
        max_length=60,
        help_text=_("Answer to the question about the zone, as the form stores it."),
    )
    name = models.CharField(_("name"), max_length=80)
    places = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("If empty, no limit.")
    )

    panels = [FieldPanel(name) for name in ("kind", "value", "name", "places")]

    class Meta:
        verbose_name = _("permit zone")
        verbose_name_plural = _("permit zones")
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_zone_per_answer")]

    def __str__(self) -> str:
        return self.name

    def free(self, day) -> int | None:
        """Return the number of free places on ``day``; None if there is no limit."""
        return None if self.places is None else self.places - self.permits.taking_place(day).count()


class PermitQuerySet(models.QuerySet["Permit"]):
    def valid(self, day: date):
        """Filter permits that are valid on ``day``."""
        issued = self.filter(document__state=Document.State.ISSUED, valid_from__lte=day)
        return issued.filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def of_plate(self, plate: str) -> Self:
        """Filter permits of a plate in letters and digits; in Switzerland, by number if either lacks the canton."""
        same = Q(plate=plate)
        if settings.COUNTRY == "CH" and (swiss := SWISS_PLATE.fullmatch(plate)):
            canton, number = swiss.groups()
            same |= Q(plate=number) if canton else Q(plate__regex=rf"^[A-Z]{{2}}{number}$")
        return self.filter(same)

    def taking_place(self, day: date) -> Self:
        """Filter permits that occupy a place of their zone on ``day``: issued, being made, or granted.

        A permit that takes over a place is counted only when the permit that it renews is not valid any more.
        """
        out = Q(document__state__in=[Document.State.DRAWN, Document.State.ISSUED]) & (
            Q(valid_until=None) | Q(valid_until__gte=day)
        )
        held = Q(document=None, granted_at__isnull=False) & ~Q(case__state=CaseState.CLOSED)
        counted_before = Q(
            takes_over=True, renews__document__state=Document.State.ISSUED, renews__valid_until__gte=day
        )
        return self.filter(out | held, case__rehearsal=False).exclude(counted_before)

    def waiting(self) -> Self:
        """Filter permits on the waiting list, the oldest request first."""
        return (
            self.filter(granted_at=None, case__rehearsal=False)
            .exclude(case__state=CaseState.CLOSED)
            .order_by("asked_at", "pk")
        )

    def to_remind(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now)


class Permit(models.Model):
    """A vehicle's right to a place in a zone.

    The place is granted first; the permit is valid once its document is issued.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="permit")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="permits", verbose_name=_("zone"))
    plate = models.CharField(
        _("plate"), max_length=16, db_index=True, help_text=_("Letters and digits only.")
    )
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="permit"
    )
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewed"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    granted_at = models.DateTimeField(null=True, blank=True, help_text=_("When it got its place."))
    takes_over = models.BooleanField(
        default=False, help_text=_("The permit has the place of the permit it renews.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text=_("When the reminder to renew is sent."))

    objects = PermitQuerySet.as_manager()

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.plate} {self.zone}"

    @property
    def written_plate(self) -> str:
        """The plate in its usual form: VD 123456."""
        return normalize_plate(self.plate)


class Renewal(models.Model):
    """The draft that renews a permit. Its submission takes over the place."""

    permit = models.ForeignKey(Permit, on_delete=models.CASCADE, related_name="renewals")
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")

    def __str__(self) -> str:
        return f"{self.permit}"


class PlateCheck(models.Model):
    """A plate check by an inspector: who, which plate, when, and whether a valid permit was found."""

    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    plate = models.CharField(_("plate"), max_length=16)
    found = models.BooleanField(_("valid permit"))
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("plate looked up")
        verbose_name_plural = _("plates looked up")
        ordering = ["-at"]
        permissions = [("inspect_permits", _("Can look up permits by plate"))]

    def __str__(self) -> str:
        return f"{self.plate} {self.at:%Y-%m-%d %H:%M}"
