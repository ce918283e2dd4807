"""E-mails to editors who look after pages. Each is queued in the transaction of its cause."""

from django.conf import settings
from django.urls import reverse
from wagtail.users.models import UserProfile

from eservices.deliveries.actions import queue_email
from home.links.page_links import absolute_url

from . import access
from .models import ReviewPlan


def pages_to_review(person, cares: list[ReviewPlan]) -> None:
    """Ask a keeper to review these pages, which are due."""
    _send(person, cares, "review")


def pages_still_to_review(person, cares: list[ReviewPlan]) -> None:
    """Remind a keeper of pages that were not reviewed within two weeks."""
    _send(person, cares, "review_again")


def pages_nobody_reviewed(person, cares: list[ReviewPlan]) -> None:
    """Inform a chief editor of pages that nobody reviewed."""
    _send(person, cares, "review_escalated")


def _send(person, cares: list[ReviewPlan], letter: str) -> None:
    keepers = access.keepers_by_page(cares)
    rows = [
        {
            "title": care.page.get_admin_display_title(),
            "url": absolute_url(reverse("editing:review", args=[care.page_id])),
            "due_on": care.due_on,
            "person": keepers.get(care.page_id),
        }
        for care in cares
    ]
    queue_email(
        to=person.email,
        template=f"news/editorial/emails/{letter}",
        context={"rows": rows, "number": len(rows), "all": absolute_url(reverse("editing:reviews"))},
        language=_language(person),
        subject=f"page-review:{person.pk}",
    )


def _language(person) -> str:
    profile = UserProfile.objects.filter(user=person).first()
    return (profile and profile.preferred_language) or settings.LANGUAGE_CODE
