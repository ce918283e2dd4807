"""Models of the editors' work: page checks, external links, review plans and links to drafts."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from eservices.accounts.models import User
from home.links.page_links import absolute_url
from home.web.secret_links import secret_field

from .content_checks.rules import ADVICE, ERROR, WARNING, Finding


class PageCheckQuerySet(models.QuerySet["PageCheck"]):
    def due(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now, page__live=True).order_by("due_at", "pk")

    def with_findings(self) -> Self:
        return self.exclude(errors=0, warnings=0, advices=0)

    def of_rule(self, rule: str) -> Self:
        return self.filter(rules__contains=f" {rule} ")

    def looked_after_by(self, user: User) -> Self:
        chosen = models.Q(page__care__keeper=user)
        return self.filter(chosen | models.Q(page__care__keeper=None, page__owner=user))


class PageCheck(models.Model):
    """The findings of the rules in a published page. It is checked again at ``due_at``."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="check_result", verbose_name=_("page"))
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), default=timezone.now, db_index=True)
    kept = models.JSONField(default=list)
    rules = models.TextField(blank=True)  # keys of the rules with findings, each between blanks
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    advices = models.PositiveIntegerField(default=0)
    addresses = models.ManyToManyField("ExternalLink", related_name="checks", blank=True)

    objects = PageCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a page")
        verbose_name_plural = _("checks of pages")

    def __str__(self) -> str:
        return f"{self.page_id}: {self.errors}, {self.warnings}, {self.advices}"

    @staticmethod
    def unchecked_pages() -> QuerySet[Page]:
        """Return the published pages that were never checked."""
        return Page.objects.filter(live=True, depth__gt=1, alias_of=None, check_result=None)

    @classmethod
    def make_missing(cls) -> None:
        rows = [cls(page_id=pk) for pk in cls.unchecked_pages().order_by("pk").values_list("pk", flat=True)]
        cls.objects.bulk_create(rows, ignore_conflicts=True)

    @property
    def findings(self) -> list[Finding]:
        return [Finding(*row) for row in self.kept]

    def record_findings(self, findings: list[Finding]) -> None:
        """Take over the findings of a check, without saving."""
        self.kept = [[one.rule, one.gravity, one.path, one.values] for one in findings]
        self.rules = " ".join(["", *sorted({one.rule for one in findings}), ""])
        counts = [sum(one.gravity == gravity for one in findings) for gravity in (ERROR, WARNING, ADVICE)]
        self.errors, self.warnings, self.advices = counts


class ExternalLink(models.Model):
    """An external address that pages link to, and whether it answers."""

    MOST_FAILURES = 2  # in a row; a single failure is frequent on the web

    digest = models.CharField(max_length=64, unique=True)
    url = models.TextField(_("address"))
    due_at = models.DateTimeField(_("due at"), default=timezone.now, db_index=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    fault = models.CharField(_("what happened"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("external address")
        verbose_name_plural = _("external addresses")

    def __str__(self) -> str:
        return self.url

    @property
    def is_silent(self) -> bool:
        return self.failures >= self.MOST_FAILURES

    @staticmethod
    def digest_of(url: str) -> str:
        return hashlib.sha256(url.encode()).hexdigest()

    @classmethod
    def silent(cls, urls: Iterable[str]) -> set[str]:
        """Return those of the addresses that do not answer."""
        digests = [cls.digest_of(url) for url in urls]
        if not digests:
            return set()
        found = cls.objects.filter(digest__in=digests, failures__gte=cls.MOST_FAILURES)
        return set(found.values_list("url", flat=True))


def review_months(model: type[Page]) -> int | None:
    """Return the months between two reviews of a page type; None for types about a date that passes."""
    return getattr(model, "review_months", None) if getattr(model, "in_plan", True) else None


class ReviewPlanQuerySet(models.QuerySet["ReviewPlan"]):
    def to_review(self, today: date) -> Self:
        """Filter published pages whose review is due, the longest waiting first."""
        return self.filter(page__live=True, due_on__lte=today).order_by("due_on", "pk")

    def looked_after_by(self, user: User) -> Self:
        own = models.Q(keeper=user) | models.Q(keeper=None, page__owner=user)
        return self.filter(own)


class ReviewPlan(models.Model):
    """The review plan of a page: who looks after it, and when it is reviewed next."""

    AGAIN_AFTER = timedelta(days=14)  # between two reminders

    page = models.OneToOneField(Page, models.CASCADE, related_name="care", verbose_name=_("page"))
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("looked after by"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The person who created the page, if you do not choose anybody."),
    )
    months = models.PositiveSmallIntegerField(
        _("months between reviews"), validators=[MinValueValidator(1), MaxValueValidator(60)], default=12
    )
    due_on = models.DateField(_("next review"), db_index=True)
    told_at = models.DateTimeField(_("notified at"), null=True, blank=True)
    told_again_at = models.DateTimeField(_("notified again at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("chief editors notified at"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("reviewed by"), null=True, related_name="+"
    )

    objects = ReviewPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("care of a page")
        verbose_name_plural = _("care of pages")

    def __str__(self) -> str:
        return f"{self.page_id}: {self.due_on}"

    @property
    def named(self):
        """The chosen keeper, or the owner of the page.

        ``access.keepers_by_page`` checks whether that person may still edit it.
        """
        return self.keeper or self.page.owner

    @property
    def is_due(self) -> bool:
        return self.due_on <= timezone.localdate()

    def plan(self, day: date) -> None:
        """Set the next review to ``day`` and forget the reminders of the previous one. Does not save."""
        self.due_on, self.told_at, self.told_again_at, self.escalated_at = day, None, None, None


class DraftLinkQuerySet(models.QuerySet["DraftLink"]):
    def open_at(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now)


class DraftLink(models.Model):
    """A link that shows a draft to somebody who does not sign in."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="draft_links", verbose_name=_("page"))
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+", verbose_name=_("version"))
    secret = secret_field()
    for_whom = models.CharField(_("for whom"), max_length=120)
    follows = models.BooleanField(_("shows later drafts too"), default=False)
    created_at = models.DateTimeField(_("shared at"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("shared by"), null=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    opened = models.PositiveIntegerField(_("opened"), default=0)
    opened_at = models.DateTimeField(_("last opened at"), null=True, blank=True)

    objects = DraftLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a draft")
        verbose_name_plural = _("links to drafts")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.page_id} {self.for_whom}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def url(self) -> str:
        return absolute_url(reverse("shared_draft", args=[self.secret]))

    def draft(self) -> Page:
        """Return the shared version, or the latest one if the link follows later drafts."""
        revision = self.page.get_latest_revision() if self.follows else self.revision
        return revision.as_object()


def editor_field_url(page_id: int, path: str = "") -> str:
    """Return the URL of a page's editor, at the field with this content path."""
    address = reverse("wagtailadmin_pages:edit", args=[page_id])
    return f"{address}#:w:contentpath={path}" if path else address
