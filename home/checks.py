"""What ``manage.py check --deploy`` says about translation by machine."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

HERE = {"localhost", "127.0.0.1", "::1"}


@register(Tags.security, "home", deploy=True)
def who_translates(app_configs, **kwargs) -> list:
    """Drafts leave the house: by a line that nobody reads along."""
    chosen = settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR
    url = urlsplit(chosen["OPTIONS"].get("LIBRETRANSLATE_URL", "")) if chosen else None
    if url and url.scheme == "http" and url.hostname not in HERE:
        hint = "Set LIBRETRANSLATE_URL to an address that begins with https."
        return [Warning("Texts to translate travel in the clear.", hint=hint, id="home.W001")]
    return []
