"""Tokens of programs, and answers that are repeated for a repeated request."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.models import Form

from .scopes import Scope

SECRET_BYTES, PREFIX_LENGTH = 32, 8
MARK = "cmn_"  # by which scanners of repositories recognize a token


def new_token_secret() -> str:
    """Return a secret of 256 random bits, of which the first signs name the token."""
    return f"{MARK}{secrets.token_hex(PREFIX_LENGTH // 2)}{secrets.token_urlsafe(SECRET_BYTES)}"


def prefix_of(secret: str) -> str:
    return secret[: len(MARK) + PREFIX_LENGTH]


def digest_of(secret: str) -> str:
    """Return the digest under which a secret is stored. Random secrets need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self, now: datetime) -> Self:
        """Filter the tokens that open something at ``now``."""
        return self.filter(withdrawn_at=None, expires_at__gt=now)


class ApiToken(models.Model):
    """The right of a program of another system to do some things with the cases of some services."""

    name = models.CharField(
        _("name"), max_length=100, help_text=_("The program, as agents see it beside what it does.")
    )
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("actions"), default=list)
    forms = models.ManyToManyField(Form, verbose_name=_("services"), related_name="+")
    networks = models.JSONField(
        _("network addresses"), default=list, blank=True, help_text=_("If empty, any address.")
    )
    per_minute = models.PositiveSmallIntegerField(
        _("requests a minute"), default=120, validators=[MinValueValidator(1), MaxValueValidator(6000)]
    )
    expires_at = models.DateTimeField(_("expires"))
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="api_token",
        editable=False,
        help_text=_("The closed account that stands in events for what the program does."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last use"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None and self.expires_at > timezone.now()

    @property
    def last_day(self) -> date:
        """The last day on which it opens something. It expires at the midnight after it."""
        return timezone.localdate(self.expires_at - timedelta(microseconds=1))

    @property
    def scope_labels(self) -> list[str]:
        return [str(one.label) for one in Scope if one.value in self.scopes]


class IdempotentAnswer(models.Model):
    """The answer to a request with an idempotency key, sent again if the request comes again.

    Written in the transaction of what the request did. Deleted after a day.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("answer of the API")
        verbose_name_plural = _("answers of the API")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.token} {self.key}"
