"""Models of subscribers and topics, campaigns and digests, mailings and recipients."""

from .campaigns import Campaign, Digest
from .mailings import Edition, Mailing, Recipient
from .settings import NewsletterSettings
from .subscribers import ConsentEvent, Subscriber, Subscription, Topic

__all__ = [
    "Campaign",
    "ConsentEvent",
    "Digest",
    "Edition",
    "Mailing",
    "NewsletterSettings",
    "Recipient",
    "Subscriber",
    "Subscription",
    "Topic",
]
