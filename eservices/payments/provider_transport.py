"""Transports for payment providers in the outbox. They send nothing, but staff see their failures there."""

from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.transports import transports

from .models import Payment
from .providers import PaymentProvider, available_providers, payment_providers


class ProviderTransport:
    """Transport that represents one payment provider."""

    def __init__(self, provider: PaymentProvider):
        self.provider = provider
        self.label = format_lazy("{} – {}", _("Payment"), provider.label)

    @property
    def ready(self) -> bool:
        return self.provider in available_providers()

    def probe(self) -> None:
        self.provider.probe()

    def hasten(self, now: datetime) -> None:
        """Make payments that the provider did not answer due now, so that the next job polls them."""
        unanswered = Payment.objects.open().filter(provider=self.provider.key).exclude(fault="")
        unanswered.filter(due_at__gt=now).update(due_at=now, woken_at=None)


def provider_transport_key(provider: PaymentProvider) -> str:
    """Return the transport key of a provider."""
    return f"pay_{provider.key}"


def register_provider(kind: type[PaymentProvider]) -> type[PaymentProvider]:
    """Register a payment provider under its key, with its transport if it can be polled. A class decorator."""
    provider = kind()
    payment_providers.register(kind.key)(provider)
    if provider.asks:
        transports.register(provider_transport_key(provider))(ProviderTransport(provider))
    return kind
