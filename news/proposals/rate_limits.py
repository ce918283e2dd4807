"""How often somebody may propose, and ask for links."""

from home.web import rate_limits
from home.web.rate_limits import RateLimit

PER_EMAIL = RateLimit("proposal-email", 3)  # letters that a stranger can make us send to one address
PER_CLIENT = RateLimit("proposal-client", 30)  # an office or a school asks from one network address


def is_client_allowed(request) -> bool:
    return PER_CLIENT.allows(rate_limits.client_address(request))
