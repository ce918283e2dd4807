"""E-mails to authors and moderators. Each is queued in the transaction of its cause."""

from django.urls import reverse
from django.utils import translation

from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from eservices.deliveries.staff_digest import send_waiting_digest
from home.links.page_links import absolute_url

from .models import ModeratedText


def send_published(written: ModeratedText) -> None:
    if written.address:
        send_to_author(written, "published")


def send_rejected(written: ModeratedText) -> None:
    send_to_author(written, "refused", reason=written.reason)


def send_taken_down(written: ModeratedText) -> None:
    send_to_author(written, "taken_down", reason=written.reason)


def send_moderator_digest(person: User, numbers: dict[type[ModeratedText], int]) -> None:
    """Notify a moderator how many texts wait, by type."""
    labels = {kind._meta.verbose_name_plural: number for kind, number in numbers.items()}
    send_waiting_digest(
        person, labels, template="news/participation/emails/waiting", desk="participation_desk:waiting"
    )


def send_to_author(written: ModeratedText, letter: str, **context) -> None:
    """Send an e-mail to the author, in their language, with the link to erase the text.

    Nothing is sent if the address was erased.
    """
    if not written.email:
        return
    with translation.override(written.language):
        queue_email(
            to=written.email,
            template=f"news/participation/emails/{letter}",
            context=context
            | {
                "called": written.display_title,
                "link": absolute_url(written.address),
                "own": absolute_url(reverse("participation:own", args=[written.kind, written.secret])),
            },
            language=written.language,
            subject=written.subject,
        )
