"""Slips in the domains of e-mail addresses: “gmial.com”, “bluewin.cg”. Pure."""

from .fuzzy_matching import edit_distance

# Providers whose customers write their addresses by hand, and by which others are mistaken.
PROVIDERS = {
    "gmail": ("com",),
    "googlemail": ("com",),
    "hotmail": ("com", "fr", "ch", "de", "it", "be", "es", "co.uk"),
    "outlook": ("com", "fr", "de", "it", "be", "es"),
    "yahoo": ("com", "fr", "de", "it", "es", "co.uk"),
    "icloud": ("com",),
    "bluewin": ("ch",),
    "bluemail": ("ch",),
    "sunrise": ("ch",),
    "hispeed": ("ch",),
    "netplus": ("ch",),
    "romandie": ("com",),
    "protonmail": ("com", "ch"),
    "laposte": ("net",),
    "wanadoo": ("fr",),
    "orange": ("fr",),
    "skynet": ("be",),
    "telenet": ("be",),
    "proximus": ("be",),
    "t-online": ("de",),
    "libero": ("it",),
}
# Domains that exist and resemble one of these, or are too short to be recognized in others.
OTHERS = {
    *("mail.com", "ymail.com", "email.com", "gmx.com", "gmx.ch", "gmx.net"),
    *("gmx.de", "gmx.at", "web.de", "me.com", "mac.com", "aol.com"),
    *("free.fr", "sfr.fr", "neuf.fr", "live.com", "live.fr", "msn.com"),
    *("pm.me", "proton.me", "orange.ch", "orange.com", "yahoo.ca", "hotmail.nl"),
    *("telenet.ch", "virgilio.it", "tin.it"),
}
KNOWN = [f"{name}.{ending}" for name, endings in PROVIDERS.items() for ending in endings]
LONG = 9  # letters of a domain in which two may be wrong


def suggest_address(address: str) -> str:
    """Return the address that was probably meant; "" if this one is plausible."""
    local, at, domain = address.strip().rpartition("@")
    domain = domain.lower()
    if not (local and domain) or domain in KNOWN or domain in OTHERS:
        return ""
    distances = [(edit_distance(domain, known, 2), known) for known in KNOWN if known[0] == domain[0]]
    distance, nearest = min(distances, default=(3, ""))
    return f"{local}{at}{nearest}" if distance <= (2 if len(nearest) >= LONG else 1) else ""
