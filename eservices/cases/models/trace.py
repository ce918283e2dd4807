"""What happened to cases: append-only, chained, anchored."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..chain import Link
from .case import Case


class CaseEvent(models.Model):
    """One thing that happened to a case, bound to the one before it: see ``trace``. Append-only.

    ``data`` and ``salt`` may be erased together; their digest stays.
    """

    class ActorKind(models.TextChoices):
        AGENT = "agent", _("agent")
        APPLICANT = "applicant", _("applicant")
        OFFICE = "office", _("office that was asked")
        SYSTEM = "system", _("system")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict)
    salt = models.CharField(max_length=32, blank=True, editable=False)
    payload_digest = models.CharField(max_length=64, default="", editable=False)
    hash = models.CharField(max_length=64, default="", editable=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_event_per_number")]
        indexes = [models.Index(fields=["at"], name="event_at")]

    def __str__(self) -> str:
        return f"{self.case} {self.number} {self.kind}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("What happened does not change: a trace is only added to.")
        super().save(*args, **kwargs)

    @property
    def link(self) -> Link:
        """The event as its chain sees it."""
        return Link(
            case=str(self.case_id),
            number=self.number,
            kind=self.kind,
            actor_kind=self.actor_kind,
            actor=self.actor_id,
            at=self.at,
            payload=self.data,
            salt=self.salt,
            payload_digest=self.payload_digest,
            hash=self.hash,
        )


class TraceAnchor(models.Model):
    """The heads of all chains that grew since the anchor before, kept every night: a tail cut off is seen."""

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(default=timezone.now)
    heads = models.JSONField(default=dict, help_text=_("Case → number and hash of its last event."))
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("anchor of the trace")
        verbose_name_plural = _("anchors of the trace")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.hash[:12]}"
