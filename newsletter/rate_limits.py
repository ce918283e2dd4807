"""Rate limits of the sign-up."""

from home.web.rate_limits import RateLimit

PER_EMAIL = RateLimit("newsletter-email", 3)  # e-mails that a stranger can cause to one address
PER_CLIENT = RateLimit(
    "newsletter-client", 30
)  # high, because an office or a school shares one network address
