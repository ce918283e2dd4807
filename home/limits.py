"""How often somebody may ask. Counted in the cache under digests: neither names nor addresses are kept."""

import math
import time
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

IPV6_BITS = 64


def caller(request) -> str:
    """The network address that asks; behind proxies of ours, the one that the outermost of them saw.

    Of IPv6 the network of 64 bits: whoever has one address of it has them all.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    told = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return _network(told or request.META.get("REMOTE_ADDR", ""))


def mailbox(email: str) -> str:
    """The mailbox that an address leads to: whoever owns one owns it with every tag behind a plus."""
    name, _at, host = email.strip().lower().rpartition("@")
    return f"{name.split('+')[0]}@{host}"


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network((int(known), IPV6_BITS), strict=False))


def count(kind: str, who: str, seconds: int) -> int:
    """Counts once more for ``who``; how often that was in the span that began with the first."""
    key, now = _key(kind, who), time.time()
    number, ends = cache.get(key) or (0, now + seconds)
    # Not cache.incr: on files it forgets when the span ends.
    cache.set(key, (number + 1, ends), max(ends - now, 1))
    return number + 1


def counted(kind: str, who: str) -> int:
    """How often ``who`` was counted in the running span."""
    number, _ends = cache.get(_key(kind, who)) or (0, 0)
    return number


def left(kind: str, who: str) -> int:
    """Seconds until the running span ends."""
    _number, ends = cache.get(_key(kind, who)) or (0, 0)
    return max(0, math.ceil(ends - time.time()))


def _key(kind: str, who: str) -> str:
    digest = salted_hmac(f"limit-{kind}", who, algorithm="sha256").hexdigest()
    return f"limit:{kind}:{digest}"
