"""All writes to page feedback."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.models import Page

from eservices.accounts.models import User

from .models import PageFeedback


@transaction.atomic
def submit_feedback(
    *, actor: User | None = None, page: Page, useful: bool, text: str = "", who: str
) -> PageFeedback:
    """Save a yes or a no. A second one on the same day replaces the first.

    ``who``: a text that distinguishes persons; only its hash with page and day is stored.
    """
    day = timezone.localdate()
    digest = salted_hmac(f"useful-{page.pk}-{day}", who, algorithm="sha256").hexdigest()
    said = {"useful": useful} | ({"text": text} if text else {})
    verdict, _made = PageFeedback.objects.update_or_create(page=page, day=day, who=digest, defaults=said)
    return verdict


@transaction.atomic
def delete_old_feedback(*, actor: User | None = None, now: datetime) -> None:
    """Erase the hashes of persons after the day, the texts after a year, and the rest after three."""
    verdicts = PageFeedback.objects
    verdicts.remembered(now).update(who="")
    verdicts.worded_too_long_ago(now).update(text="")
    verdicts.outlived(now).delete()
