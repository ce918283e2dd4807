"""How often the newsletter may be asked for."""

from home import limits

HOUR = 60 * 60
PER_EMAIL = 3  # letters an hour that a stranger can make us send to one address
PER_CLIENT = 30  # an office or a school asks from one network address


def email_allowed(email: str) -> bool:
    return limits.count("newsletter-email", limits.mailbox(email), HOUR) <= PER_EMAIL


def client_allowed(request) -> bool:
    return limits.count("newsletter-client", limits.caller(request), HOUR) <= PER_CLIENT
