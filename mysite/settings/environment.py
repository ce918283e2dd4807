"""Helpers that read the environment and refuse a bad value with a sentence that says what to do."""

import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
ENGINES = {"postgres": "django.db.backends.postgresql", "postgresql": "django.db.backends.postgresql"}


def text(name: str, default: str | None = None) -> str:
    """The variable ``name``; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """A yes or no."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 for yes or 0 for no.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    value = os.environ.get(name, str(default))
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number of at least {least}.")


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def choice(name: str, default: str, allowed: set[str]) -> str:
    """One of ``allowed``."""
    value = os.environ.get(name, default)
    if value in allowed:
        return value
    raise ImproperlyConfigured(f"{name} is {value!r}: write one of {', '.join(sorted(allowed))}.")


def database(name: str) -> dict | None:
    """Django's settings for a URL such as ``postgres://user:password@host:5432/name``; None where unset."""
    value = os.environ.get(name)
    if not value:
        return None
    url = urlsplit(value)
    if url.scheme not in ENGINES or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name}: write it as postgres://user:password@host:5432/name.")
    return {
        "ENGINE": ENGINES[url.scheme],
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def mailer(name: str) -> dict | None:
    """Django's mailer for a URL such as ``smtp://user:password@host:587?tls=1``; None where unset."""
    value = os.environ.get(name)
    if not value:
        return None
    url = urlsplit(value)
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ImproperlyConfigured(
            f"{name}: write it as smtp://user:password@host:587?tls=1 or smtps://…:465."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url.hostname,
            "port": url.port or (465 if url.scheme == "smtps" else 25),
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "use_ssl": url.scheme == "smtps",
            "use_tls": "tls=1" in url.query,
            "timeout": 20,
        },
    }
