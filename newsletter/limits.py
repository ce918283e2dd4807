"""How often the newsletter may be asked for."""

from home import limits
from home.limits import Rate

PER_EMAIL = Rate("newsletter-email", 3)  # letters that a stranger can make us send to one address
PER_CLIENT = Rate("newsletter-client", 30)  # an office or a school asks from one network address


def client_allowed(request) -> bool:
    return PER_CLIENT.allows(limits.caller(request))
