"""The backends that send campaigns: built-in or a mail service, chosen by ``NEWSLETTER_BACKEND``."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from home.extensions.integrations import IntegrationRegistry

from .letters.rendering import LetterLinks, RenderedLetter
from .models import Mailing, Subscriber


class BackendUnavailable(Exception):
    """The backend cannot send now; trying again later may help. The message states the reason, for staff."""


class ClaimLost(Exception):
    """The claim was lost: the mailing was paused, or another worker has it. This worker must stop."""


class MailBackend(Protocol):
    """A backend that sends the editions of a mailing to their recipients. Backends subclass it."""

    def letter_links(self, language: str, mailing: Mailing | None = None) -> LetterLinks:
        """Return the links for the footer; those of a test without ``mailing``."""

    def send_test(self, letter: RenderedLetter, language: str, to: str, about: str) -> None:
        """Send one test in the caller's transaction, the way that recipients will get it.

        ``about``: its subject in the outbox.
        """

    def continue_sending(self, mailing: Mailing) -> datetime | None:
        """Send for some seconds; can be called repeatedly. Return when to continue; None at the end.

        Raise ``BackendUnavailable`` if it has to wait, ``ClaimLost`` if this worker lost the mailing.
        """

    # A service with its own list of subscribers. Each queues what it tells the service in the caller's transaction.
    def sync_subscriber(self, subscriber: Subscriber) -> None:
        """Queue the update of a subscriber."""

    def sync_erasure(self, email: str) -> None:
        """Queue the erasure of an address."""

    def topic_tags(self) -> dict[UUID, str]:
        """Return the topics' tags at the service, by topic."""
        return {}

    def sync_topic_name(self, old: str, new: str) -> None:
        """Queue the renaming of a topic's tag. Otherwise it would seem that all members had dropped the topic."""


mail_backends: IntegrationRegistry[type[MailBackend]] = IntegrationRegistry("NEWSLETTER_BACKEND")


def backend_for(mailing: Mailing) -> MailBackend:
    return mail_backends[mailing.backend]()


def configured_backend() -> MailBackend:
    """Return the backend for new mailings."""
    return mail_backends.chosen()()
