"""States of charges, payments and refunds, and their allowed transitions, as data."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChargeState(TextChoices):
    OPEN = "open", _("to pay")
    PAID = "paid", _("paid")
    WAIVED = "waived", _("waived")
    EXPIRED = "expired", _("not paid in time")
    CANCELLED = "cancelled", pgettext_lazy("charge", "cancelled")


class PaymentState(TextChoices):
    NEW = "new", _("begun")
    PENDING = "pending", _("waiting for the provider")
    SUCCEEDED = "succeeded", _("received")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("given up")


class RefundState(TextChoices):
    NEW = "new", _("to carry out")
    PENDING = "pending", _("under way")
    DONE = "done", _("refunded")
    FAILED = "failed", _("failed")


# Expired charges are included, because an agent may still accept the money.
TAKES_MONEY = frozenset({ChargeState.OPEN, ChargeState.EXPIRED})
# action → (states it may start from, state it leads to)
CHARGES: dict[str, tuple[frozenset[str], str]] = {
    "pay": (TAKES_MONEY, ChargeState.PAID),
    "waive": (TAKES_MONEY, ChargeState.WAIVED),
    "expire": (frozenset({ChargeState.OPEN}), ChargeState.EXPIRED),
    "extend": (TAKES_MONEY, ChargeState.OPEN),
    "cancel": (TAKES_MONEY, ChargeState.CANCELLED),
}
# Money may arrive in any state, so that money for a cancelled or failed payment is not lost.
PAYMENTS: dict[str, tuple[frozenset[str], str]] = {
    "start": (frozenset({PaymentState.NEW, PaymentState.PENDING}), PaymentState.PENDING),
    "succeed": (frozenset(PaymentState) - {PaymentState.SUCCEEDED}, PaymentState.SUCCEEDED),
    "fail": (frozenset({PaymentState.NEW, PaymentState.PENDING}), PaymentState.FAILED),
    "cancel": (frozenset({PaymentState.NEW, PaymentState.PENDING}), PaymentState.CANCELLED),
}
REFUNDS: dict[str, tuple[frozenset[str], str]] = {
    "wait": (frozenset({RefundState.NEW, RefundState.PENDING}), RefundState.PENDING),
    "finish": (frozenset({RefundState.NEW, RefundState.PENDING}), RefundState.DONE),
    "fail": (frozenset({RefundState.NEW, RefundState.PENDING}), RefundState.FAILED),
}


def is_allowed(transitions: dict[str, Any], action: str, state: str) -> bool:
    """Return whether ``action`` is allowed in ``state``."""
    return state in transitions[action][0]
