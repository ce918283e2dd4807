"""What is known about pages besides what they say: what the checks found, which addresses answer."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from .checks.rules import ADVICE, ERROR, WARNING, Finding


class PageCheckQuerySet(models.QuerySet):
    def due(self, now: datetime):
        return self.filter(due_at__lte=now, page__live=True).order_by("due_at", "pk")

    def with_findings(self):
        return self.exclude(errors=0, warnings=0, advices=0)

    def of_rule(self, rule: str):
        return self.filter(rules__contains=f" {rule} ")

    def looked_after_by(self, user):
        return self.filter(page__owner=user)


class PageCheck(models.Model):
    """What the rules found in a page as it is published. Looked at again when ``due_at`` comes."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="check_result", verbose_name=_("page"))
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), default=timezone.now, db_index=True)
    kept = models.JSONField(default=list)
    rules = models.TextField(blank=True)  # which of them found something, each between blanks
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
    def missing() -> QuerySet[Page]:
        """Published pages that nobody looked at yet."""
        return Page.objects.filter(live=True, depth__gt=1, alias_of=None, check_result=None)

    @classmethod
    def make_missing(cls) -> None:
        rows = [cls(page_id=pk) for pk in cls.missing().order_by("pk").values_list("pk", flat=True)]
        cls.objects.bulk_create(rows, ignore_conflicts=True)

    @property
    def findings(self) -> list[Finding]:
        return [Finding(*row) for row in self.kept]

    def keep(self, findings: list[Finding]) -> None:
        """Takes over what was found."""
        self.kept = [[one.rule, one.gravity, one.path, one.values] for one in findings]
        self.rules = " ".join(["", *sorted({one.rule for one in findings}), ""])
        counts = [sum(one.gravity == gravity for one in findings) for gravity in (ERROR, WARNING, ADVICE)]
        self.errors, self.warnings, self.advices = counts


class ExternalLink(models.Model):
    """An address elsewhere that pages lead to, and whether anything answers there."""

    MOST_FAILURES = 2  # in a row; once is no news on the web

    digest = models.CharField(max_length=64, unique=True)
    url = models.TextField(_("address"))
    due_at = models.DateTimeField(_("due at"), default=timezone.now, db_index=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    fault = models.CharField(_("what happened"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("address elsewhere")
        verbose_name_plural = _("addresses elsewhere")

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
        """Those of the addresses where nothing answers."""
        digests = [cls.digest_of(url) for url in urls]
        if not digests:
            return set()
        found = cls.objects.filter(digest__in=digests, failures__gte=cls.MOST_FAILURES)
        return set(found.values_list("url", flat=True))


def jump(page_id: int, path: str = "") -> str:
    """The address of a page's editor, at the field that ``path`` names."""
    address = reverse("wagtailadmin_pages:edit", args=[page_id])
    return f"{address}#:w:contentpath={path}" if path else address
