"""Authentication of programs by their token, and of anybody by the network address."""

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from ninja.security import HttpBearer

from home.runtime.log_context import add_to_log_context
from home.web.rate_limits import RateLimit, client_address

from .models import ApiToken, digest_of, prefix_of
from .protocol.problems import Problem
from .rate_limits import REFUSED, public_limit, token_limit

USE_RECORDED_EVERY = timedelta(minutes=1)
LONGEST = 200  # characters of a token
MOST_BYTES = 1024 * 1024  # of a body


class TokenAuthentication(HttpBearer):
    """A bearer token. Unknown, expired, withdrawn or from a foreign network: the same 401."""

    def __call__(self, request: HttpRequest) -> Any:
        found = super().__call__(request) or self.refuse(request)
        refuse_wrong_body(request)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = valid_token(token, client_address(request))
        if found is None:
            return None
        add_to_log_context(token=found.prefix)
        limit, who = token_limit(found), str(found.pk)
        if not limit.allows(who):
            raise _too_many(limit, who)
        _record_use(found)
        return found

    def refuse(self, request: HttpRequest) -> None:
        if not REFUSED.allows_client(request):
            raise _too_many(REFUSED, client_address(request))
        raise Problem(
            401, "The token is missing or opens nothing.", headers={"WWW-Authenticate": 'Bearer realm="api"'}
        )


class PublicAccess:
    """Anybody, as often as the limit of their network address allows."""

    def __call__(self, request: HttpRequest) -> str:
        limit, who = public_limit(), client_address(request)
        if not limit.allows(who):
            raise _too_many(limit, who)
        return "public"


def token_of(request: HttpRequest) -> ApiToken:
    """Return the token of a request that ``TokenAuthentication`` let in."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja
    return token


def refuse_wrong_body(request: HttpRequest) -> None:
    """Raise ``Problem`` for a body that is too large or no JSON, before it is read."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isascii() or not length.isdigit():
        raise Problem(400, "The length of the body is no number.")
    if int(length) > MOST_BYTES:
        raise Problem(413, f"A body has {MOST_BYTES} bytes at most.")
    if int(length) and request.content_type != "application/json":
        raise Problem(415, "Send JSON, as application/json.")


def valid_token(secret: str, address: str) -> ApiToken | None:
    """Return the token of a secret that is used from a network address; None if it opens nothing there."""
    if len(secret) > LONGEST or not (secret.isascii() and secret.isprintable()):
        return None
    token = (
        ApiToken.objects.valid(timezone.now())
        .select_related("account")
        .filter(prefix=prefix_of(secret))
        .first()
    )
    if token is None or not constant_time_compare(token.digest, digest_of(secret)):
        return None
    return token if is_allowed_address(token.networks, address) else None


def is_allowed_address(networks: list[str], address: str) -> bool:
    """Return whether an address, or the IPv6 network of a client, lies in ``networks``; True if they are empty."""
    if not networks:
        return True
    try:
        client = ip_network(address) if "/" in address else ip_network(ip_address(address))
    except ValueError:
        return False
    # Clients of IPv6 are known by their network of 64 bits only, so a narrower one is as wide as that here.
    allowed = (ip_network(one, strict=False) for one in networks)
    return any(
        one.version == client.version
        and (client.subnet_of(one) or (one.prefixlen > client.prefixlen and one.subnet_of(client)))  # type: ignore[arg-type]
        for one in allowed
    )


def _record_use(token: ApiToken) -> None:
    """Record the last use, to the minute, so that not every request writes."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_RECORDED_EVERY:
        earlier = Q(last_used_at=None) | Q(last_used_at__lt=now)
        ApiToken.objects.filter(earlier, pk=token.pk).update(last_used_at=now)


def _too_many(limit: RateLimit, who: str) -> Problem:
    wait = max(1, limit.seconds_left(who))
    return Problem(429, f"Wait {wait} seconds.", headers={"Retry-After": str(wait)})
