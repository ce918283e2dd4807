"""Reading what was written: publish it, or refuse it with a reason. Whoever wrote it hears of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries import actions as outbox
from home.caching import site_version

from . import access, emails
from .models import ModeratedText
from .moderated_models import MODERATED_MODELS
from .states import ModerationState, is_allowed


class IllegalTransition(Exception):
    """It stands otherwise than somebody thought."""


@transaction.atomic
def publish_written(*, actor, written: ModeratedText) -> ModeratedText:
    """Everybody sees it from now on."""
    written = _judged(actor, written, ModerationState.PUBLISHED, "")
    emails.send_published(written)
    return written


@transaction.atomic
def reject_written(*, actor, written: ModeratedText, reason: str) -> ModeratedText:
    """Nobody sees it, and whoever wrote it learns why."""
    written = _judged(actor, written, ModerationState.REFUSED, reason)
    emails.send_rejected(written)
    return written


@transaction.atomic
def take_down(*, actor, written: ModeratedText, reason: str) -> ModeratedText:
    """Nobody sees any more what was published, and whoever wrote it learns why."""
    written = _judged(actor, written, ModerationState.TAKEN_DOWN, reason)
    emails.send_taken_down(written)
    return written


@transaction.atomic
def erase_written(*, actor=None, written: ModeratedText) -> None:
    """Whoever wrote it takes it back: it is gone with everything on it, and with it to whom its letters went."""
    outbox.erase_deliveries_about(actor=actor, subject=written.subject)
    type(written).objects.filter(pk=written.pk).delete()
    transaction.on_commit(site_version.bump_version)


def erase_old_written(*, actor=None, now: datetime, kind: type[ModeratedText]) -> None:
    """What was rejected goes after three months; the address on everything else after a year, read or not."""
    for written in kind.objects.rejected_long_ago(now):
        with transaction.atomic():
            outbox.erase_deliveries_about(actor=actor, subject=written.subject)
            written.delete()
    for written in kind.objects.addressed_too_long(now):
        with transaction.atomic():
            outbox.erase_deliveries_about(actor=actor, subject=written.subject)
            kind.objects.filter(pk=written.pk).update(email="")


@transaction.atomic
def send_moderator_digests(*, actor=None, now: datetime) -> None:
    """Writes to each who moderates that texts wait, once a morning at most and only if one of them is new."""
    if not sum(kind.objects.untold(now).update(tell_at=None) for kind in MODERATED_MODELS.values()):
        return
    waiting = {
        kind: number for kind in MODERATED_MODELS.values() if (number := kind.objects.waiting().count())
    }
    for person in access.moderators():
        emails.send_moderator_digest(person, waiting)


def _judged(actor, written: ModeratedText, state: ModerationState, reason: str) -> ModeratedText:
    written = type(written).objects.select_for_update().get(pk=written.pk)
    if not is_allowed(written.state, state):
        raise IllegalTransition(_("This is “%(state)s” already.") % {"state": written.get_state_display()})
    written.state, written.reason = state, reason
    written.judged_at, written.judged_by = timezone.now(), actor
    written.save()
    transaction.on_commit(site_version.bump_version)
    return written
