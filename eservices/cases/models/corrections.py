"""Corrections and reviews by agents. The submission itself never changes."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from home.encrypted_fields import EncryptedJSONField

from .case import Case


class Correction(models.Model):
    """A corrected answer, with the reason. The declared answer stays in the submission."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="amendments")
    field = models.CharField(_("question"), max_length=60)
    before = EncryptedJSONField(_("before"), null=True)
    after = EncryptedJSONField(_("after"), null=True)
    reason = models.TextField(_("reason"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.case} {self.field}"


class EnclosureReview(models.Model):
    """An agent's review of the files of one question. No row means no review yet."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("paper", "received")
        REFUSED = "refused", pgettext_lazy("paper", "refused")
        WAIVED = "waived", pgettext_lazy("paper", "not needed")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="enclosures")
    field = models.CharField(_("question"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.TextField(_("reason"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")
        constraints = [models.UniqueConstraint(fields=["case", "field"], name="one_enclosure_per_question")]

    def __str__(self) -> str:
        return f"{self.case} {self.field}, {self.get_state_display()}"


class ConcernedPerson(models.Model):
    """A person among several named in a case, with an outcome of their own.

    Identified by the row's position in the group that the editor marked.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("person", "accepted")
        REFUSED = "refused", pgettext_lazy("person", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("person", "withdrawn")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="persons")
    field = models.CharField(_("question"), max_length=60)
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=255)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person concerned")
        verbose_name_plural = _("persons concerned")
        ordering = ["field", "place"]
        constraints = [models.UniqueConstraint(fields=["case", "field", "place"], name="one_person_per_row")]

    def __str__(self) -> str:
        return self.name
