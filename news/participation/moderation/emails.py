"""The letters to who wrote something, and to who reads it. Each is queued in the transaction of what it tells of."""

from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from home.links import absolute

from .models import Written


def published(written: Written) -> None:
    if written.address:
        tell(written, "published")


def refused(written: Written) -> None:
    tell(written, "refused", reason=written.reason)


def waiting(person: User, numbers: dict[type[Written], int]) -> None:
    """Tells who moderates how much waits. Not what: nobody read it yet, and a letter is passed on."""
    with translation.override(person.language):
        rows = [(capfirst(str(kind._meta.verbose_name_plural)), number) for kind, number in numbers.items()]
    queue_email(
        to=person.email,
        template="participation/emails/waiting",
        context={
            "rows": rows,
            "number": sum(numbers.values()),
            "link": absolute(reverse("participation_desk:waiting")),
        },
        language=person.language,
        subject=f"participation-waiting:{person.pk}",
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
