"""Reading what was written: publish it, or refuse it with a reason. Whoever wrote it hears of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.deliveries import actions as outbox
from home import generation

from . import access, emails
from .kinds import KINDS
from .models import Written
from .states import State, allowed


class IllegalTransition(Exception):
    """It stands otherwise than somebody thought."""


@transaction.atomic
def publish(*, actor, written: Written) -> Written:
    """Everybody sees it from now on."""
    written = _judged(actor, written, State.PUBLISHED, "")
    emails.published(written)
    return written


@transaction.atomic
def refuse(*, actor, written: Written, reason: str) -> Written:
    """Nobody sees it, and whoever wrote it learns why."""
    written = _judged(actor, written, State.REFUSED, reason)
    emails.refused(written)
    return written


@transaction.atomic
def take_down(*, actor, written: Written, reason: str) -> Written:
    """Nobody sees any more what was published, and whoever wrote it learns why."""
    written = _judged(actor, written, State.TAKEN_DOWN, reason)
    emails.taken_down(written)
    return written


@transaction.atomic
def erase(*, actor=None, written: Written) -> None:
    """Whoever wrote it takes it back: it is gone with everything on it, and with it to whom its letters went."""
    outbox.erase(actor=actor, subject=written.subject)
    type(written).objects.filter(pk=written.pk).delete()
    transaction.on_commit(generation.advance)


def forget(*, actor=None, now: datetime, kind: type[Written]) -> None:
    """What was rejected goes after three months; the address on everything else after a year, read or not."""
    for written in kind.objects.rejected_long_ago(now):
        with transaction.atomic():
            outbox.erase(actor=actor, subject=written.subject)
            written.delete()
    for written in kind.objects.addressed_too_long(now):
        with transaction.atomic():
            outbox.erase(actor=actor, subject=written.subject)
            kind.objects.filter(pk=written.pk).update(email="")


@transaction.atomic
def tell_moderators(*, actor=None, now: datetime) -> None:
    """Writes to each who moderates that texts wait, once a morning at most and only if one of them is new."""
    if not sum(kind.objects.untold(now).update(tell_at=None) for kind in KINDS.values()):
        return
    waiting = {kind: number for kind in KINDS.values() if (number := kind.objects.waiting().count())}
    for person in access.moderators():
        emails.waiting(person, waiting)


def _judged(actor, written: Written, state: State, reason: str) -> Written:
    written = type(written).objects.select_for_update().get(pk=written.pk)
    if not allowed(written.state, state):
        raise IllegalTransition(_("This is “%(state)s” already.") % {"state": written.get_state_display()})
    written.state, written.reason = state, reason
    written.judged_at, written.judged_by = timezone.now(), actor
    written.save()
    transaction.on_commit(generation.advance)
    return written
