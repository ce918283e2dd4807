"""How often the filing may write to an address that nobody proved."""

from home import limits

HOUR = 60 * 60
PER_EMAIL = 10  # over all drafts; what one draft may mail stands in actions


def email_allowed(email: str) -> bool:
    return limits.count("resume-email", email.lower(), HOUR) <= PER_EMAIL
