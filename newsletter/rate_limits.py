"""How often the newsletter may be asked for."""

from home.web import rate_limits
from home.web.rate_limits import RateLimit

PER_EMAIL = RateLimit("newsletter-email", 3)  # letters that a stranger can make us send to one address
PER_CLIENT = RateLimit("newsletter-client", 30)  # an office or a school asks from one network address


def is_client_allowed(request) -> bool:
    return PER_CLIENT.allows(rate_limits.client_address(request))
