"""System checks for deployment: database, cache, public address, machine translation."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.checks import Error, Tags, Warning, register
from django.db import Error as DatabaseFault
from django.db import connection
from django.http.request import validate_host

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
OLDEST_POSTGRESQL = 15


@register(Tags.security, "home", deploy=True)
def check_database(app_configs, **kwargs) -> list:
    """Check the database. A wrong name or password appears only on a connection."""
    try:
        connection.ensure_connection()
    except DatabaseFault as fault:
        message = f"The database does not answer: {str(fault).strip()}"
        hint = "Is it running, and is DATABASE_URL right? See docs/settings.md."
        return [Error(message, hint=hint, id="home.E001")]
    if connection.vendor == "postgresql" and connection.pg_version < OLDEST_POSTGRESQL * 10_000:
        message = f"PostgreSQL is too old: {connection.pg_version // 10_000}."
        return [Error(message, hint=f"Install {OLDEST_POSTGRESQL} or newer.", id="home.E002")]
    return []


@register(Tags.security, "home", deploy=True)
def check_cache(app_configs, **kwargs) -> list:
    """Check that the cache works. Without it the site is slow and rate limits do not count."""
    cache.set("check", True, 60)
    if cache.get("check") is not True:
        hint = "Is Redis running at REDIS_URL, the disk full, or something in COMMUNE_VAR of another user?"
        return [Warning("Nothing can be kept in the cache.", hint=hint, id="home.W002")]
    return []


@register(Tags.security, "home", deploy=True)
def check_base_url(app_configs, **kwargs) -> list:
    """Check that the site answers at the address used in e-mails and in codes on documents."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    message = f"Letters lead to {settings.WAGTAILADMIN_BASE_URL}, where the site does not answer."
    hint = f"Add {host} to ALLOWED_HOSTS, or correct COMMUNE_BASE_URL."
    return [Error(message, hint=hint, id="home.E003")]


@register(Tags.security, "home", deploy=True)
def check_machine_translator(app_configs, **kwargs) -> list:
    """Warn if drafts are sent to an external machine translator without encryption."""
    chosen = settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR
    url = urlsplit(chosen["OPTIONS"].get("LIBRETRANSLATE_URL", "")) if chosen else None
    if url and url.scheme == "http" and url.hostname not in LOCAL_HOSTS:
        hint = "Set LIBRETRANSLATE_URL to an address that begins with https."
        return [Warning("Texts to translate travel in the clear.", hint=hint, id="home.W001")]
    return []
