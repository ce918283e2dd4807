"""Rate limits of the API: by token, and by network address where no token is needed or none was valid."""

from home.web.rate_limits import RateLimit

from .models import ApiToken

MINUTE = 60  # seconds
PUBLIC = RateLimit("api_public", 300, MINUTE)
REFUSED = RateLimit("api_refused", 60, MINUTE)


def token_limit(token: ApiToken) -> RateLimit:
    return RateLimit("api_token", token.per_minute, MINUTE)
