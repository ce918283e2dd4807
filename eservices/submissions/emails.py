"""E-mails about drafts."""

from django.urls import reverse
from django.utils import translation

from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from home.links.page_links import absolute_url

from .models import Draft


def send_resume_link(draft: Draft, to: str) -> Delivery:
    """Send the link that resumes the draft."""
    return queue_email(
        to=to,
        template="submissions/emails/resume",
        context={
            "service": draft.version.definition.title(draft.language),
            "url": resume_url(draft),
            "draft": draft,
        },
        language=draft.language,
        subject=draft.subject,
        rehearsal=draft.version.is_rehearsal,
    )


def resume_url(draft: Draft) -> str:
    """Return the absolute URL of the draft's resume link, in the language of the draft."""
    with translation.override(draft.language):
        path = reverse("submissions:resume", args=[draft.secret])
    return absolute_url(path)
