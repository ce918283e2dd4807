"""System checks of ``manage.py check --deploy`` about sign-in."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, "space", deploy=True)
def check_staff_second_factor(app_configs, **kwargs) -> list:
    """Warn if staff need no second factor.

    Anybody who can read an agent's mailbox could then read the cases of residents.
    """
    if settings.STAFF_SECOND_FACTOR:
        return []
    hint = "Leave STAFF_SECOND_FACTOR unset, unless all staff sign in through a provider that asks for two."
    return [Warning("Staff sign in with one factor.", hint=hint, id="space.W001")]


@register(Tags.security, "space", deploy=True)
def networks_are_told_apart(app_configs, **kwargs) -> list:
    """Warn if no proxy is counted.

    Behind an uncounted proxy all visitors have its address and share its rate limits.
    """
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    hint = "Set TRUSTED_PROXIES to the number of proxies in front of the site; 1 behind nginx alone."
    return [Warning("Limits count the address that connects to the site.", hint=hint, id="space.W002")]
