"""Who mails campaigns: we ourselves, or a service. The operator chooses: ``NEWSLETTER_BACKEND``."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from .letters.rendering import LetterLinks, RenderedLetter
from .models import Mailing, Subscriber

BACKENDS = {
    "builtin": "newsletter.backends.builtin.backend.BuiltinBackend",
    "mailchimp": "newsletter.backends.mailchimp.backend.MailchimpBackend",
}


class BackendUnavailable(Exception):
    """It cannot be done now; trying again later may help. Says why, in words for staff."""


class ClaimLost(Exception):
    """Somebody paused the mailing, or another worker has it: nothing may be done any more."""


class MailBackend(Protocol):
    """Mails the editions of a mailing to their recipients."""

    def ways(self, language: str, mailing: Mailing | None = None) -> LetterLinks:
        """Where the links at the foot of the letter lead; of a test without a mailing."""

    def send_test(self, letter: RenderedLetter, language: str, to: str, about: str) -> None:
        """One letter to one address, in the caller's transaction, by the way that readers will get it.

        ``about`` is by what the outbox knows it.
        """

    def carry(self, mailing: Mailing) -> datetime | None:
        """Goes on for some seconds, any number of times; when to go on, or None at the end.

        Raises ``BackendUnavailable`` where it has to wait and ``ClaimLost`` where the mailing is no longer ours.
        """


def backend_for(mailing: Mailing) -> MailBackend:
    return import_string(BACKENDS[mailing.backend])()


def configured_backend() -> MailBackend:
    """Who mails what is sent from now on."""
    return import_string(BACKENDS[settings.NEWSLETTER_BACKEND])()


def sync_subscriber(subscriber: Subscriber) -> None:
    """A service that keeps its own list is told, in the caller's transaction."""
    if settings.NEWSLETTER_BACKEND == "mailchimp":
        from .backends.mailchimp import members  # its writes are actions, and actions tell of themselves here

        members.queue_member_update(subscriber)


def topic_tags() -> dict[UUID, str]:
    """By topic, what a service that keeps its own list calls it; empty without one."""
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return {}
    from .backends.mailchimp import members

    return members.tags_by_topic()


def sync_topic_name(old: str, new: str) -> None:
    """A service that keeps its own list is told, or it would seem that nobody wants the topic any more."""
    from .backends.mailchimp import members

    members.queue_tag_rename(old, new)


def sync_erasure(email: str) -> None:
    """A service that keeps its own list has to forget the address too."""
    if settings.NEWSLETTER_BACKEND == "mailchimp":
        from .backends.mailchimp import members

        members.queue_member_deletion(email)
