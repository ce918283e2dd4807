"""How often somebody may ask. Counted in the cache under digests: neither names nor addresses are kept."""

import time

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac


def caller(request) -> str:
    """The network address that asks; behind proxies of ours, the one that the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    told = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return told or request.META.get("REMOTE_ADDR", "")


def count(kind: str, who: str, seconds: int) -> int:
    """Counts once more for ``who``; how often that was within the running span of ``seconds``."""
    key = _key(kind, who, seconds)
    cache.add(key, 0, seconds)
    try:
        number = cache.incr(key)
    except ValueError:  # it was culled in between
        return 1
    cache.touch(key, seconds)  # some caches forget the span when they add
    return number


def counted(kind: str, who: str, seconds: int) -> int:
    """How often ``who`` was counted within the running span."""
    return cache.get(_key(kind, who, seconds), 0)


def _key(kind: str, who: str, seconds: int) -> str:
    digest = salted_hmac(f"limit-{kind}", who, algorithm="sha256").hexdigest()
    return f"limit:{kind}:{int(time.time()) // seconds}:{digest}"
