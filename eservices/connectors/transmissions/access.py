"""Rights and queries for the screens of connected systems. They belong to those who configure the site."""

from eservices.accounts.models import User
from eservices.cases import access as case_access
from eservices.cases.models import Case
from home.web.shortcuts import get_or_404

from .models import ConnectedSystem

PERMISSION = "eservices_transmissions.change_connectedsystem"


def may_configure_systems(user: User) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def system_for(user: User, pk: int) -> ConnectedSystem:
    """Return the system. Raise Http404 if it does not exist or ``user`` does not configure systems."""
    mine = ConnectedSystem.objects.all()
    return get_or_404(mine if may_configure_systems(user) else mine.none(), pk=pk)


def readable_cases(user: User):
    """Return the cases whose answers ``user`` may read: a mapping is previewed on one of them."""
    return case_access.visible_cases(user)


def transmitting_stages(case: Case) -> list:
    """Return the stages of a case that transmit it, in order."""
    from .actions import TYPE

    return [row for row in case.stages.order_by("position") if row.type == TYPE]
