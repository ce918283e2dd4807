"""Subscribers, topics and consent. An address counts only after its owner opened the e-mailed link."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin

from eservices.accounts.fields import EmailAddressField
from home.models.categories import OrderedTranslations
from home.web.secret_links import new_secret

from ..states import SubscriberState


class Topic(TranslatableMixin, models.Model):
    """A subject of news. A subscription counts in all languages of a topic."""

    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OrderedTranslations.as_manager()

    panels = [FieldPanel("name"), FieldPanel("description"), FieldPanel("order")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("newsletter topic")
        verbose_name_plural = _("newsletter topics")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(state=SubscriberState.CONFIRMED)

    def forgotten(self, before: datetime):
        """Filter subscribers who did not confirm and whose link expired before the given time."""
        return self.filter(state=SubscriberState.PENDING, link_expires_at__lt=before)

    def once_subscribed(self):
        return self.exclude(confirmed_at=None)


class Subscriber(models.Model):
    """An address that asked for the newsletter, with the proof that its owner consented."""

    email = EmailAddressField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    state = models.CharField(
        _("state"), max_length=12, choices=SubscriberState, default=SubscriberState.PENDING
    )
    secret = models.CharField(max_length=22, unique=True, default=new_secret, editable=False)
    link_expires_at = models.DateTimeField(_("opt-in link valid until"))
    created_at = models.DateTimeField(_("first asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["email"], name="one_subscriber_per_email")]
        indexes = [models.Index(fields=["state", "language"], name="subscriber_reach")]

    def __str__(self) -> str:
        return self.email

    @property
    def topic_keys(self) -> set:
        return set(self.subscriptions.values_list("topic_key", flat=True))


class Subscription(models.Model):
    """A topic of a subscriber, by translation key."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    topic_key = models.UUIDField(_("topic"), db_index=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "topic_key"], name="one_subscription_per_topic")
        ]

    def __str__(self) -> str:
        return str(self.topic_key)


class ConsentEvent(models.Model):
    """A consent or withdrawal of a subscriber, with its time. No network address is stored."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked for the newsletter")
        CONFIRMED = "confirmed", _("confirmed by the mailed link")
        CHANGED = "changed", _("changed topics or language")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        RESUBSCRIBED = "resubscribed", _("subscribed again from the own page")
        IMPORTED = "imported", _("taken over with a proof of consent")
        BOUNCED = "bounced", _("letters came back")
        COMPLAINED = "complained", _("called a letter unwanted")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="consents")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    page = models.CharField(
        _("page of the subscription"), max_length=255, blank=True, help_text=_("Or what proves it.")
    )
    wording = models.CharField(_("wording shown"), max_length=20, blank=True)
    topics = models.JSONField(_("topics"), default=list)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty if the person used the link in the e-mail."),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
