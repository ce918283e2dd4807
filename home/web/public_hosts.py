"""Recognition of public IP addresses."""

import ipaddress

# IPv6 networks with an IPv4 address in the last 32 bits: NAT64, and older transition mechanisms.
CARRYING = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]


def is_public(address: str) -> bool:
    """Return whether an IP address is public, including an IPv4 address embedded in it (6to4, NAT64)."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if known.version == 6 and known.is_site_local:
        return False
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None) or known
    if any(known in network for network in CARRYING):
        inner = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF)
    return known.is_global and inner.is_global and not known.is_multicast
