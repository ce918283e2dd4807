"""System checks of transports, for ``manage.py check --deploy``."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from home.web.error_messages import error_message_of

from .transports import transports


@register(Tags.security, "deliveries", deploy=True)
def check_transports(app_configs, **kwargs) -> list[Warning]:
    """Check that each transport is reachable, without sending. What it cannot send waits in the outbox."""
    asked = ["email", "sms"] if settings.SMS_GATEWAY else ["email"]
    found = ((transports[key], error_message_of(transports[key].probe)) for key in asked)
    return [_told(carrier, fault) for carrier, fault in found if fault]


def _told(carrier, fault: str) -> Warning:
    return Warning(
        f"{carrier.label} does not answer: {fault}",
        hint="What it carries waits in the outbox. See its variables in docs/settings.md.",
        id="deliveries.W001",
    )
