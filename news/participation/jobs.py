"""What is forgotten by itself."""

from datetime import datetime

from home.scheduling.periodic import periodic_jobs

from .email_verification import actions as proving
from .moderation import actions as moderation
from .moderation.moderated_models import MODERATED_MODELS
from .page_feedback import actions as useful
from .surveys import actions as surveys


@periodic_jobs.register("verdicts")
def delete_old_feedback(now: datetime) -> None:
    """Who judged a page, and later what they wrote."""
    useful.delete_old_feedback(now=now)


@periodic_jobs.register("participation")
def erase_old_participation(now: datetime) -> None:
    """What nobody confirmed, what was refused, and addresses that nobody needs any more."""
    proving.delete_expired(now=now)
    surveys.delete_old_answers(now=now)
    for kind in MODERATED_MODELS.values():
        moderation.erase_old_written(now=now, kind=kind)


@periodic_jobs.register("moderators")
def send_moderator_digests(now: datetime) -> None:
    """In the morning, what waits to be read."""
    moderation.send_moderator_digests(now=now)
