"""Jobs of participation: erasure, and digests for moderators."""

from datetime import datetime

from home.scheduling.periodic import once_a_minute, periodic_jobs

from .email_verification import actions as proving
from .moderation import actions as moderation
from .moderation.moderated_models import MODERATED_MODELS
from .page_feedback import actions as useful
from .surveys import actions as surveys


@periodic_jobs.register("verdicts")
@once_a_minute
def delete_old_feedback(now: datetime) -> None:
    """Erase who gave feedback on a page, and later the feedback texts."""
    useful.delete_old_feedback(now=now)


@periodic_jobs.register("participation")
@once_a_minute
def erase_old_participation(now: datetime) -> None:
    """Delete expired pending actions and rejected texts, and erase addresses that are not needed any more."""
    proving.delete_expired(now=now)
    surveys.delete_old_answers(now=now)
    for kind in MODERATED_MODELS.values():
        moderation.erase_old_written(now=now, kind=kind)


@periodic_jobs.register("moderators")
@once_a_minute
def send_moderator_digests(now: datetime) -> None:
    """Send moderators what waits for moderation, in the morning."""
    moderation.send_moderator_digests(now=now)
