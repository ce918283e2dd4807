"""Readers of news by SMS. A number counts once its owner entered the code that was sent to it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.localization.phone_numbers import format_phone
from home.web.secret_links import secret_field
from newsletter.models.reader_choices import Consent, TopicChoice, chosen_topics


class PhoneReaderQuerySet(models.QuerySet["PhoneReader"]):
    def confirmed(self) -> Self:
        return self.filter(state=PhoneReader.State.CONFIRMED)

    def of_topics(self, keys):
        """Filter confirmed readers of at least one of the topics, each once."""
        return self.confirmed().filter(pk__in=PhoneTopic.objects.filter(topic_key__in=keys).values("reader"))

    def forgotten(self, before: datetime) -> Self:
        """Filter readers who asked before ``before`` and never entered a code."""
        return self.filter(state=PhoneReader.State.PENDING, asked_at__lt=before)


class PhoneReader(models.Model):
    """A phone number that asked for news by SMS, with its choices."""

    class State(models.TextChoices):
        PENDING = "pending", _("waits for the code")
        CONFIRMED = "confirmed", _("confirmed")
        STOPPED = "stopped", _("stopped")

    number = models.CharField(_("number"), max_length=20, unique=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    alerts = models.BooleanField(_("alerts in an emergency"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    secret = secret_field()
    asked = models.JSONField(
        default=dict, editable=False, help_text=_("Choices that apply after the code is entered.")
    )
    code = models.CharField(max_length=64, blank=True, editable=False)  # as a digest
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    code_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(_("last asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = PhoneReaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader by SMS")
        verbose_name_plural = _("readers by SMS")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return format_phone(self.number)

    @property
    def topic_keys(self) -> set:
        return chosen_topics(self.topics)


class PhoneTopic(TopicChoice):
    """A topic of a reader by SMS."""

    reader = models.ForeignKey(PhoneReader, models.CASCADE, related_name="topics")

    class Meta:
        verbose_name = _("topic of a reader by SMS")
        verbose_name_plural = _("topics of readers by SMS")
        constraints = [
            models.UniqueConstraint(fields=["reader", "topic_key"], name="one_phone_topic_per_reader")
        ]


class PhoneConsent(Consent):
    """A consent or withdrawal of the owner of a number."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed by the code")
        CHANGED = "changed", _("changed topics or language")
        STOPPED = "stopped", _("stopped on the own page")
        REPLIED = "replied", _("replied STOP")

    reader = models.ForeignKey(PhoneReader, models.CASCADE, related_name="consents")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    wording = models.CharField(_("wording shown"), max_length=20, blank=True, db_default="")

    class Meta(Consent.Meta):
        verbose_name = _("consent by SMS")
        verbose_name_plural = _("consents by SMS")
