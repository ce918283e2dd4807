"""Payment providers: one interface for every means of payment. Apps register theirs in ``integrations.py``.

The contract is tested by ``tests/payments/test_provider_contract.py``. A provider calls its service and returns the
answer; it writes none of our data. It is called outside of transactions, as often as needed: it acts once, with the id
of the payment or refund as idempotency key.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.http import HttpRequest

from home.extensions.integrations import IntegrationRegistry

from .models import Payment, Refund
from .states import PaymentState, RefundState


class ProviderUnavailable(Exception):
    """The provider gave no usable answer; trying again later may help."""


class ProviderRefused(Exception):
    """The provider rejected the request for good. The message is for staff."""


def error_text(fault: Exception) -> str:
    """Return the text of a provider's error for staff, at most 2000 characters."""
    return f"{type(fault).__name__}: {fault}"[:2000]


class ForgedCall(Exception):
    """A webhook call does not come from the provider."""


@dataclass(frozen=True)
class PaymentStatus:
    """The state of a payment at its provider. ``amount`` (minor units) and ``currency``: what arrived."""

    state: str
    external_id: str = ""
    url: str = ""  # the page to pay on
    amount: int = 0
    currency: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RefundStatus:
    """The state of a refund at its provider."""

    state: str
    external_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PayoutReport:
    """A payout to our bank. ``items``: numbers of payments at the provider with amounts, negative for refunds."""

    external_id: str
    arrived_on: date
    gross: int
    commission: int
    currency: str
    items: tuple[tuple[str, int], ...] = field(default_factory=tuple)

    @property
    def net(self) -> int:
        return self.gross - self.commission


class PaymentProvider(ABC):
    """A payment provider.

    ``account``: the field of the commune's ledger accounts that holds what it received. ``paid_out_with``: keys of
    providers whose money comes in the same payouts. ``lifetime``: how long a payment may stay open at the provider;
    None for unlimited. ``asks``: whether the provider can be polled. ``waiting_template``: shown on the payment
    page while the payment is open, with ``payment`` and ``basket``; if empty, the page links to the payment's
    ``url``.
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
        """Return whether its settings are complete."""
        return True

    def at_address(self, url: str, key: str) -> "PaymentProvider":
        """Return this provider as it speaks with another address, for tests of a service with a key for tests.

        Raise ProviderRefused if it has no address, or if real money would move.
        """
        raise ProviderRefused(f"“{self.key}” has no address that can be tried.")

    @abstractmethod
    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        """Create the payment at the provider, or find it there. Return its state and the URL to pay on."""

    @abstractmethod
    def fetch_status(self, payment: Payment) -> PaymentStatus:
        """Return the current state of the payment."""

    def cancel(self, payment: Payment) -> PaymentStatus:
        """Cancel the payment, so that it cannot be paid any more. Return SUCCEEDED if it was paid already."""
        return PaymentStatus(PaymentState.CANCELLED)

    @abstractmethod
    def refund(self, refund: Refund) -> RefundStatus:
        """Refund the money, or return the state of a refund that was started."""

    def payment_id_of_call(self, request: HttpRequest) -> str:
        """Return the provider's number of the payment that a webhook call is about; "" if it is about none.

        Raise ForgedCall if the call is not authentic. Its content only causes a poll: it may be old, out of order
        or repeated.
        """
        raise ForgedCall

    def probe(self) -> None:  # noqa: B027 – optional: a provider that cannot be polled has nothing to try
        """Send the provider a request with our key that changes nothing.

        Raise ProviderUnavailable or ProviderRefused.
        """

    def payouts(self, since: date) -> list[PayoutReport]:
        """Return the payouts to the bank since a date."""
        return []


payment_providers: IntegrationRegistry[PaymentProvider] = IntegrationRegistry()

PENDING, SUCCEEDED, FAILED, CANCELLED = (
    PaymentState.PENDING,
    PaymentState.SUCCEEDED,
    PaymentState.FAILED,
    PaymentState.CANCELLED,
)
REFUND_PENDING, REFUND_DONE, REFUND_FAILED = RefundState.PENDING, RefundState.DONE, RefundState.FAILED


def available_providers() -> list[PaymentProvider]:
    """Return the providers to choose from, in the operator's order (``PAYMENT_PROVIDERS``)."""
    found = (payment_providers.get(key) for key in settings.PAYMENT_PROVIDERS)
    return [provider for provider in found if provider and provider.available()]


def provider_label(key: str) -> str:
    """Return the label of a provider; its key if no installed app has it."""
    provider = payment_providers.get(key)
    return str(provider.label) if provider else key


def can_be_polled(payment: Payment) -> bool:
    """Return whether the payment's provider can be polled."""
    provider = payment_providers.get(payment.provider)
    return bool(provider and provider.asks)


def provider_for(row: Payment | Refund) -> PaymentProvider:
    """Return the provider of a payment or refund. Raise ProviderRefused if no installed app has it."""
    key = row.provider if isinstance(row, Payment) else row.payment.provider
    provider = payment_providers.get(key)
    if provider is None:
        raise ProviderRefused(f"No installed app knows the means of payment “{key}”.")
    return provider
