"""All writes to proposals: create, confirm, accept, refuse."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.messages import constants
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from home.exceptions import ActionRefused
from home.runtime.write_conflicts import retry_on_conflict
from home.scheduling.weekday_mornings import next_weekday_morning

from . import access, emails, proposal_types
from .models import Proposal
from .states import ProposalState, is_allowed

if TYPE_CHECKING:
    from ..directory.models import DirectoryEntry


class IllegalTransition(ActionRefused):
    """The proposal's state does not allow this."""

    level = constants.WARNING


class ProposalChanged(ActionRefused):
    """The proposal was changed since the editor read it."""

    level = constants.WARNING


@transaction.atomic
def request_proposal(
    *, actor: User | None = None, kind: str, title: str, data: dict[str, Any], email: str, language: str
) -> Proposal:
    """Save a new proposal and e-mail the link that sends it, because the address is not verified.

    The same proposal gets the same link, so that it is only sent once.
    """
    email = stored_form(email)
    same = Proposal.objects.undecided().filter(kind=kind, data=data, email=email)
    proposal = same.select_for_update().first() or Proposal(
        kind=kind, data=data, email=email, title=title[:200], language=language
    )
    proposal.renew_link()
    proposal.save()
    emails.send_confirmation_link(proposal)
    return proposal


@transaction.atomic
def confirm_proposal(*, actor: User | None = None, proposal: Proposal) -> Proposal:
    """Send a proposal, whose address is then verified. A second time changes nothing."""
    proposal = _lock(proposal)
    if proposal.state == ProposalState.ASKED:
        _send(proposal)
        proposal.save()
        emails.send_received(proposal)
    return proposal


@retry_on_conflict
@transaction.atomic
def propose_change(
    *,
    actor: User | None = None,
    entry: "DirectoryEntry",
    data: dict[str, Any],
    email: str,
    language: str,
) -> Proposal | None:
    """Propose changes to an entry, by its keeper. They replace a waiting proposal.

    Return None if they contain no change; a waiting proposal is then deleted.
    """
    entry = type(entry).objects.select_for_update(of=("self",)).select_related("theme").get(pk=entry.pk)
    waiting = entry.proposals.waiting().filter(kind=Proposal.Kind.ENTRY).first()
    proposal = waiting or Proposal(kind=Proposal.Kind.ENTRY, entry=entry)
    proposal.data, proposal.before = data, entry.values()
    if not proposal.changed:
        if waiting:
            waiting.delete()
        return None
    proposal.title, proposal.email, proposal.language = entry.name, email, language
    _send(proposal, tell=not waiting)
    proposal.save()
    if not waiting:
        emails.send_received(proposal)
    return proposal


@transaction.atomic
def accept_proposal(*, actor: User, proposal: Proposal, seen: str = "") -> Proposal:
    """Accept a proposal, apply it and notify its sender.

    ``seen``: the ``version`` that the editor read. Raise ``ProposalChanged`` if it has another one now.
    """
    proposal = _decide(proposal, ProposalState.ACCEPTED, actor, seen)
    proposal_types.proposal_type_of(proposal).accept(proposal=proposal, actor=actor)
    proposal.save()
    emails.send_accepted(proposal)
    return proposal


@transaction.atomic
def refuse_proposal(*, actor: User, proposal: Proposal, reason: str, seen: str = "") -> Proposal:
    """Refuse a proposal and send its sender the reason. Raise ``ProposalChanged`` as ``accept_proposal`` does."""
    proposal = _decide(proposal, ProposalState.REFUSED, actor, seen)
    proposal.reason = reason
    proposal.save()
    emails.send_refused(proposal)
    return proposal


@transaction.atomic
def send_decider_digests(*, actor: User | None = None, now: datetime) -> None:
    """Notify staff of waiting proposals, at most once a morning and only if one of theirs is new."""
    new = set(Proposal.objects.due_for_notification(now).values_list("kind", flat=True))
    if not Proposal.objects.due_for_notification(now).update(tell_at=None):
        return
    waiting = Counter(Proposal.objects.waiting().values_list("kind", flat=True))
    for person, names in access.deciders():
        if not new.isdisjoint(names):
            emails.send_decider_digest(person, {name: waiting[name] for name in names if waiting[name]})


@transaction.atomic
def erase_proposal(*, actor: User | None = None, proposal: Proposal) -> None:
    """Erase a proposal and the address in its e-mails. What an editor made of it stays."""
    outbox.erase_deliveries_about(actor=actor, subject=emails.proposal_subject(proposal))
    _lock(proposal).delete()


def delete_old_proposals(now: datetime) -> None:
    """Delete proposals that were not confirmed, and those decided long ago."""
    Proposal.objects.forgotten(now).delete()


def _send(proposal: Proposal, *, tell: bool = True) -> None:
    now = timezone.now()
    proposal.state, proposal.sent_at = ProposalState.WAITING, now
    if tell:
        proposal.tell_at = next_weekday_morning(timezone.localtime(now))


def _decide(proposal: Proposal, state: str, actor: User, seen: str) -> Proposal:
    proposal = _lock(proposal)
    if not is_allowed(proposal.state, state):
        raise IllegalTransition(_("Another person has already decided on this."))
    if seen and seen != proposal.version:
        raise ProposalChanged(_("The proposal was changed by its author. Read it again."))
    proposal.state, proposal.decided_at, proposal.decided_by = state, timezone.now(), actor
    return proposal


def _lock(proposal: Proposal) -> Proposal:
    """Lock a proposal, its entry first.

    All actions lock in this order; two opposite orders could deadlock.
    """
    if proposal.entry:
        type(proposal.entry).objects.select_for_update().filter(pk=proposal.entry.pk).first()
    return Proposal.objects.select_for_update().get(pk=proposal.pk)
