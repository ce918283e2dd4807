"""How often somebody may ask. Counted in the cache under digests: neither names nor addresses are kept."""

import math
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from eservices.accounts.email_addresses import stored_form

HOUR, DAY = 60 * 60, 24 * 60 * 60  # seconds
IPV6_BITS = 64


@dataclass(frozen=True)
class RateLimit:
    """At most ``most`` times in so many ``seconds`` for one ``who``; the span begins with the first."""

    kind: str
    most: int
    seconds: int = HOUR

    def allows(self, who: str = "", by: int = 1) -> bool:
        """Counts ``by`` more, and says whether that is not too often yet."""
        return increment_counter(self.kind, who, self.seconds, by) <= self.most


def client_address(request) -> str:
    """The network address that asks; behind proxies of ours, the one that the outermost of them saw.

    Of IPv6 the network of 64 bits: whoever has one address of it has them all.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    told = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return _network(told or request.META.get("REMOTE_ADDR", ""))


def normalize_mailbox(email: str) -> str:
    """The mailbox that an address leads to: whoever owns one owns it with every tag behind a plus."""
    name, _at, host = stored_form(email).rpartition("@")
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


def increment_counter(kind: str, who: str, seconds: int, by: int = 1) -> int:
    """Counts ``by`` more for ``who``; how often that was in the span that began with the first.

    Nobody is lost of those who come at the same time: the first alone says when the span ends, and the count of the
    span is raised in one step.
    """
    ends = int(time.time()) + seconds
    cache.add(_ends(kind, who), ends, seconds)
    ends = cache.get(_ends(kind, who), ends)
    cache.add(_number(kind, who, ends), 0, seconds)
    try:
        return cache.incr(_number(kind, who, ends), by)
    except ValueError:  # the cache had to make room
        return by


def counter_value(kind: str, who: str) -> int:
    """How often ``who`` was counted in the running span."""
    ends = cache.get(_ends(kind, who))
    return cache.get(_number(kind, who, ends), 0) if ends else 0


def seconds_left(kind: str, who: str) -> int:
    """Seconds until the running span ends."""
    return max(0, math.ceil(cache.get(_ends(kind, who), 0) - time.time()))


def _ends(kind: str, who: str) -> str:
    """Where it stands when the span ends."""
    digest = salted_hmac(f"limit-{kind}", who, algorithm="sha256").hexdigest()
    return f"limit:{kind}:{digest}:ends"


def _number(kind: str, who: str, ends: int) -> str:
    """Where the count of the span stands that ends then."""
    return f"{_ends(kind, who)}:{ends}"
