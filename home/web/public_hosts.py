"""Connections to public addresses only: no URL of a user reaches the internal network (SSRF).

A host name is resolved once, all its addresses must be public, and the connection goes to the address that was checked,
so that DNS rebinding has no effect.
"""

import ipaddress
import socket
from collections.abc import Container

# IPv6 networks with an IPv4 address in the last 32 bits: NAT64, and older transition mechanisms.
CARRYING = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]


class InternalAddress(OSError):
    """The host name resolves to an address that is not public."""


def connect(host: str, port: int, timeout: float, allowed: Container[str] = ()) -> socket.socket:
    """Open a TCP connection to a public address of ``host``. Raise InternalAddress if any address is not public.

    ``timeout`` is in seconds. ``allowed``: host names that the operator exempts.
    """
    return socket.create_connection((public_address(host, port, allowed), port), timeout=timeout)


def public_address(host: str, port: int, allowed: Container[str] = ()) -> str:
    """Return the first address of ``host``. Raise InternalAddress unless all are public or ``host`` is allowed."""
    found = [row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if host.lower() not in allowed and not (found and all(is_public(one) for one in found)):
        raise InternalAddress(f"{host} is no public address")
    return found[0]


def is_public(address: str) -> bool:
    """Return whether an IP address is public, including an IPv4 address embedded in it (6to4, NAT64)."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if known.version == 6 and known.is_site_local:
        return False
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None) or known
    if any(known in network for network in CARRYING):
        inner = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF)
    return known.is_global and inner.is_global and not known.is_multicast
