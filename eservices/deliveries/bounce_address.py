"""Return address of e-mails, for bounces that arrive minutes or hours after a mail server accepted the e-mail."""

from django.conf import settings


def bounce_address(mark: str) -> str:
    """Return the envelope sender for the e-mail with this mark; "" if the operator set no bounce address."""
    name, _at, domain = settings.NEWSLETTER_BOUNCE_ADDRESS.partition("@")
    return f"{name}+{mark}@{domain}" if domain else ""
