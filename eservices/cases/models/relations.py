"""Relations between cases."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Case


class CaseRelationQuerySet(models.QuerySet["CaseRelation"]):
    def of(self, case: Case) -> Self:
        """Filter the relations of a case, on either side."""
        return self.filter(Q(first=case) | Q(second=case))

    def between(self, one: Case, other: Case) -> Self:
        return self.filter(Q(first=one, second=other) | Q(first=other, second=one))


class CaseRelation(models.Model):
    """Two related cases. The relation is symmetric."""

    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = CaseRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("link between cases")
        verbose_name_plural = _("links between cases")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_tie_per_pair"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="tied_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"
