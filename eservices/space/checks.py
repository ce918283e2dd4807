"""System checks of ``manage.py check --deploy`` about sign-in."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from home.web.http_client import HttpClient, HttpError, configured_hosts

PATIENCE = 5  # seconds


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


@register(Tags.security, "space", deploy=True)
def check_identity_provider(app_configs, **kwargs) -> list:
    """Check that the identity provider publishes its configuration, and that it is that of the issuer."""
    if not settings.OIDC_ISSUER:
        return []
    address = f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration"
    try:
        client = HttpClient(PATIENCE, PATIENCE, internal_hosts=configured_hosts(address))
        issuer = client.request("GET", address).json()["issuer"]
    except (HttpError, ValueError, KeyError, TypeError) as fault:
        message = f"The identity provider does not answer at {address}: {fault}"
        hint = "Nobody can sign in through it; codes by e-mail work. Is OIDC_ISSUER right?"
        return [Warning(message, hint=hint, id="space.W003")]
    if issuer.rstrip("/") == settings.OIDC_ISSUER.rstrip("/"):
        return []
    return [Warning("OIDC_ISSUER is not the issuer.", hint=f"Set OIDC_ISSUER={issuer}.", id="space.W004")]
