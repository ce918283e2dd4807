"""Rate limits of proposals and of requests for links."""

from home.web.rate_limits import RateLimit

PER_EMAIL = RateLimit("proposal-email", 3)  # e-mails that a stranger can cause to one address
PER_CLIENT = RateLimit("proposal-client", 30)  # an office or a school may share one network address
