"""All writes to contributions: submit, vote, and the commune's answer."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from home.caching import site_version

from .. import participants
from ..moderation import emails
from ..moderation.actions import IllegalTransition
from . import states
from .models import ConsultationPage, Contribution, Vote
from .states import ANSWERED


@transaction.atomic
def submit_contribution(
    *,
    actor: User | None = None,
    page: ConsultationPage,
    email: str,
    language: str,
    handed_in_at: datetime,
    **written: Any,
) -> Contribution:
    """Save a contribution by the owner of a verified address, for moderation.

    The same contribution is only saved once.
    """
    email = stored_form(email)
    if known := Contribution.objects.for_consultation(page).duplicates_of(email, **written).first():
        return known
    contribution = Contribution.objects.create(
        consultation=page.translation_key,
        email=email,
        language=language,
        handed_in_at=handed_in_at,
        **written,
    )
    emails.send_to_author(contribution, "received")
    return contribution


def cast_vote(*, actor: User | None = None, contribution: Contribution, email: str) -> bool:
    """Vote once per person. Return False if the person has voted before."""
    who = participants.participant_digest(str(contribution.consultation), email)
    _vote, new = Vote.objects.get_or_create(contribution=contribution, who=who)
    return new


@transaction.atomic
def withdraw_vote(*, actor: User | None = None, contribution: Contribution, email: str) -> bool:
    """Withdraw a vote. Return False if there was none."""
    who = participants.participant_digest(str(contribution.consultation), email)
    deleted, _by_kind = Vote.objects.filter(contribution=contribution, who=who).delete()
    return bool(deleted)


@transaction.atomic
def answer_contribution(*, actor: User, contribution: Contribution, status: str, reply: str) -> Contribution:
    """Save the status of a contribution and the commune's reply, and notify the author of a change.

    Raise IllegalTransition if the status cannot follow, or if it needs a reply and has none.
    """
    contribution = Contribution.objects.select_for_update().get(pk=contribution.pk)
    if not states.is_allowed(contribution.status, status):
        state = {"state": contribution.get_status_display()}
        raise IllegalTransition(_("This is no longer possible. The state is now “%(state)s”.") % state)
    if status in ANSWERED and not reply.strip():
        raise IllegalTransition(_("Explain why. The answer of the commune is public."))
    if (contribution.status, contribution.reply) == (status, reply.strip()):
        return contribution
    moved = contribution.status != status
    contribution.status, contribution.reply = status, reply.strip()
    contribution.replied_at = timezone.now() if reply.strip() else None
    contribution.save()
    if moved:
        emails.send_to_author(
            contribution, "told", status=contribution.get_status_display(), reply=contribution.reply
        )
    elif contribution.reply:
        emails.send_to_author(contribution, "replied", reply=contribution.reply)
    transaction.on_commit(site_version.bump_version)
    return contribution
