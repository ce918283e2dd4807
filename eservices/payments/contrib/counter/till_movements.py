"""Movements of a till, for counting it."""

from dataclasses import dataclass
from datetime import datetime

from ... import ledger
from ...models import Payment, Refund, Till
from .actions import PaymentMeans


@dataclass(frozen=True)
class TillMovement:
    """A payment taken or refunded; ``amount`` is negative for a refund. ``cases``: their references."""

    at: datetime
    receipt: str
    cases: list[str]
    means: str
    amount: int


def till_movements(till: Till) -> list[TillMovement]:
    """Return all movements of the till, the oldest first."""
    taken = till.payments.prefetch_related("allocations__charge__case")
    given = till.refunds.select_related("payment").prefetch_related("payment__allocations__charge__case")
    cash = ledger.ledger_accounts().cash
    found = [_movement(one, one, cash, one.settled_at, one.received) for one in taken]
    found += [_movement(one, one.payment, cash, one.done_at, -one.amount) for one in given]
    return sorted(found, key=lambda one: one.at)


def _movement(
    moved: Payment | Refund, payment: Payment, cash: str, at: datetime, amount: int
) -> TillMovement:
    means = PaymentMeans.CASH if moved.account == cash else PaymentMeans.TERMINAL
    cases = [one.charge.case.reference for one in payment.allocations.all()]
    return TillMovement(at, payment.receipt or "", cases, str(means.label), amount)
