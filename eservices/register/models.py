"""Lookups in the population register with their answers: rows that tasks process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case, CaseStage
from home.encrypted_fields import EncryptedJSONField

from .persons import DeclaredPerson, RegisterPerson, declared_from, person_from


class CheckOutcome(models.TextChoices):
    """The outcomes of a register check. Only the first is not final."""

    PENDING = "pending", _("being asked")
    MATCH = "match", _("found, everything agrees")
    NO_MATCH = "no_match", _("no match")
    SEVERAL = "several", _("several people fit")
    AWAY = "away", _("the register does not answer")
    TOO_MANY = "too_many", _("asked too often: the register was not asked")


@dataclass(frozen=True)
class NamedCheck:
    """The comparison of one named person: the candidates, and the key of the person identified."""

    declared_person: DeclaredPerson
    outcome: str
    candidates: list[RegisterPerson]
    person: str = ""

    @property
    def matched_person(self) -> RegisterPerson | None:
        return next((one for one in self.candidates if one.key == self.person), None)

    @property
    def is_settled(self) -> bool:
        """True if the register has exactly one such person in the applicant's household, not protected."""
        return self.outcome == CheckOutcome.MATCH and not any(one.protected for one in self.candidates)


class DueQuerySet[M: models.Model](models.QuerySet[M]):
    def due(self, now: datetime) -> Self:
        """Filter rows that are due by ``now``."""
        return self.filter(due_at__lte=now)


class PostedCodeQuerySet(DueQuerySet["PostedCode"]):
    def open(self, now: datetime) -> Self:
        """Filter codes that can still be typed in or are on their way."""
        return self.filter(used_at=None, expires_at__gt=now)


class RegisterCheck(models.Model):
    """The comparison of a case's answers with the register, and its outcome.

    ``people`` are the candidates with the data of the register; ``person`` is the key of the one that was
    identified. ``named`` holds the same for each person whom the applicant names, under ``declared``, ``outcome``,
    ``people`` and ``person``. ``sender`` and ``about`` are hashes, to limit lookups.
    """

    stage = models.OneToOneField(CaseStage, on_delete=models.CASCADE, related_name="register_check")
    declared = EncryptedJSONField(_("declared"))
    required = models.JSONField(_("must agree"), default=list)
    newcomer = models.BooleanField(
        _("newcomer"), default=False, help_text=_("A person who is not in the register yet.")
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=CheckOutcome, default=CheckOutcome.PENDING
    )
    people = EncryptedJSONField(_("people"), default=list, blank=True)
    person = models.CharField(_("person"), max_length=300, blank=True)
    named = EncryptedJSONField(_("people named"), default=list, blank=True)
    protected = models.BooleanField(_("protected"), default=False)
    sender = models.CharField(max_length=64, db_index=True)
    about = models.CharField(max_length=64, db_index=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    fault = models.TextField(_("fault"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = _("check against the register")
        verbose_name_plural = _("checks against the register")
        ordering = ["asked_at"]
        indexes = [
            models.Index(fields=["due_at"], name="register_check_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.outcome}"

    @property
    def is_pending(self) -> bool:
        return self.outcome == CheckOutcome.PENDING

    @property
    def waits_for_agent(self) -> bool:
        """True if an agent has to decide: only an expected outcome continues automatically."""
        if self.is_pending or self.decided_by_id:
            return False
        expected = CheckOutcome.NO_MATCH if self.newcomer else CheckOutcome.MATCH
        open_questions = not all(one.is_settled for one in self.named_checks)
        return self.protected or self.outcome != expected or open_questions

    @cached_property
    def declared_person(self) -> DeclaredPerson:
        """The person whom the applicant declared."""
        return declared_from(self.declared)

    @cached_property
    def named_checks(self) -> list[NamedCheck]:
        """The comparison of each person whom the applicant names."""
        return [
            NamedCheck(
                declared_from(one["declared"]),
                one.get("outcome", CheckOutcome.PENDING),
                [person_from(person) for person in one.get("people", [])],
                one.get("person", ""),
            )
            for one in self.named
        ]

    @cached_property
    def candidates(self) -> list[RegisterPerson]:
        """The persons that fit, else the closest ones."""
        return [person_from(one) for one in self.people]

    def shown(self, people: list[RegisterPerson]) -> list[RegisterPerson]:
        """Filter persons that every agent of the case may see: protected ones only if the case is protected."""
        return [one for one in people if self.stage.case.protected or not one.protected]

    @property
    def matched_person(self) -> RegisterPerson | None:
        """The person identified by the register or by an agent; None if there is none."""
        return next((one for one in self.candidates if one.key == self.person), None)


class Screening(models.Model):
    """A lookup of whether any person named in a case has a protected address.

    The result is stored only on the case, as its protection. The names are read from the case at the time of the
    lookup, so that this row holds no personal data and corrections count.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="screening")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    fault = models.TextField(_("fault"), blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening for protected addresses")
        verbose_name_plural = _("screenings for protected addresses")
        indexes = [
            models.Index(fields=["due_at"], name="register_screening_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return str(self.case)


class ResidentRecord(models.Model):
    """The register data of the person to whom an account belongs.

    Refreshed in the background at each sign-in: prefill and request limits read this row, so that no page waits for
    the register. ``person`` is None if the person is not found, or is protected.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="register_entry"
    )
    person = EncryptedJSONField(_("person"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry in the register")
        verbose_name_plural = _("entries in the register")
        indexes = [
            models.Index(fields=["due_at"], name="register_entry_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def matched_person(self) -> RegisterPerson | None:
        return person_from(self.person) if self.person else None


class PostedCode(models.Model):
    """A code posted to the registered address of the person that the user declares to be.

    The code itself is only in the letter. ``digest`` is "" before the letter is written and after the code is used.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posted_codes")
    declared = EncryptedJSONField(_("declared"))
    about = models.CharField(max_length=64, db_index=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    person = EncryptedJSONField(_("person"), null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    expires_at = models.DateTimeField(_("holds until"))
    used_at = models.DateTimeField(_("typed in"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = PostedCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("posted code")
        verbose_name_plural = _("posted codes")
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["due_at"], name="register_code_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.asked_at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        """The name of this code in deliveries."""
        return f"posted-code:{self.pk}"

    @cached_property
    def declared_person(self) -> DeclaredPerson:
        """The person that the user declares to be."""
        return declared_from(self.declared)

    @property
    def matched_person(self) -> RegisterPerson | None:
        return person_from(self.person) if self.person else None
