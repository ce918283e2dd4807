"""The normal form of e-mail addresses. Two addresses are the same only if their normal forms are equal. Pure.

Databases compare without regard to case by ``UPPER``, and ``UPPER('ı')`` is ``'I'``, so an address of one domain
would give access to the account of another. Therefore addresses are stored in one form and compared by equality.
"""

import re
import unicodedata

import idna

ASCII = frozenset(map(chr, range(128)))
# Of an address with what is around it; the time for its patterns grows with the square.
MAX_PASTED_LENGTH = 500


class NoNormalForm(ValueError):
    """The address has no normal form: it must not be stored, and equals no other address."""


class AccentBeforeAt(NoNormalForm):
    """The part before the @ has other letters than ASCII, which most mail servers refuse."""


class UnusableDomain(NoNormalForm):
    """The part after the @ has characters that no domain has, or that only look like another."""


def normal_form(address: str) -> str:
    """Return the address trimmed, in lower case, its domain in IDNA ASCII (RFC 5891).

    Raise ``NoNormalForm`` rather than map a character that looks like an ASCII letter onto that letter: a Kelvin
    sign is no K. "" stays "".
    """
    trimmed = address.strip()
    if not trimmed:
        return ""
    local, at, domain = trimmed.rpartition("@")
    if not at:
        raise UnusableDomain(address)
    if not local.isascii():
        raise AccentBeforeAt(address)
    return f"{local.lower()}@{_ascii_domain(domain)}"


def tidy_typed_address(text: str) -> str:
    """Return what was typed or pasted as an address without what is around it.

    “Léa <lea@example.ch>”, “mailto:lea@example.ch” and “lea (at) example,ch.” are all lea@example.ch. A text that is
    not one address stays as it is, and so does one that is too long.
    """
    if len(text) > MAX_PASTED_LENGTH:
        return text
    inner = re.fullmatch(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+)\s*>[\s,;.]*", text.strip())
    address = re.sub(r"^mailto:\s*|[\s,;.]+$", "", inner[1] if inner else text.strip(), flags=re.IGNORECASE)
    address = re.sub(r"\s*(?:@|\(at\)|\[at\])\s*", "@", address, flags=re.IGNORECASE)
    local, at, domain = address.partition("@")
    if not at or "@" in domain or not domain or re.search(r"\s", local + domain):
        return text
    return f"{local}@{domain.replace(',', '.')}"


def stored_form(address: str) -> str:
    """Return the normal form; without one, the address unchanged, which equals only itself."""
    try:
        return normal_form(address)
    except NoNormalForm:
        return address


def is_same(one: str, other: str) -> bool:
    """Return whether both are the same address. An empty address equals none."""
    return bool(one) and stored_form(one) == stored_form(other)


def readable_form(address: str) -> str:
    """Return the address with its domain in Unicode, for display only."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    if any(_looks_ascii(sign) for sign in domain):
        raise UnusableDomain(domain)
    # Each label on its own, because ``idna`` would refuse the underscore of an ASCII label.
    labels = unicodedata.normalize("NFC", domain).lower().split(".")
    try:
        return ".".join(label if label.isascii() else idna.alabel(label).decode() for label in labels)
    except UnicodeError as fault:  # ``IDNAError`` is a UnicodeError
        raise UnusableDomain(domain) from fault


def _looks_ascii(sign: str) -> bool:
    """Return whether normalization or lower case makes a non-ASCII character ASCII: K, ſ, ｅ, İ."""
    if sign.isascii():
        return False
    return any(
        not set(other).isdisjoint(ASCII) for other in (unicodedata.normalize("NFKC", sign), sign.lower())
    )
