"""Every write on what people said of a page."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.models import Page

from .models import PageFeedback


@transaction.atomic
def submit_feedback(*, actor=None, page: Page, useful: bool, text: str = "", who: str) -> PageFeedback:
    """Keeps a yes or a no; said again on the same day it replaces what was said.

    ``who`` is whatever tells one person from another; only a digest of it, of the page and of the day is kept.
    """
    day = timezone.localdate()
    digest = salted_hmac(f"useful-{page.pk}-{day}", who, algorithm="sha256").hexdigest()
    said = {"useful": useful} | ({"text": text} if text else {})
    verdict, _made = PageFeedback.objects.update_or_create(page=page, day=day, who=digest, defaults=said)
    return verdict


@transaction.atomic
def delete_old_feedback(*, actor=None, now: datetime) -> None:
    """Who said it goes with the day, the words after a year, the rest after three."""
    verdicts = PageFeedback.objects
    verdicts.remembered(now).update(who="")
    verdicts.worded_too_long_ago(now).update(text="")
    verdicts.outlived(now).delete()
