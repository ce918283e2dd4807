"""Every write to a proposal: made, confirmed by who made it, accepted or refused by an editor."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from home.scheduling.weekday_mornings import next_weekday_morning

from . import access, emails, proposal_types
from .models import Proposal
from .states import ProposalState, is_allowed

LINK_LIFETIME = timedelta(days=7)


class IllegalTransition(ValueError):
    """The proposal's state does not allow this."""


class ProposalChanged(ValueError):
    """Whoever proposed it changed it since it was read."""


@transaction.atomic
def request_proposal(*, actor=None, kind: str, title: str, data: dict, email: str, language: str) -> Proposal:
    """Something new, by somebody whose address is not proven: mails the link that sends it. The same once more has the
    same link, so that it arrives once."""
    email = stored_form(email)
    same = Proposal.objects.undecided().filter(kind=kind, data=data, email=email)
    proposal = same.select_for_update().first() or Proposal(
        kind=kind, data=data, email=email, title=title[:200], language=language
    )
    proposal.link_expires_at = timezone.now() + LINK_LIFETIME
    proposal.save()
    emails.send_confirmation_link(proposal)
    return proposal


@transaction.atomic
def confirm_proposal(*, actor=None, proposal: Proposal) -> Proposal:
    """The owner of the address sends it. A second time changes nothing."""
    proposal = _lock(proposal)
    if proposal.state == ProposalState.ASKED:
        _send(proposal)
        proposal.save()
        emails.send_received(proposal)
    return proposal


def propose_change(*, actor=None, entry, data: dict, email: str, language: str) -> Proposal | None:
    """Changes to an entry, by who keeps it. Of one that still waits, it takes the place.

    Nothing where nothing is to be changed.
    """
    try:
        return _propose_change(entry, data, email, language)
    except IntegrityError:  # sent twice at once: the other request made the row
        return _propose_change(entry, data, email, language)


@transaction.atomic
def _propose_change(entry, data: dict, email: str, language: str) -> Proposal | None:
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
def accept_proposal(*, actor, proposal: Proposal, seen: str = "") -> Proposal:
    """Does what was proposed and tells who proposed it.

    ``seen`` is the ``version`` that was read. Raises ``ProposalChanged`` where it has another one by now.
    """
    proposal = _decide(proposal, ProposalState.ACCEPTED, actor, seen)
    proposal_types.proposal_type_of(proposal).accept(proposal=proposal, actor=actor)
    proposal.save()
    emails.send_accepted(proposal)
    return proposal


@transaction.atomic
def refuse_proposal(*, actor, proposal: Proposal, reason: str, seen: str = "") -> Proposal:
    """Leaves everything as it is and tells who proposed it, and why. Raises ``ProposalChanged`` as ``accept`` does."""
    proposal = _decide(proposal, ProposalState.REFUSED, actor, seen)
    proposal.reason = reason
    proposal.save()
    emails.send_refused(proposal)
    return proposal


@transaction.atomic
def send_decider_digests(*, actor=None, now: datetime) -> None:
    """Writes to each who decides that proposals wait, once a morning at most and only if one of theirs is new."""
    new = set(Proposal.objects.untold(now).values_list("kind", flat=True))
    if not Proposal.objects.untold(now).update(tell_at=None):
        return
    waiting = Counter(Proposal.objects.waiting().values_list("kind", flat=True))
    for person, names in access.deciders():
        if not new.isdisjoint(names):
            emails.send_decider_digest(person, {name: waiting[name] for name in names if waiting[name]})


@transaction.atomic
def erase_proposal(*, actor=None, proposal: Proposal) -> None:
    """Nothing is left of who proposed it, in the letters that went out neither; what an editor made of it stays."""
    outbox.erase_deliveries_about(actor=actor, subject=emails.proposal_subject(proposal))
    _lock(proposal).delete()


def delete_old_proposals(now: datetime) -> None:
    """What nobody confirmed, and what was decided long ago."""
    Proposal.objects.forgotten(now).delete()


def _send(proposal: Proposal, *, tell: bool = True) -> None:
    now = timezone.now()
    proposal.state, proposal.sent_at = ProposalState.WAITING, now
    if tell:
        proposal.tell_at = next_weekday_morning(timezone.localtime(now))


def _decide(proposal: Proposal, state: str, actor, seen: str) -> Proposal:
    proposal = _lock(proposal)
    if not is_allowed(proposal.state, state):
        raise IllegalTransition(proposal.state)
    if seen and seen != proposal.version:
        raise ProposalChanged
    proposal.state, proposal.decided_at, proposal.decided_by = state, timezone.now(), actor
    return proposal


def _lock(proposal: Proposal) -> Proposal:
    """Its entry first, as who changes a proposal does: two that lock in opposite order would wait for ever."""
    if proposal.entry_id:
        type(proposal.entry).objects.select_for_update().filter(pk=proposal.entry_id).first()
    return Proposal.objects.select_for_update().get(pk=proposal.pk)
