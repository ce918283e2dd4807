"""Retention blockers: a case whose document is being made or whose permit is valid is not erased."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.extension_points import RetentionBlocker

from ..models import Document, Permit


def _being_made() -> Q:
    return Q(pk__in=Document.objects.filter(state=Document.State.DRAWN).values("case"))


def _still_valid() -> Q:
    return Q(pk__in=Permit.objects.valid(timezone.localdate()).values("case"))


RETENTION_BLOCKERS = {
    "documents": RetentionBlocker(_("a document on it is still being made"), _being_made),
    "permits": RetentionBlocker(_("a permit on it is still valid"), _still_valid),
}
