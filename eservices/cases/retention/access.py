"""The only ways to see, on behalf of a person, what was kept long enough. Unknown and forbidden: 404."""

from django.http import Http404
from django.utils import timezone

from home.web.shortcuts import get_or_404

from .. import access as cases
from ..models import Case, Disposal, LegalHold
from . import due_cases

PERMISSION = "eservices_cases.approve_disposal"


def may_approve_disposal(user) -> bool:
    """Whether ``user`` speaks for the authority that lets cases go."""
    return user.is_authenticated and user.is_active and user.has_perm(PERMISSION)


def due_cases_for(user, slug: str) -> due_cases.DueCases:
    """What may go of the service with this short name."""
    _approvers_only(user)
    versions = due_cases.versions_in_force().values()
    version = next((one for one in versions if one.form.slug == slug), None)
    found = due_cases.due_for_version(version, timezone.now()) if version else None
    if found is None:
        raise Http404
    return found


def disposals_for(user):
    """The approved lists, the newest first."""
    _approvers_only(user)
    return Disposal.objects.select_related("form")


def disposal_for(user, pk) -> Disposal:
    return get_or_404(disposals_for(user), pk=pk)


def hold_for(user, reference: str, pk: int) -> tuple[Case, LegalHold]:
    """A hold in force on a case that ``user`` may hold and release."""
    case = cases.case_for(user, reference, "hold")
    hold = get_or_404(case.holds.in_force(), pk=pk)
    return case, hold


def _approvers_only(user) -> None:
    if not may_approve_disposal(user):
        raise Http404
