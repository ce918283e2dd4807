"""The letters to who wrote something, and to who reads it. Each is queued in the transaction of what it tells of."""

from django.urls import reverse
from django.utils import translation

from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from home.links import absolute
from news.desk_letters import tell_what_waits

from .models import Written


def published(written: Written) -> None:
    if written.address:
        tell(written, "published")


def refused(written: Written) -> None:
    tell(written, "refused", reason=written.reason)


def taken_down(written: Written) -> None:
    tell(written, "taken_down", reason=written.reason)


def waiting(person: User, numbers: dict[type[Written], int]) -> None:
    """Tells who moderates how much waits, by kind."""
    labels = {kind._meta.verbose_name_plural: number for kind, number in numbers.items()}
    tell_what_waits(
        person, labels, template="participation/emails/waiting", desk="participation_desk:waiting"
    )


def tell(written: Written, letter: str, **context) -> None:
    """Writes to who wrote it, in their language, with the way to take it back. Nobody, where the address is gone."""
    if not written.email:
        return
    with translation.override(written.language):
        queue_email(
            to=written.email,
            template=f"participation/emails/{letter}",
            context=context
            | {
                "called": written.called,
                "link": absolute(written.address),
                "own": absolute(reverse("participation:own", args=[written.kind, written.secret])),
            },
            language=written.language,
            subject=written.subject,
        )
