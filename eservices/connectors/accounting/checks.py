"""System check of the place of accounting files, for the operator."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from home.web.error_messages import error_message_of

from .transport import configured_place


@register(Tags.security, "connectors", deploy=True)
def check_place_accepts(app_configs, **kwargs):
    """Check that the place of accounting files is writable."""
    fault = settings.ACCOUNTING_URL and error_message_of(lambda: configured_place().probe())
    if not fault:
        return []
    return [
        Warning(
            f"No accounting file can be written: {fault}.",
            hint="What it does not take waits in the outbox. See ACCOUNTING_URL in docs/settings.md.",
            id="accounting.W001",
        )
    ]
