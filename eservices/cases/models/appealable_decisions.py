"""Appealable decisions, and the consent to be notified of them by e-mail."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from home.localization.working_days import public_holidays

from ..logic.appeal_rules import rules_key, rules_of
from ..logic.appeal_terms import AppealRules
from ..states import CaseOutcome
from .case import Case
from .letter_templates import TermUnit


def place_of_commune() -> str:
    """Return the place whose appeal rules apply to the commune, such as ``CH-VD``."""
    return rules_key(settings.COUNTRY, settings.SUBDIVISION)


OPENED_WITHIN = timedelta(days=7)  # unopened decisions are posted after this time


class AppealableDecisionQuerySet(models.QuerySet["AppealableDecision"]):
    def unopened(self) -> Self:
        """Filter decisions sent by e-mail and not opened yet: their appeal term does not run."""
        return self.filter(electronic=True, notified_on=None)

    def to_post(self, now: datetime) -> Self:
        """Filter unopened decisions that are due to be posted."""
        return self.unopened().filter(decided_at__lte=now - OPENED_WITHIN, case__rehearsal=False)


class AppealableDecision(models.Model):
    """A decision with its reasons and legal remedies as written, and the day of its notification."""

    class Proof(models.TextChoices):
        POST = "post", _("registered mail")
        OPENED = "opened", _("opened on the private page")
        HANDED = "handed", _("handed over")
        NOTICE = "notice", _("public notice")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="formal_decisions")
    outcome = models.CharField(_("decision"), max_length=12, choices=CaseOutcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)
    title = models.CharField(_("title"), max_length=255)
    paragraphs = models.JSONField(default=list, help_text=_("Text, unchangeable from the day it was taken."))
    authority = models.CharField(_("authority"), max_length=255)
    days = models.PositiveSmallIntegerField(_("time to appeal"))
    unit = models.CharField(_("counted in"), max_length=6, choices=TermUnit, default=TermUnit.DAYS)
    recess = models.BooleanField(_("the recess suspends it"), default=True)
    place = models.CharField(
        _("rules of appeal"),
        max_length=16,
        default=place_of_commune,
        help_text=_("Canton or country, for example CH-VD."),
    )
    electronic = models.BooleanField(
        _("by e-mail"),
        default=False,
        help_text=_("Sent by e-mail with the consent of the person, otherwise on paper."),
    )
    letter = models.OneToOneField(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="formal_decision"
    )
    notified_on = models.DateField(_("notified on"), null=True, blank=True)
    proof = models.CharField(_("proven by"), max_length=10, choices=Proof, blank=True)
    appealed_on = models.DateField(_("appeal received on"), null=True, blank=True)

    objects = AppealableDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision that may be appealed")
        verbose_name_plural = _("decisions that may be appealed")
        ordering = ["decided_at"]
        indexes = [
            models.Index(
                fields=["decided_at"],
                name="decision_unopened",
                condition=models.Q(electronic=True, notified_on=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unopened(self) -> bool:
        """True if it was sent by e-mail and the applicant has yet to open it."""
        return self.electronic and self.notified_on is None

    @property
    def rules(self) -> AppealRules:
        """The rules by which the appeal term is counted."""
        return rules_of(self.place)

    @property
    def last_day(self) -> date | None:
        """The last day to appeal; None if the decision is not notified yet."""
        return self._last_day(self.notified_on) if self.notified_on else None

    @property
    def presumed_on(self) -> date | None:
        """The day on which the posted letter counts as received if nothing proves another day.

        None if the decision is notified, is not posted, or if the law presumes nothing.
        """
        presumption, letter = self.rules.presumption, self.letter
        if self.notified_on or presumption is None or letter is None or letter.done_at is None:
            return None
        return presumption.received_on(timezone.localdate(letter.done_at), self._holidays())

    @property
    def presumed_last_day(self) -> date | None:
        """The last day to appeal if the letter was received on ``presumed_on``."""
        return self._last_day(self.presumed_on) if self.presumed_on else None

    def _last_day(self, notified: date) -> date:
        return self.rules.last_day(notified, self.days, self.unit, self._holidays(), suspended=self.recess)

    def _holidays(self):
        """Return the holidays of the place by its rules.

        The commune's own closing days are left out: they do not move a term of the law.
        """
        country, _dash, subdivision = self.place.partition("-")
        return self.rules.holidays(public_holidays(country, subdivision))


class ElectronicConsent(models.Model):
    """The consent of a person to be notified of decisions by e-mail on a case, until revoked."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    wording = models.CharField(_("wording shown"), max_length=20, blank=True, db_default="")

    class Meta:
        verbose_name = _("consent to decisions by e-mail")
        verbose_name_plural = _("consents to decisions by e-mail")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(revoked_at=None), name="one_consent_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.given_at:%Y-%m-%d}"
