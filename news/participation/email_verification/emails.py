"""E-mail to verify an address, queued in the transaction of the pending action."""

from django.urls import reverse
from django.utils import translation

from eservices.deliveries.actions import queue_email
from home.links.page_links import absolute_url

from .models import PendingAction


def send_verification(pending: PendingAction, about: str) -> None:
    with translation.override(pending.language):
        path = reverse("participation:confirm", args=[pending.secret])
        queue_email(
            to=pending.email,
            template="news/participation/emails/prove",
            context={
                "about": about,
                "link": absolute_url(path),
                "expires_at": pending.link_expires_at,
            },
            language=pending.language,
            subject=pending.subject,
            confidential=True,
        )
