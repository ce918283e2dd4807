"""The letter in the morning to who decides or moderates: how much waits to be read."""

from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from eservices.accounts.models import User
from home.links.page_links import absolute_url

from .actions import queue_email


def send_waiting_digest(person: User, numbers: dict, *, template: str, desk: str) -> None:
    """How much of each kind, by what it is called, and the way to the ``desk`` where it is read.

    Not what: nobody read it yet, and a letter is passed on.
    """
    with translation.override(person.language):
        rows = [(capfirst(str(kind)), number) for kind, number in numbers.items()]
    queue_email(
        to=person.email,
        template=template,
        context={"rows": rows, "number": sum(numbers.values()), "link": absolute_url(reverse(desk))},
        language=person.language,
        subject=f"{desk}:{person.pk}",
    )
