"""Retention blockers: reasons against disposing of a case, from all apps."""

from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import Q, Value, When
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from home.extensions.base import merged

from ..extension_points import CaseExtension, RetentionBlocker
from ..models import Case, CaseQuerySet, LegalHold
from ..states import CaseState


def without_blockers(cases: CaseQuerySet) -> CaseQuerySet:
    """Filter ``cases`` to those without a blocker."""
    for one in _blockers().values():
        cases = cases.exclude(one.cases())
    return cases


def blocker_reason(case: Case) -> str:
    """Return why the case must be kept; "" if nothing keeps it."""
    blockers = _blockers()
    first = Choose(*(When(one.cases(), then=Value(key)) for key, one in blockers.items()), default=Value(""))
    key = Case.objects.filter(pk=case.pk).values_list(first, flat=True).first()
    return str(blockers[key].label) if key else ""


def _blockers() -> dict[str, RetentionBlocker]:
    return merged(CaseExtension, lambda one: one.retention_blockers())


def _with_open_deliveries() -> Q:
    subjects = Delivery.objects.open().filter(subject__startswith="case:").values_list("subject", flat=True)
    return Q(pk__in={UUID(subject.removeprefix("case:")) for subject in subjects})


OWN_BLOCKERS = {
    "open": RetentionBlocker(_("the case is not closed"), lambda: ~Q(state=CaseState.CLOSED)),
    "hold": RetentionBlocker(
        _("the case has a legal hold"), lambda: Q(pk__in=LegalHold.objects.in_force().values("case"))
    ),
    "deliveries": RetentionBlocker(_("the case has an unsent delivery"), _with_open_deliveries),
}
