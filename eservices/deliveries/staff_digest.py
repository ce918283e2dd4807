"""Morning e-mail to staff who approve or moderate: how much waits for them."""

from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from eservices.accounts.models import User
from home.links.page_links import absolute_url

from .actions import queue_email


def send_waiting_digest(person: User, numbers: dict, *, template: str, desk: str) -> None:
    """Send the numbers by label, with a link to the admin view ``desk``.

    Without contents: nobody has reviewed them yet, and an e-mail may be forwarded.
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
