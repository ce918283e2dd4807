"""Rate limits. The cache counts them under hashes: neither names nor addresses are stored."""

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from eservices.accounts.email_addresses import stored_form

HOUR, DAY = 60 * 60, 24 * 60 * 60  # seconds
IPV6_BITS = 64


@dataclass(frozen=True)
class RateLimit:
    """At most ``most`` times in ``seconds`` for one ``who``; the period begins with the first time."""

    kind: str
    most: int
    seconds: int = HOUR

    def allows(self, who: str = "", by: int = 1) -> bool:
        """Count ``by`` more and return whether the total is within the limit."""
        return self.increment(who, by) <= self.most

    def allows_client(self, request: HttpRequest) -> bool:
        """Count one more for the client's network address and return whether it is within the limit."""
        return self.allows(client_address(request))

    def allows_mailbox(self, email: str) -> bool:
        """Count one more for the mailbox of an address and return whether it is within the limit."""
        return self.allows(normalize_mailbox(email))

    def is_reached(self, who: str) -> bool:
        """Return whether the limit is reached, without counting."""
        key = self._ends(who)
        ends = cache.get(key)
        return (cache.get(f"{key}:{ends}", 0) if ends else 0) >= self.most

    def increment(self, who: str, by: int = 1) -> int:
        """Count ``by`` more for ``who`` and return the total of the period, which began with the first count.

        Concurrent callers are all counted: only the first sets the end of the period, and the increment is atomic.
        """
        key = self._ends(who)
        ends = cache.get(key)
        if ends:
            with suppress(ValueError):  # the cache has evicted the count
                return cache.incr(f"{key}:{ends}", by)
        else:
            ends = int(time.time()) + self.seconds
            if not cache.add(key, ends, self.seconds):
                ends = cache.get(key, ends)
        number = f"{key}:{ends}"
        if cache.add(number, by, self.seconds):
            return by
        try:
            return cache.incr(number, by)
        except ValueError:
            return by

    def seconds_left(self, who: str) -> int:
        """Return the seconds until the current period ends."""
        ends: float = cache.get(self._ends(who), 0)
        return max(0, math.ceil(ends - time.time()))

    def _ends(self, who: str) -> str:
        """Return the cache key of the end of the period. With a colon and that end, it is the key of the count."""
        digest = salted_hmac(f"limit-{self.kind}", who, algorithm="sha256").hexdigest()
        return f"limit:{self.kind}:{digest}:ends"


def client_address(request: HttpRequest) -> str:
    """Return the network address of the client: behind trusted proxies, the one that the outermost saw.

    For IPv6, return the 64-bit network, because a client controls all its addresses.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    forwarded = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return _network(forwarded or request.META.get("REMOTE_ADDR", ""))


def normalize_mailbox(email: str) -> str:
    """Return the mailbox of an address, without a tag after a plus, because its owner can use any tag."""
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
