"""Reading of the claims of an OpenID Connect provider. Pure."""

from dataclasses import dataclass
from datetime import date

from .email_addresses import NoNormalForm, normal_form
from .models import IdentityLevel


class UnusableClaims(ValueError):
    """The claims are unusable; the message says why, for the log."""


@dataclass(frozen=True)
class IdentityClaims:
    """The person who signed in at the provider. ``email`` is "" unless the provider proved it."""

    level: IdentityLevel
    email: str = ""
    given_names: str = ""
    family_name: str = ""
    birth_date: date | None = None

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


def read_claims(data: dict, *, claim: str, levels: dict[str, IdentityLevel]) -> IdentityClaims:
    """Read ``data`` of allauth (``id_token`` and ``userinfo``). Raise ``UnusableClaims`` if it is contradictory.

    ``claim`` names the claim with the level of assurance, ``levels`` maps its values to identity levels; an
    unlisted value proves an address at most. Only the ID token can prove the level, because it is bound to this
    sign-in.
    """
    token, info = data.get("id_token") or {}, data.get("userinfo") or {}
    if token and info and token.get("sub") != info.get("sub"):
        raise UnusableClaims("ID token and userinfo are about two people")
    both = {**token, **info}
    given_names, family_name = _text(both, "given_name"), _text(both, "family_name")
    level = levels.get(_text(token, claim), IdentityLevel.EMAIL)
    if not (given_names and family_name):
        level = min(level, IdentityLevel.EMAIL)  # an identity is proven, but without its name
    email = _address(both) if both.get("email_verified") is True else ""
    return IdentityClaims(IdentityLevel(level), email, given_names, family_name, _day(both.get("birthdate")))


def _text(claims: dict, name: str) -> str:
    value = claims.get(name)
    return value.strip()[:150] if isinstance(value, str) else ""


def _address(claims: dict) -> str:
    """Return the normal form of the address; "" if it has none, so that nothing is proven."""
    try:
        return normal_form(_text(claims, "email"))
    except NoNormalForm:
        return ""


def _day(value) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
