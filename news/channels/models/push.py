"""Devices that asked for push notifications.

A row is deleted when its owner unsubscribes; it holds nothing about a person.
"""

import hashlib
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.reader_choices import TopicChoice


class DeviceQuerySet(models.QuerySet["Device"]):
    def of_topics(self, keys):
        """Filter devices that want at least one of the topics, each once."""
        return self.filter(pk__in=DeviceTopic.objects.filter(topic_key__in=keys).values("device"))

    def with_endpoint(self, endpoint: str) -> Self:
        return self.filter(digest=endpoint_digest(endpoint))


class Device(models.Model):
    """A browser that asked for notifications: its address and keys at its push service."""

    endpoint = models.TextField(_("address at the push service"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("first asked"), default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device with notifications")
        verbose_name_plural = _("devices with notifications")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def subscription(self) -> dict:
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


class DeviceTopic(TopicChoice):
    """A topic of a device."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="topics")

    class Meta:
        verbose_name = _("topic of a device")
        verbose_name_plural = _("topics of devices")
        constraints = [models.UniqueConstraint(fields=["device", "topic_key"], name="one_topic_per_device")]


def endpoint_digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode(errors="replace")).hexdigest()  # JSON may hold a lone surrogate
