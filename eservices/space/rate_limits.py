"""Rate limits of requests for lost links: each sends an e-mail to an address that anybody can type."""

from home.web.rate_limits import RateLimit

LOST_LINK = RateLimit("lost-link", 10)  # by client
LOST_LINK_MAILBOX = RateLimit("lost-link-mailbox", 3)
