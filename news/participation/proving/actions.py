"""Asking for the proof of an address, and doing what waited for it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery

from ..deeds import DEEDS, Done, Impossible
from . import emails
from .models import VALID, Pending


@transaction.atomic
def ask(*, actor=None, email: str, language: str, kind: str, payload: dict) -> Pending:
    """Keeps the deed and mails the link that does it. Who asks learns nothing about the address."""
    now = timezone.now()
    pending = Pending.objects.create(
        email=stored_form(email),
        language=language,
        kind=kind,
        payload=payload,
        created_at=now,
        expires_at=now + VALID,
    )
    emails.prove(pending, DEEDS[kind].about(payload))
    return pending


@transaction.atomic
def fulfil(*, actor=None, pending: Pending) -> Done:
    """The owner of the address agrees: what waited is done once, as of when it was sent. Raises ``Impossible``."""
    locked = Pending.objects.select_for_update().filter(pk=pending.pk).first()
    if locked is None:
        raise Impossible
    done = DEEDS[locked.kind].do(
        email=locked.email, language=locked.language, payload=locked.payload, at=locked.created_at
    )
    delete(actor=actor, pending=locked)
    return done


def forget(*, actor=None, now: datetime) -> None:
    """What nobody confirmed is gone with its address."""
    for pending in Pending.objects.expired(now):
        delete(actor=actor, pending=pending)


@transaction.atomic
def delete(*, actor=None, pending: Pending) -> None:
    """Gone; its letter goes out no more, and nobody reads in the outbox to whom it went."""
    for letter in Delivery.objects.about(pending.subject).open():
        outbox.skip(actor=actor, delivery=letter, reason=_("Its link leads nowhere any more."))
    outbox.erase(actor=actor, subject=pending.subject)
    pending.delete()
