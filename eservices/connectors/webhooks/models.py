"""Endpoints of webhooks, their keys, and the messages to them in the outbox."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.formbuilder.models import Form
from home.encrypted_fields import EncryptedJSONField

from .logic.event_types import EVENT_TYPES
from .logic.signatures import ED25519, HMAC, SigningKey, receiver_key


class EndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def enabled(self) -> Self:
        return self.filter(disabled_at=None)

    def replaying(self) -> Self:
        """Filter endpoints with a replay that is not queued to its end."""
        return self.filter(replay_until__isnull=False)


class WebhookEndpoint(models.Model):
    """An address of another system, and which events it is told of."""

    name = models.CharField(_("name"), max_length=80, help_text=_("The system that listens, for staff."))
    url = models.URLField(
        _("address"), max_length=500, help_text=_("It begins with https and is outside the internal network.")
    )
    types = models.JSONField(
        _("events"), default=list, blank=True, help_text=_("If none is chosen, all of them.")
    )
    services = models.ManyToManyField(
        Form,
        verbose_name=_("services"),
        blank=True,
        related_name="+",
        help_text=_("If none is chosen, all of them."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    disabled_at = models.DateTimeField(_("disabled since"), null=True, blank=True)
    disabled_because = models.CharField(_("reason"), max_length=200, blank=True)
    replay_after = models.BigIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="Id of the last case event of the replay that is queued.",
    )
    replay_until = models.BigIntegerField(
        null=True, blank=True, editable=False, help_text="Id of the last case event that is to be replayed."
    )

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def kinds(self) -> list[str]:
        """The kinds of case events that it is told of."""
        return [
            kind for kind, event_type in EVENT_TYPES.items() if not self.types or event_type in self.types
        ]

    def valid_keys(self, now: datetime) -> list[SigningKey]:
        """Return the keys that sign now, the newest first."""
        return [key.signing_key for key in self.keys.valid(now)]


class WebhookKeyQuerySet(models.QuerySet["WebhookKey"]):
    def valid(self, now: datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))


class WebhookKey(models.Model):
    """A key that signs messages to an endpoint. During a rotation two are valid at once."""

    class Version(models.TextChoices):
        SHARED = HMAC, _("shared secret (HMAC-SHA256)")
        PUBLIC = ED25519, _("public key (ed25519)")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="keys")
    version = models.CharField(_("kind of key"), max_length=3, choices=Version, default=Version.SHARED)
    value = EncryptedJSONField(_("key"), default=str)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)

    objects = WebhookKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("key of a webhook")
        verbose_name_plural = _("keys of webhooks")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.version}"

    @property
    def signing_key(self) -> SigningKey:
        return SigningKey(self.version, self.value)

    @property
    def receiver_key(self) -> str:
        """The text with which the receiver verifies our signatures."""
        return receiver_key(self.signing_key)


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def unfinished(self) -> Self:
        """Filter messages that are still to be sent. One that was given up holds up no other."""
        return self.filter(delivery__state__in=[Delivery.State.PENDING, Delivery.State.CARRYING])

    def before(self, message: "WebhookMessage") -> Self:
        """Filter messages to the same endpoint about earlier events of the same case."""
        return self.filter(endpoint=message.endpoint_id, case=message.case_id, number__lt=message.number)

    def after(self, message: "WebhookMessage") -> Self:
        """Filter messages to the same endpoint about later events of the same case, the next first."""
        later = self.filter(endpoint=message.endpoint_id, case=message.case_id, number__gt=message.number)
        return later.order_by("number")


class WebhookMessage(models.Model):
    """An event for one endpoint, with its delivery in the outbox."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="webhook")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(_("number of the event"))
    type = models.CharField(_("event"), max_length=40)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["endpoint", "case", "number"], name="webhook_order")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.type} {self.number}"
