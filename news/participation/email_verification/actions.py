"""Actions on pending actions: create one and e-mail its link, run it when the link is opened, delete it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as outbox

from ..pending_actions import PENDING_ACTIONS, ActionNoLongerPossible, ActionResult
from . import emails
from .models import PendingAction


@transaction.atomic
def request_verification(
    *, actor: User | None = None, email: str, language: str, kind: str, payload: dict[str, Any]
) -> PendingAction:
    """Create a pending action and e-mail its link. The visitor learns nothing about the address."""
    pending = PendingAction(email=stored_form(email), language=language, kind=kind, payload=payload)
    pending.renew_link()
    pending.save()
    emails.send_verification(pending, PENDING_ACTIONS[kind].about(payload))
    return pending


@transaction.atomic
def run_pending_action(*, actor: User | None = None, pending: PendingAction) -> ActionResult:
    """Run a pending action once, as of the time when it was created: its address is now verified.

    Raise ``ActionNoLongerPossible`` if it was run or deleted before, or if what it concerns is closed.
    """
    locked = PendingAction.objects.select_for_update().filter(pk=pending.pk).first()
    if locked is None:
        raise ActionNoLongerPossible
    done = PENDING_ACTIONS[locked.kind].do(
        email=locked.email, language=locked.language, payload=locked.payload, at=locked.created_at
    )
    delete_pending_action(actor=actor, pending=locked)
    return done


def delete_expired(*, actor: User | None = None, now: datetime) -> None:
    """Delete the expired pending actions with their addresses."""
    for pending in PendingAction.objects.expired(now):
        delete_pending_action(actor=actor, pending=pending)


@transaction.atomic
def delete_pending_action(*, actor: User | None = None, pending: PendingAction) -> None:
    """Delete a pending action, stop its e-mail, and erase its address from the outbox."""
    reason = _("The link no longer works.")
    outbox.withdraw_deliveries_about(actor=actor, subject=pending.subject, reason=reason)
    pending.delete()
