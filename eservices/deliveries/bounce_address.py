"""Letters that a mail server took and that come back all the same, minutes or hours later."""

from django.conf import settings


def bounce_address(mark: str) -> str:
    """Where the letter with this mark comes back to (the sender on its envelope); empty where the operator named no
    address."""
    name, _at, domain = settings.NEWSLETTER_BOUNCE_ADDRESS.partition("@")
    return f"{name}+{mark}@{domain}" if domain else ""
