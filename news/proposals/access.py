"""Access to proposals: by the e-mailed secret for visitors, by permission for staff."""

from datetime import datetime

from django.db.models import QuerySet

from eservices.accounts.models import User
from home.web.opt_ins import find_by_link
from home.web.shortcuts import get_or_404

from . import proposal_types
from .models import Proposal


def proposal_by_link(secret: str, now: datetime) -> Proposal:
    """Return the proposal of a link. Raise as ``find_by_link``."""
    return find_by_link(Proposal.objects.exclude(link_expires_at=None), secret, now)


def proposals_of(email: str) -> QuerySet[Proposal]:
    """Return the proposals of a verified address, confirmed or not."""
    return Proposal.objects.of_address(email)


def may_decide(user) -> bool:
    return user.is_active and bool(proposal_types.types_decided_by(user))


def deciders() -> list[tuple[User, list[str]]]:
    """Return the staff to notify of waiting proposals, with the types they decide.

    Superusers get the types that nobody else decides.
    """
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
    """Return the sent proposals that ``user`` may decide or has decided."""
    return Proposal.objects.sent().filter(kind__in=proposal_types.types_decided_by(user))


def proposal_for(user, pk: int) -> Proposal:
    """Return a proposal that ``user`` may decide. Raise Http404 otherwise."""
    return get_or_404(proposals_for(user).select_related("entry__theme", "page", "decided_by"), pk=pk)
