"""How often one address may ask about documents."""

from django.conf import settings
from django.core.cache import cache

MISSES, SECONDS = 30, 60


def caller(request) -> str:
    """The address that asks; behind a proxy, the one that the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")


def too_many(request) -> bool:
    """Whether the caller asked for so many unknown codes that it must be guessing."""
    return cache.get(_key(request), 0) >= MISSES


def count_miss(request) -> None:
    cache.add(_key(request), 0, SECONDS)
    try:
        cache.incr(_key(request))
    except ValueError:  # it expired in between
        cache.set(_key(request), 1, SECONDS)


def _key(request) -> str:
    return f"verify:{caller(request)}".replace(" ", "")
