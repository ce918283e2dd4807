"""The doors to proposals: the mailed secret for who proposes, and the rights of staff."""

from datetime import datetime

from django.db.models import QuerySet

from eservices.accounts.models import User
from home.web.secret_links import LinkExpired
from home.web.shortcuts import get_or_404

from . import proposal_types
from .models import Proposal
from .states import ProposalState


def proposal_by_link(secret: str, now: datetime) -> Proposal:
    """What is to be confirmed or was. Raises Http404 where unknown, LinkExpired where too old."""
    proposal = get_or_404(Proposal.objects.exclude(link_expires_at=None), secret=secret)
    if proposal.state == ProposalState.ASKED and proposal.link_expires_at <= now:
        raise LinkExpired
    return proposal


def proposals_of(email: str) -> QuerySet[Proposal]:
    """What was proposed, or would be once it is confirmed, under a proven address."""
    return Proposal.objects.filter(email=email)


def may_decide(user) -> bool:
    return user.is_active and bool(proposal_types.types_decided_by(user))


def deciders() -> list[tuple[User, list[str]]]:
    """Who is told that proposals wait, with the kinds they decide; who runs the site, of those that nobody does."""
    staff = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    people = staff.filter(is_superuser=False, groups__isnull=False).distinct()
    found = [(person, names) for person in people if (names := proposal_types.types_decided_by(person))]
    unheard = [
        name
        for name in proposal_types.proposal_types_by_name()
        if not any(name in names for _person, names in found)
    ]
    return [*found, *((person, unheard) for person in staff.filter(is_superuser=True) if unheard)]


def proposals_for(user):
    """What somebody of the staff decides or decided."""
    return Proposal.objects.sent().filter(kind__in=proposal_types.types_decided_by(user))


def proposal_for(user, pk: int) -> Proposal:
    """Raises Http404."""
    return get_or_404(proposals_for(user).select_related("entry__theme", "page", "decided_by"), pk=pk)
