"""Retention blocker: a case with unsettled money is not erased."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eservices.cases.extension_points import RetentionBlocker

from .models import Charge, Payment, Refund, UnallocatedPayment
from .states import ChargeState, RefundState


def _unsettled_cases() -> Q:
    """Match cases with open charges, payments in progress, unallocated payments, or unfinished refunds."""
    moving = Payment.objects.open().exclude(due_at=None)
    aside = UnallocatedPayment.objects.filter(resolved_at=None)  # includes those whose refund failed
    refunds = Refund.objects.filter(state__in=[RefundState.NEW, RefundState.PENDING])
    return (
        Q(pk__in=Charge.objects.filter(state__in=[ChargeState.OPEN, ChargeState.EXPIRED]).values("case"))
        | Q(pk__in=Charge.objects.filter(baskets__payments__in=moving).values("case"))
        | Q(pk__in=Charge.objects.filter(baskets__payments__set_aside__in=aside).values("case"))
        | Q(pk__in=Charge.objects.filter(baskets__payments__refunds__in=refunds).values("case"))
    )


RETENTION_BLOCKERS = {"money": RetentionBlocker(_("money of it is not settled yet"), _unsettled_cases)}
