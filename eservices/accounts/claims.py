"""What an OpenID Connect provider says of somebody, in our words. Pure."""

from dataclasses import dataclass
from datetime import date

from .email_addresses import NoNormalForm, normal_form
from .models import IdentityLevel


class UnusableClaims(ValueError):
    """What the provider says cannot be used; the message says why, for the log."""


@dataclass(frozen=True)
class IdentityClaims:
    """Who signed in at the provider. ``email`` is empty unless the provider proved it."""

    level: IdentityLevel
    email: str = ""
    given_names: str = ""
    family_name: str = ""
    birth_date: date | None = None

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


def read_claims(data: dict, *, claim: str, levels: dict[str, IdentityLevel]) -> IdentityClaims:
    """What ``data`` (allauth's: ``id_token`` and ``userinfo``) says.

    ``claim`` names what tells the level of assurance, ``levels`` what its values mean to us; a value that is not
    listed proves an address at most. Only the ID token tells the level: it is bound to this very sign-in.
    """
    token, info = data.get("id_token") or {}, data.get("userinfo") or {}
    if token and info and token.get("sub") != info.get("sub"):
        raise UnusableClaims("ID token and userinfo are about two people")
    both = {**token, **info}
    given_names, family_name = _text(both, "given_name"), _text(both, "family_name")
    level = levels.get(_text(token, claim), IdentityLevel.EMAIL)
    if not (given_names and family_name):
        level = min(level, IdentityLevel.EMAIL)  # proven to be somebody, but nobody says whom
    email = _address(both) if both.get("email_verified") is True else ""
    return IdentityClaims(IdentityLevel(level), email, given_names, family_name, _day(both.get("birthdate")))


def _text(claims: dict, name: str) -> str:
    value = claims.get(name)
    return value.strip()[:150] if isinstance(value, str) else ""


def _address(claims: dict) -> str:
    """Return the address in its normal form, "" if it has none: then nothing is proven."""
    try:
        return normal_form(_text(claims, "email"))
    except NoNormalForm:
        return ""


def _day(value) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
