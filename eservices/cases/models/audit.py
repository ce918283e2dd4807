"""The audit log: events and anchors, append-only and chained by hashes."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..logic.hash_chain import ChainLink
from .case import Case

ADDED_TO = "What happened does not change: a trace is only added to."


class AppendOnlyQuerySet(models.QuerySet["AppendOnlyRow"]):
    """Rows that no query can change or delete; ``bulk_update`` is blocked too.

    A person with direct access to the database still can, but ``verify_audit`` detects it.
    """

    def update(self, **changes: Any) -> None:
        raise TypeError(ADDED_TO)

    def delete(self) -> None:
        raise TypeError(ADDED_TO)

    def bulk_create(self, objs, **options: Any):
        if options.get("update_conflicts"):
            raise TypeError(ADDED_TO)
        return super().bulk_create(objs, **options)


class EventQuerySet(AppendOnlyQuerySet):
    def erase(self) -> int:
        """Erase the payloads, and the salts that would allow guessing them. The hash chain stays intact."""
        return models.QuerySet.update(self, data={}, salt="")

    def discard(self) -> None:
        """Delete the events of rehearsals, and no others."""
        models.QuerySet.delete(self.filter(case__rehearsal=True))


class AppendOnlyRow(models.Model):
    """A row that is written once and never changed."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **options):
        if not self._state.adding:
            raise TypeError(ADDED_TO)
        super().save(**options | {"force_insert": True})  # an existing key must raise

    def delete(self, **options):
        raise TypeError(ADDED_TO)


class CaseEvent(AppendOnlyRow):
    """An event of a case, chained to the one before it: see ``audit_log``. Append-only.

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

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_event_per_number")]
        indexes = [models.Index(fields=["at"], name="event_at")]

    def __str__(self) -> str:
        return f"{self.case} {self.number} {self.kind}"

    @property
    def link(self) -> ChainLink:
        """The event as its hash chain covers it."""
        return ChainLink(
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


class AuditAnchor(AppendOnlyRow):
    """The last hashes of all chains that grew since the previous anchor.

    Written every hour and also noted outside the database. This detects events that were cut off at the end of a
    chain, even if their anchors were deleted too.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    at = models.DateTimeField(default=timezone.now)
    heads = models.JSONField(default=dict, help_text=_("Case → number and hash of its last event."))
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("anchor of the trace")
        verbose_name_plural = _("anchors of the trace")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {self.hash}"
