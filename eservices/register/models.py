"""What the register was asked, and what it said: rows that a task carries out."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case, CaseStage

from .persons import DeclaredPerson, RegisterPerson, declared_from, person_from


class CheckOutcome(models.TextChoices):
    """What a check came to. Only the first is still under way."""

    PENDING = "pending", _("being asked")
    MATCH = "match", _("found, everything agrees")
    NO_MATCH = "no_match", _("nobody fits")
    SEVERAL = "several", _("several people fit")
    AWAY = "away", _("the register does not answer")
    TOO_MANY = "too_many", _("asked too often: the register was not asked")


@dataclass(frozen=True)
class NamedCheck:
    """The comparison of one person whom the applicant names: who fits or comes nearest, and who it is."""

    said: DeclaredPerson
    outcome: str
    candidates: list[RegisterPerson]
    person: str = ""

    @property
    def found(self) -> RegisterPerson | None:
        return next((one for one in self.candidates if one.key == self.person), None)

    @property
    def is_settled(self) -> bool:
        """Whether the register knows exactly one such person in the applicant's household, openly."""
        return self.outcome == CheckOutcome.MATCH and not any(one.protected for one in self.candidates)


class DueQuerySet(models.QuerySet):
    def due(self, now):
        """To be asked by ``now``."""
        return self.filter(due_at__lte=now)


class PostedCodeQuerySet(DueQuerySet):
    def open(self, now):
        """What may still be typed in, or is on its way."""
        return self.filter(used_at=None, expires_at__gt=now)


class RegisterCheck(models.Model):
    """That the answers of a case are compared with the register, and with what outcome.

    ``people`` are those who fit or come nearest, as the register told them; ``person`` is the key of the one
    that it was found to be. ``named`` holds the same, with its outcome, for each person whom the applicant names
    beside, under ``declared``, ``outcome``, ``people`` and ``person``. ``sender`` and ``about`` are digests, to
    limit tries.
    """

    stage = models.OneToOneField(CaseStage, on_delete=models.CASCADE, related_name="register_check")
    declared = models.JSONField(_("declared"))
    required = models.JSONField(_("must agree"), default=list)
    newcomer = models.BooleanField(
        _("newcomer"), default=False, help_text=_("Somebody who is not in the register yet.")
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=CheckOutcome, default=CheckOutcome.PENDING
    )
    people = models.JSONField(_("people"), default=list, blank=True)
    person = models.CharField(_("person"), max_length=300, blank=True)
    named = models.JSONField(_("people named"), default=list, blank=True)
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
        """Whether the rules cannot say how to go on: only what was expected goes on by itself."""
        if self.is_pending or self.decided_by_id:
            return False
        expected = CheckOutcome.NO_MATCH if self.newcomer else CheckOutcome.MATCH
        open_questions = not all(one.is_settled for one in self.named_checks)
        return self.protected or self.outcome != expected or open_questions

    @cached_property
    def said(self) -> DeclaredPerson:
        """What the applicant declared."""
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
        """Who fits or comes nearest."""
        return [person_from(one) for one in self.people]

    def shown(self, people: list[RegisterPerson]) -> list[RegisterPerson]:
        """Return whom every agent who sees the case may see: nobody protected once the case is not."""
        return [one for one in people if self.stage.case.protected or not one.protected]

    @property
    def found(self) -> RegisterPerson | None:
        """The person that it was found to be, by the register or by an agent."""
        return next((one for one in self.candidates if one.key == self.person), None)


class Screening(models.Model):
    """The question whether anybody whom a case names has a protected address.

    Of the answer only the case keeps something: that it is protected. Whom it names is read from the case when the
    register is asked, so that nothing personal stands here and corrected answers count.
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
    """What the register says of the person whom an account is known to belong to.

    Asked again at each sign-in, in the background: forms are filled in and limits looked at from this row, so
    that no page waits for the register. ``person`` is None while it is not found there, or protected.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="register_entry"
    )
    person = models.JSONField(_("person"), null=True, blank=True)
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
    def found(self) -> RegisterPerson | None:
        return person_from(self.person) if self.person else None


class PostedCode(models.Model):
    """That a code is posted to the address which the register has of whom an account's owner says to be.

    The code itself stands in the letter only. ``digest`` is empty while none was posted, and once it is used.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posted_codes")
    declared = models.JSONField(_("declared"))
    about = models.CharField(max_length=64, db_index=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    person = models.JSONField(_("person"), null=True, blank=True)
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
        """How deliveries name this code."""
        return f"posted-code:{self.pk}"

    @cached_property
    def said(self) -> DeclaredPerson:
        """Who the owner of the account says to be."""
        return declared_from(self.declared)

    @property
    def found(self) -> RegisterPerson | None:
        return person_from(self.person) if self.person else None
