"""How money gets here: one interface for every means of payment. Installed apps offer theirs in a file
``payment_providers.py``; each answers to the tests of ``tests/payments/test_provider_contract.py``.

A provider talks to its other side and answers; it writes nothing of ours. It is asked outside of transactions,
as often as needed: what it does is done once, under the id of the payment or refund as idempotency key.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.http import HttpRequest

from home.extensions.registry import Registry

from .models import Payment, Refund
from .states import PaymentState, RefundState


class ProviderUnavailable(Exception):
    """The other side does not answer, or not as it should: ask again later."""


class ProviderRefused(Exception):
    """The other side will never do what was asked. The message is for staff."""


def error_text(fault: Exception) -> str:
    """What a provider's fault is called where staff reads it."""
    return f"{type(fault).__name__}: {fault}"[:2000]


class ForgedCall(Exception):
    """What called us is not the provider."""


@dataclass(frozen=True)
class PaymentStatus:
    """How a payment stands on the other side. ``amount`` in minor units and ``currency``: what arrived."""

    state: str
    external_id: str = ""
    url: str = ""  # where the person pays
    amount: int = 0
    currency: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RefundStatus:
    """How a refund stands."""

    state: str
    external_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PayoutReport:
    """A transfer to our bank: ``items`` are numbers of payments there with their amounts, refunds negative."""

    external_id: str
    arrived_on: date
    gross: int
    commission: int
    currency: str
    items: tuple[tuple[str, int], ...] = field(default_factory=tuple)

    @property
    def net(self) -> int:
        return self.gross - self.commission


class PaymentProvider:
    """A means of payment.

    ``account``: which of the commune's ledger accounts holds what it received. ``paid_out_with``: keys of means
    whose money comes in the same transfers to the bank. ``lifetime``: how long a payment may stay open on the
    other side; None is for ever. ``asks``: whether the other side can be asked how a payment stands.
    ``waiting_template``: what the pay page says while the payment waits, with ``payment`` and ``basket``; by
    itself it leads to the payment's ``url``.
    """

    key = ""
    label = ""
    hint = ""
    icon = "card"
    account = "online"
    paid_out_with: tuple[str, ...] = ()
    lifetime: timedelta | None = timedelta(hours=24)
    asks = True
    waiting_template = ""

    def available(self) -> bool:
        """Whether what it needs is set."""
        return True

    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        """Opens the payment on the other side, or finds it there, and says where the person pays."""
        raise NotImplementedError

    def look(self, payment: Payment) -> PaymentStatus:
        """How the payment stands now."""
        raise NotImplementedError

    def cancel(self, payment: Payment) -> PaymentStatus:
        """Gives the payment up, so that nobody can pay it any more; where it is too late, says that it was paid."""
        return PaymentStatus(PaymentState.CANCELLED)

    def refund(self, refund: Refund) -> RefundStatus:
        """Pays back, or says how it stands."""
        raise NotImplementedError

    def told(self, request: HttpRequest) -> str:
        """The number at the provider that a call of theirs is about; "" where it concerns no payment.

        Raises ``ForgedCall``. What a call says is only a reason to look: it may be old, out of order or told twice.
        """
        raise ForgedCall

    def probe(self) -> None:
        """Ask the provider, with our key, for something that changes nothing.

        Raises ``ProviderUnavailable`` or ``ProviderRefused``.
        """

    def payouts(self, since: date) -> list[PayoutReport]:
        """Transfers to the bank since a day."""
        return []


payment_providers: Registry[PaymentProvider] = Registry("payment_providers")

PENDING, SUCCEEDED, FAILED, CANCELLED = (
    PaymentState.PENDING,
    PaymentState.SUCCEEDED,
    PaymentState.FAILED,
    PaymentState.CANCELLED,
)
REFUND_PENDING, REFUND_DONE, REFUND_FAILED = RefundState.PENDING, RefundState.DONE, RefundState.FAILED


def available_providers() -> list[PaymentProvider]:
    """Those that people may choose from, in the operator's order: ``PAYMENT_PROVIDERS``."""
    found = (payment_providers.get(key) for key in settings.PAYMENT_PROVIDERS)
    return [provider for provider in found if provider and provider.available()]


def provider_label(key: str) -> str:
    """How people call a means of payment; its key where its app is gone."""
    provider = payment_providers.get(key)
    return str(provider.label) if provider else key


def can_be_polled(payment: Payment) -> bool:
    """Whether the other side can be asked how the payment stands."""
    provider = payment_providers.get(payment.provider)
    return bool(provider and provider.asks)


def provider_for(row: Payment | Refund) -> PaymentProvider:
    """The provider of a payment or a refund; ``ProviderRefused`` where its app is gone."""
    key = row.provider if isinstance(row, Payment) else row.payment.provider
    provider = payment_providers.get(key)
    if provider is None:
        raise ProviderRefused(f"No installed app knows the means of payment “{key}”.")
    return provider
