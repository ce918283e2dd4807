"""The lines to providers on the board of the outbox: they carry nothing, but fail and are told of like a carrier."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.carriers import carriers

from .providers import Provider, providers


class ProviderLine:
    """The line to one provider."""

    def __init__(self, provider: Provider):
        self.label = format_lazy("{} – {}", _("Payment"), provider.label)


def line_of(provider: Provider) -> str:
    """Its key among the carriers."""
    return f"pay_{provider.key}"


for provider in providers:
    if provider.asks:
        carriers.register(line_of(provider))(ProviderLine(provider))
