"""Access to cases whose retention is over. Unknown and forbidden look the same: 404."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from .. import access as cases
from ..models import Case, Disposal, LegalHold
from . import due_cases

PERMISSION = "eservices_cases.approve_disposal"


def may_approve_disposal(user: User) -> bool:
    """Return whether ``user`` may approve disposals."""
    return user.is_authenticated and user.is_active and user.has_perm(PERMISSION)


def due_cases_for(user: User, slug: str) -> due_cases.DueCases:
    """Return the due cases of the service with this slug. Raise 404 if there is none or ``user`` may not."""
    _approvers_only(user)
    versions = due_cases.versions_in_force().values()
    version = next((one for one in versions if one.form.slug == slug), None)
    found = due_cases.due_for_version(version, timezone.now()) if version else None
    if found is None:
        raise Http404
    return found


def disposals_for(user: User) -> QuerySet[Disposal]:
    """Return the approved disposals, the newest first. Raise 404 if ``user`` may not."""
    _approvers_only(user)
    return Disposal.objects.select_related("form")


def disposal_for(user: User, pk: int) -> Disposal:
    return get_or_404(disposals_for(user), pk=pk)


def hold_for(user: User, reference: str, pk: int) -> tuple[Case, LegalHold]:
    """Return the case and a legal hold in force that ``user`` may lift. Raise 404 otherwise."""
    case = cases.case_for(user, reference, "hold")
    hold = get_or_404(case.holds.in_force(), pk=pk)
    return case, hold


def _approvers_only(user: User) -> None:
    if not may_approve_disposal(user):
        raise Http404
