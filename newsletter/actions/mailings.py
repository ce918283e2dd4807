"""Every write on mailings: scheduling by staff, sending by a worker, pausing, resuming, cancelling."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.exceptions import ActionRefused

from .. import mail_backend, retry_schedule
from ..letters.rendering import render_letter
from ..models import Campaign, Edition, Mailing, NewsletterSettings, Recipient
from ..send_rate import MAX_ALLOWANCE, send_allowance
from ..signals import mailing_due
from ..states import MailingState, RecipientState, is_mailing_allowed


class MailingActionRefused(ActionRefused):
    """The action is not possible now; the message states the reason, for staff."""


def send_test(*, actor: User, campaign: Campaign, to: str) -> None:
    """Send the last saved version of the campaign to one address, through the configured backend."""
    written = campaign.get_latest_revision_as_object() if campaign.latest_revision_id else campaign
    language = campaign.locale.language_code
    backend = mail_backend.configured_backend()
    made = render_letter(written, language, backend.letter_links(language), day=timezone.localdate())
    marked = replace(made, subject=_("[Test] %(subject)s") % {"subject": made.subject})
    backend.send_test(marked, language, to, f"campaign:{campaign.pk}")


@transaction.atomic
def schedule_mailing(*, actor: User, campaign: Campaign, at: datetime | None = None) -> Mailing:
    """Schedule the campaign ``at`` a time, or now. Raise ``MailingActionRefused`` if unapproved or sent."""
    now = timezone.now()
    translations = list(Campaign.objects.select_for_update(of=("self",)).of(campaign.translation_key))
    if not any(one.live for one in translations if one.pk == campaign.pk):
        raise MailingActionRefused(_("The campaign is not approved yet. Publish it first."))
    mailing = Mailing.objects.filter(campaign__in=translations).first()
    if mailing and mailing.state != MailingState.CANCELLED:
        raise MailingActionRefused(_("The campaign is already scheduled or sent. You can send it only once."))
    mailing = mailing or Mailing(campaign=campaign)
    mailing.state, mailing.due_at, mailing.fault = MailingState.SCHEDULED, at or now, ""
    mailing.backend, mailing.woken_at = settings.NEWSLETTER_BACKEND, None
    mailing.scheduled_by, mailing.scheduled_at = actor, now
    mailing.save()
    wake_on_commit(mailing)
    return mailing


@transaction.atomic
def pause_mailing(*, actor: User, mailing: Mailing) -> None:
    """Pause the mailing. E-mails that are being sent still arrive."""
    _move(_lock(mailing), MailingState.PAUSED)


@transaction.atomic
def resume_mailing(*, actor: User, mailing: Mailing) -> None:
    """Continue a paused mailing. No recipient gets it twice."""
    mailing = _lock(mailing)
    state = MailingState.SENDING if mailing.started_at else MailingState.SCHEDULED
    now = timezone.now()
    due = max(mailing.due_at, now) if state == MailingState.SCHEDULED else now
    _move(mailing, state, due_at=due, attempts=0, fault="", woken_at=None)
    wake_on_commit(mailing)


@transaction.atomic
def cancel_mailing(*, actor: User, mailing: Mailing) -> None:
    """Cancel a mailing that has not begun."""
    mailing = _lock(mailing)
    if mailing.started_at:
        raise MailingActionRefused(
            _("Sending has begun. You can pause it, but some subscribers already have the newsletter.")
        )
    _move(mailing, MailingState.CANCELLED)


# -- Workers -------------------------------------------------------------------------------------------------
@transaction.atomic
def claim_mailing(mailing_id: int, now: datetime) -> Mailing | None:
    """Claim the mailing for this worker until the claim ends; None if it is not due or claimed by another.

    The first claim draws its number and starts it. If the approval was withdrawn since, the mailing is paused
    instead and can still be cancelled.
    """
    claimed = Mailing.objects.due(now).filter(pk=mailing_id)
    if not claimed.update(
        state=MailingState.SENDING,
        due_at=now + retry_schedule.CLAIM,
        claims=F("claims") + 1,
        attempts=F("attempts") + 1,
    ):
        return None
    mailing = Mailing.objects.select_related("campaign__locale").get(pk=mailing_id)
    if mailing.number is None and not mailing.campaign.live:
        _move(
            mailing,
            MailingState.PAUSED,
            attempts=0,
            fault=_("The campaign is no longer approved. Publish it again."),
        )
        return None
    if mailing.number is None:
        mailing.number = (Mailing.objects.aggregate(Max("number"))["number__max"] or 0) + 1
        mailing.started_at = now
        mailing.counts_openings = NewsletterSettings.load().count_openings
        mailing.save(update_fields=["number", "started_at", "counts_openings"])
    return mailing


def extend_claim(mailing: Mailing, now: datetime) -> bool:
    """Extend the claim. Return False if it was lost: the mailing was paused, or claimed by another worker."""
    return bool(_ours(mailing).update(due_at=now + retry_schedule.CLAIM))


def take_send_allowance(mailing: Mailing, now: datetime) -> int | None:
    """Take the number of e-mails that may be sent now; None without a limit.

    All mailings share the limit of one mail server.
    """
    if not settings.NEWSLETTER_PER_MINUTE:
        return None
    sharing = Q(state=MailingState.SENDING) | Q(paced_at__gt=now - MAX_ALLOWANCE)
    with transaction.atomic():
        locked = Mailing.objects.select_for_update().filter(sharing).order_by("pk")
        paced = max(filter(None, locked.values_list("paced_at", flat=True)), default=None)
        allowed = send_allowance(settings.NEWSLETTER_PER_MINUTE, paced, now)
        if allowed:
            _ours(mailing).update(paced_at=now)
    return allowed


def mark_prepared(mailing: Mailing) -> bool:
    """Record that every recipient has a row. Return False if the claim was lost."""
    mailing.prepared_at = timezone.now()
    return bool(_ours(mailing).update(prepared_at=mailing.prepared_at))


def release_claim(mailing: Mailing, due_at: datetime) -> None:
    """Release the claim until ``due_at``, after success."""
    if _ours(mailing).update(due_at=due_at, attempts=0, fault="", woken_at=None):
        mailing_due.send(sender=Mailing, mailing=mailing)


def finish_mailing(mailing: Mailing) -> None:
    """Mark the mailing as sent."""
    _ours(mailing).update(state=MailingState.SENT, ended_at=timezone.now(), fault="", attempts=0)


def retry_mailing_later(mailing: Mailing, fault: str) -> None:
    """Schedule another attempt, with longer pauses each time; finally pause the mailing for staff."""
    now = timezone.now()
    due = retry_schedule.next_attempt_at(mailing.attempts, now)
    state = MailingState.SENDING if due else MailingState.PAUSED
    _ours(mailing).update(state=state, due_at=due or now, fault=fault[:2000], woken_at=None)


def save_external_state(edition: Edition, **facts: Any) -> None:
    """Store the state of an edition at an external service, before the next step there."""
    edition.external |= facts
    Edition.objects.filter(pk=edition.pk).update(external=edition.external)


def save_external_report(mailing: Mailing, campaign: str, theirs: dict[str, Any]) -> None:
    """Store an external service's counts of a campaign: bounces, complaints, unsubscribed."""
    bounces = theirs.get("bounces", {})
    mailing.report[campaign] = {
        "sent": theirs.get("emails_sent", 0),
        "bounced": bounces.get("hard_bounces", 0) + bounces.get("soft_bounces", 0),
        "complained": theirs.get("abuse_reports", 0),
        "left": theirs.get("unsubscribed", 0),
    }
    Mailing.objects.filter(pk=mailing.pk).update(report=mailing.report)


def mark_edition_sent(mailing: Mailing, edition: Edition) -> None:
    """Mark all pending recipients of an edition as sent, after an external service accepted it."""
    pending = Recipient.objects.filter(edition=edition, state=RecipientState.PENDING)
    pending.update(state=RecipientState.SENT, at=timezone.now())


def wake_due_mailings(now: datetime) -> None:
    """Announce each due mailing that no worker was woken for."""
    for mailing in Mailing.objects.due(now).needing_wake_up(now):
        if Mailing.objects.due(now).needing_wake_up(now).filter(pk=mailing.pk).update(woken_at=now):
            mailing_due.send(sender=Mailing, mailing=mailing)


def wake_on_commit(mailing: Mailing) -> None:
    """Announce after the commit that the mailing is due. If that is lost, the job finds the row."""
    transaction.on_commit(partial(mailing_due.send, sender=Mailing, mailing=mailing), robust=True)


def _ours(mailing: Mailing) -> QuerySet[Mailing]:
    """Return the row as a queryset, empty if the claim of ``mailing`` was lost."""
    return Mailing.objects.filter(pk=mailing.pk, state=MailingState.SENDING, claims=mailing.claims)


def _lock(mailing: Mailing) -> Mailing:
    return Mailing.objects.select_for_update().get(pk=mailing.pk)


def _move(mailing: Mailing, target: MailingState, **changes: Any) -> None:
    if not is_mailing_allowed(mailing.state, target):
        raise MailingActionRefused(
            _("The current state is %(state)s.") % {"state": mailing.get_state_display()}
        )
    Mailing.objects.filter(pk=mailing.pk).update(state=target, **changes)
