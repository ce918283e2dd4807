"""Retention blockers: reasons against disposing of a case. Other apps add theirs to ``retention_blockers``."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from home.extensions.registry import Registry

from ..models import Case, CaseQuerySet, LegalHold
from ..states import CaseState


@dataclass(frozen=True)
class RetentionBlocker:
    """A reason to keep cases.

    ``cases``: the condition for the cases that it keeps now. ``label``: the reason, after “The case is kept:”.
    """

    label: str | Promise
    cases: Callable[[], Q]


retention_blockers: Registry[RetentionBlocker] = Registry("hindrances")


def without_blockers(cases: CaseQuerySet) -> CaseQuerySet:
    """Filter ``cases`` to those without a blocker."""
    for one in retention_blockers:
        cases = cases.exclude(one.cases())
    return cases


def blocker_reason(case: Case) -> str:
    """Return why the case must be kept; "" if nothing keeps it."""
    first = Choose(
        *(When(one.cases(), then=Value(key)) for key, one in retention_blockers.items()), default=Value("")
    )
    key = Case.objects.filter(pk=case.pk).values_list(first, flat=True).first()
    return str(retention_blockers[key].label) if key else ""


def _with_open_deliveries() -> Q:
    subjects = Delivery.objects.open().filter(subject__startswith="case:").values_list("subject", flat=True)
    return Q(pk__in={UUID(subject.removeprefix("case:")) for subject in subjects})


retention_blockers.register("open")(
    RetentionBlocker(_("the case is not closed"), lambda: ~Q(state=CaseState.CLOSED))
)
retention_blockers.register("hold")(
    RetentionBlocker(
        _("the case has a legal hold"), lambda: Q(pk__in=LegalHold.objects.in_force().values("case"))
    )
)
retention_blockers.register("deliveries")(
    RetentionBlocker(_("the case has an unsent delivery"), _with_open_deliveries)
)
