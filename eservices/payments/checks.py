"""System checks of the payment providers, for ``manage.py check --deploy``."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from .providers import payment_providers

STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_PUBLIC_KEY", "STRIPE_WEBHOOK_SECRET")


@register(Tags.security, "payments", deploy=True)
def check_payment_providers(app_configs, **kwargs) -> list[Error]:
    """Check that no demo provider is offered in production, and that providers are configured completely."""
    return [*_check_providers(), *_check_stripe()]


def _check_providers():
    for key in settings.PAYMENT_PROVIDERS:
        if key == "demo":
            hint = "Take “demo” out of PAYMENT_PROVIDERS: whoever chooses it pays nothing."
            yield Error("The demo provider is offered.", hint=hint, id="payments.E001")
        elif key not in payment_providers:
            hint = f"PAYMENT_PROVIDERS may name: {', '.join(key for key, _one in payment_providers.items())}."
            yield Error(f"No means of payment is called “{key}”.", hint=hint, id="payments.E002")


def _check_stripe():
    missing = [name for name in STRIPE if not getattr(settings, name)]
    if missing and len(missing) < len(STRIPE):
        hint = f"Set {' and '.join(missing)} too, or none of the three."
        yield Error("Stripe is set by half: it is not offered.", hint=hint, id="payments.E003")
