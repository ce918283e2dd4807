"""Readers are told apart for one day, by a hash with a salt that only the cache holds. Nothing can be computed back."""

import hmac
import re
import secrets
from datetime import date
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from home.web.rate_limits import DAY, client_address

SALT = "visit-salt"  # cache key of the day and its salt
# Programs that run scripts and are no readers; Cubot makes telephones. Programs that run none are never counted.
BOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|lighthouse|preview|monitor|scan|archiv|fetch|python|curl|wget|facebookexternal",
    re.IGNORECASE,
)


def is_countable(request: HttpRequest) -> bool:
    """Return whether a visit may be counted: by a browser of a person that does not ask for privacy."""
    agent = request.headers.get("User-Agent", "")
    declined = request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
    return bool(agent) and not declined and not BOTS.search(agent)


def visit_digest(request: HttpRequest, page_id: int) -> str:
    """Return a hash of today's reader of a page: of network address and browser. "" if the cache is unavailable."""
    salt = salt_of(timezone.localdate())
    if not salt:
        return ""
    who = f"{page_id} {client_address(request)} {request.headers.get('User-Agent', '')}"
    return hmac.new(salt, who.encode(), sha256).hexdigest()


def salt_of(day: date) -> bytes:
    """Return the salt of the day, drawn at its first visit; b"" if the cache is unavailable."""
    found = cache.get(SALT)
    if not found or found[0] != day:
        if found:
            cache.delete(SALT)
        cache.add(SALT, (day, secrets.token_bytes(32)), DAY)  # of several processes, the first
        found = cache.get(SALT)
    return found[1] if found and found[0] == day else b""


def delete_old_salt(day: date) -> None:
    """Delete the salt of another day than ``day``."""
    if (found := cache.get(SALT)) and found[0] != day:
        cache.delete(SALT)
