"""The result of a case for its applicant, and whether a withdrawal still has an effect. Other apps know both."""

from django.utils.translation import gettext as _

from home.extensions.base import extensions

from .. import states
from ..extension_points import CaseExtension, Headline
from ..models import Case
from .progress import is_finished_for_applicant

# What ``case_headline`` reads, for lists of cases.
PREFETCHED = ("stages", "documents", "submission__bookings")


def case_headline(case: Case) -> Headline | None:
    """Return what the applicant gets, from the first app that gives something; None if none does yet."""
    found = (one.headline(case) for one in extensions(CaseExtension))
    return next(filter(None, found), None)


def withdrawal_objection(case: Case) -> str:
    """Return why withdrawing the case would have no effect any more; "" if it has one."""
    if is_finished_for_applicant(case):
        return _("This request cannot be withdrawn any more.")
    return next(filter(None, (one.withdrawal_objection(case) for one in extensions(CaseExtension))), "")


def may_withdraw(case: Case) -> bool:
    """Return whether the case can be withdrawn and that still has an effect."""
    return states.is_allowed("withdraw", case.state, case.outcome) and not withdrawal_objection(case)
