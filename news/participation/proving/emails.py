"""The letter that proves an address. It is queued in the transaction of what waits."""

from django.urls import reverse
from django.utils import translation

from eservices.deliveries.actions import queue_email
from home.links import absolute

from .models import Pending


def prove(pending: Pending, about: str) -> None:
    with translation.override(pending.language):
        path = reverse("participation:confirm", args=[pending.secret])
        queue_email(
            to=pending.email,
            template="participation/emails/prove",
            context={
                "about": about,
                "link": absolute(path),
                "expires_at": pending.expires_at,
            },
            language=pending.language,
            subject=pending.subject,
            confidential=True,
        )
