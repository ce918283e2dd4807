"""Rate limits of the API: by token, and by network address where no token is needed or none was valid."""

from django.conf import settings

from home.web.rate_limits import RateLimit

from .models import ApiToken

MINUTE = 60  # seconds
REFUSED = RateLimit("api_refused", 60, MINUTE)


def public_limit() -> RateLimit:
    return RateLimit("api_public", settings.API_PUBLIC_PER_MINUTE, MINUTE)


def token_limit(token: ApiToken) -> RateLimit:
    return RateLimit("api_token", token.per_minute, MINUTE)
