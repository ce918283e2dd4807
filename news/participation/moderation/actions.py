"""Actions of moderation: publish, reject and take down. The author is notified."""

from datetime import datetime

from django.contrib.messages import constants
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from home.caching import site_version
from home.exceptions import ActionRefused

from . import access, emails
from .models import ModeratedText
from .moderated_models import MODERATED_MODELS, ModeratedModel
from .states import ModerationState, is_allowed


class IllegalTransition(ActionRefused):
    """The text is in a state that does not allow this."""


class AlreadyDecided(IllegalTransition):
    """Another moderator decided since the text was shown."""

    level = constants.WARNING


@transaction.atomic
def publish_written(*, actor: User, written: ModeratedText) -> ModeratedText:
    """Publish a text."""
    written = _judged(actor, written, ModerationState.PUBLISHED, "")
    emails.send_published(written)
    return written


@transaction.atomic
def reject_written(*, actor: User, written: ModeratedText, reason: str) -> ModeratedText:
    """Reject a text and send the author the reason."""
    written = _judged(actor, written, ModerationState.REFUSED, reason)
    emails.send_rejected(written)
    return written


@transaction.atomic
def take_down(*, actor: User, written: ModeratedText, reason: str) -> ModeratedText:
    """Take down a published text and send the author the reason."""
    written = _judged(actor, written, ModerationState.TAKEN_DOWN, reason)
    emails.send_taken_down(written)
    return written


@transaction.atomic
def erase_written(*, actor: User | None = None, written: ModeratedText) -> None:
    """Erase a text that its author withdraws, with everything on it and the addresses of its e-mails."""
    outbox.erase_deliveries_about(actor=actor, subject=written.subject)
    MODERATED_MODELS[written.kind].objects.filter(pk=written.pk).delete()
    transaction.on_commit(site_version.bump_version)


def erase_old_written(*, actor: User | None = None, now: datetime, kind: ModeratedModel) -> None:
    """Delete texts rejected three months ago, and the addresses on all others after a year, read or not."""
    for written in kind.objects.rejected_long_ago(now):
        with transaction.atomic():
            outbox.erase_deliveries_about(actor=actor, subject=written.subject)
            written.delete()
    for written in kind.objects.addressed_too_long(now):
        with transaction.atomic():
            outbox.erase_deliveries_about(actor=actor, subject=written.subject)
            kind.objects.filter(pk=written.pk).update(email="")


@transaction.atomic
def send_moderator_digests(*, actor: User | None = None, now: datetime) -> None:
    """Notify moderators of waiting texts, at most once a morning and only if one is new."""
    if not sum(
        kind.objects.due_for_notification(now).update(tell_at=None) for kind in MODERATED_MODELS.values()
    ):
        return
    waiting: dict[type[ModeratedText], int] = {
        kind: number for kind in MODERATED_MODELS.values() if (number := kind.objects.waiting().count())
    }
    for person in access.moderators():
        emails.send_moderator_digest(person, waiting)


def _judged(actor: User, written: ModeratedText, state: ModerationState, reason: str) -> ModeratedText:
    written = MODERATED_MODELS[written.kind].objects.select_for_update().get(pk=written.pk)
    if not is_allowed(written.state, state):
        raise IllegalTransition(_("This is “%(state)s” already.") % {"state": written.get_state_display()})
    written.state, written.reason = state, reason
    written.judged_at, written.judged_by = timezone.now(), actor
    written.save()
    transaction.on_commit(site_version.bump_version)
    return written
