"""Subscribers, topics and consent. An address counts only after its owner opened the e-mailed link."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin

from home.models.categories import OrderedTranslations
from home.web.opt_ins import EmailedLinkQuerySet, OptIn

from ..states import SubscriberState
from .reader_choices import Consent, TopicChoice, chosen_topics


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


class SubscriberQuerySet(EmailedLinkQuerySet["Subscriber"]):
    def confirmed(self) -> Self:
        return self.filter(state=SubscriberState.CONFIRMED)

    def once_subscribed(self) -> Self:
        return self.exclude(confirmed_at=None)


class Subscriber(OptIn):
    """An address that asked for the newsletter, with the proof that its owner consented."""

    UNCONFIRMED = {"state": SubscriberState.PENDING}

    state = models.CharField(
        _("state"), max_length=12, choices=SubscriberState, default=SubscriberState.PENDING
    )
    link_expires_at = models.DateTimeField(_("opt-in link valid until"), db_index=True)
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
        return chosen_topics(self.subscriptions)


class Subscription(TopicChoice):
    """A topic of a subscriber."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "topic_key"], name="one_subscription_per_topic")
        ]


class ConsentEvent(Consent):
    """A consent or withdrawal of a subscriber."""

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
    page = models.CharField(
        _("page of the subscription"), max_length=255, blank=True, help_text=_("Or what proves it.")
    )
    wording = models.CharField(_("wording shown"), max_length=20, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty if the person used the link in the e-mail."),
    )

    class Meta(Consent.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
