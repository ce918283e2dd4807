"""Rights and queries for the screens of connected systems. They belong to those who configure the site."""

from eservices.accounts.models import User
from eservices.cases import access as case_access
from eservices.cases.models import CaseQuerySet
from home.web.shortcuts import get_or_404

from .models import ConnectedSystem

PERMISSION = "eservices_transmissions.change_connectedsystem"


def may_configure_systems(user: User) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def system_for(user: User, pk: int) -> ConnectedSystem:
    """Return the system. Raise Http404 if it does not exist or ``user`` does not configure systems."""
    mine = ConnectedSystem.objects.all()
    return get_or_404(mine if may_configure_systems(user) else mine.none(), pk=pk)


def cases_to_preview(user: User) -> CaseQuerySet:
    """Return the cases on which ``user`` may try a mapping: those that they may read."""
    return case_access.cases_for(user).select_related(*case_access.RELATED)
