"""What happened to cases: append-only, chained, anchored."""

from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..logic.hash_chain import ChainLink
from .case import Case

ADDED_TO = "What happened does not change: a trace is only added to."


class AppendOnlyQuerySet(models.QuerySet):
    """Rows of the trace, which no query rewrites or takes away; ``bulk_update`` is an update too.

    Who holds the database still can, and ``verify_audit`` finds it.
    """

    def update(self, **changes):
        raise TypeError(ADDED_TO)

    def delete(self):
        raise TypeError(ADDED_TO)

    def bulk_create(self, objs, **options):
        if options.get("update_conflicts"):
            raise TypeError(ADDED_TO)
        return super().bulk_create(objs, **options)


class EventQuerySet(AppendOnlyQuerySet):
    def erase(self) -> int:
        """Forgets payloads, and the salt that would let them be guessed; what the chain covers stays."""
        return models.QuerySet.update(self, data={}, salt="")

    def discard(self) -> None:
        """Takes away what happened in rehearsals, and nothing else."""
        models.QuerySet.delete(self.filter(case__rehearsal=True))


class AppendOnlyRow(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **options):
        if not self._state.adding:
            raise TypeError(ADDED_TO)
        super().save(**options | {"force_insert": True})  # a key that is taken is a fault, not another text

    def delete(self, **options):
        raise TypeError(ADDED_TO)


class CaseEvent(AppendOnlyRow):
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
        """The event as its chain sees it."""
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
    """The heads of all chains that grew since the anchor before it, written every hour and noted outside the database.

    So a tail that is cut off is seen, with its anchors too.
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
