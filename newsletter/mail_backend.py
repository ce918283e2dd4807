"""The backends that send campaigns: built-in or a mail service, chosen by ``NEWSLETTER_BACKEND``."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings

from home.extensions.integrations import IntegrationRegistry

from .letters.rendering import LetterLinks, RenderedLetter
from .models import Mailing, Subscriber


class BackendUnavailable(Exception):
    """The backend cannot send now; trying again later may help. The message states the reason, for staff."""


class ClaimLost(Exception):
    """The claim was lost: the mailing was paused, or another worker has it. This worker must stop."""


class MailBackend(Protocol):
    """A backend that sends the editions of a mailing to their recipients."""

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


mail_backends: IntegrationRegistry[type[MailBackend]] = IntegrationRegistry("NEWSLETTER_BACKEND")


def backend_for(mailing: Mailing) -> MailBackend:
    return mail_backends[mailing.backend]()


def configured_backend() -> MailBackend:
    """Return the backend for new mailings."""
    return mail_backends.chosen()()


def sync_subscriber(subscriber: Subscriber) -> None:
    """Queue the update of a service with its own list, in the caller's transaction."""
    if settings.NEWSLETTER_BACKEND == "mailchimp":
        from .backends.mailchimp import (
            members,
        )  # circular import: ``members`` uses actions, which call this function

        members.queue_member_update(subscriber)


def topic_tags() -> dict[UUID, str]:
    """Return the topics' tags at a service with its own list, by topic; {} without one."""
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return {}
    from .backends.mailchimp import members

    return members.tags_by_topic()


def sync_topic_name(old: str, new: str) -> None:
    """Queue the renaming at a service with its own list.

    Otherwise it would seem that all members had dropped the topic.
    """
    from .backends.mailchimp import members

    members.queue_tag_rename(old, new)


def sync_erasure(email: str) -> None:
    """Queue the erasure of the address at a service with its own list."""
    if settings.NEWSLETTER_BACKEND == "mailchimp":
        from .backends.mailchimp import members

        members.queue_member_deletion(email)
