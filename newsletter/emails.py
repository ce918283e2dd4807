"""E-mails about subscriptions. Each is queued in the transaction of its event."""

from django.urls import reverse
from django.utils import translation

from eservices.deliveries.actions import queue_email
from home.links.page_links import absolute_url
from home.web.secret_links import one_click_headers

from .access import topics_of
from .models import Subscriber


def send_opt_in(subscriber: Subscriber, *, listed: bool = False) -> None:
    """Ask the owner of an address to confirm the subscription.

    ``listed``: the address is from a list of the commune, not from the site.
    """
    link, expires_at = _link("confirm", subscriber), subscriber.link_expires_at
    _send(subscriber, "opt_in", link=link, expires_at=expires_at, listed=listed)


def send_already_subscribed(subscriber: Subscriber) -> None:
    """Send the link to the preferences page to a person who subscribes a second time."""
    _send(subscriber, "already_subscribed", headers=one_click_headers(_link("unsubscribe", subscriber)))


def send_welcome(subscriber: Subscriber) -> None:
    """Confirm the subscription, and how to change it."""
    _send(subscriber, "welcome", headers=one_click_headers(_link("unsubscribe", subscriber)))


def subscriber_subject(subscriber: Subscriber) -> str:
    """Return the subject of deliveries to a subscriber in the outbox."""
    return f"subscriber:{subscriber.pk}"


def _send(subscriber: Subscriber, letter: str, headers: dict | None = None, **context) -> None:
    context |= {
        "topics": topics_of(subscriber),
        "preferences": _link("preferences", subscriber),
        "unsubscribe": _link("unsubscribe", subscriber),
    }
    queue_email(
        to=subscriber.email,
        template=f"newsletter/emails/{letter}",
        context=context,
        language=subscriber.language,
        subject=subscriber_subject(subscriber),
        headers=headers,
    )


def _link(name: str, subscriber: Subscriber) -> str:
    with translation.override(subscriber.language):
        path = reverse(f"newsletter:{name}", args=[subscriber.secret])
    return absolute_url(path)
