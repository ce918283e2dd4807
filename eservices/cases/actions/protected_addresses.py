"""Cases of people whose address is protected."""

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition
from ..models import Case
from ..signals import case_protected
from ..workflow import absences, protected_addresses
from . import agent_notifications as notices
from .base import clean_text, lock_case, lock_if_allowed


@transaction.atomic
def settle_screening(*, actor: Actor = SYSTEM, case: Case, protected: bool) -> Case:
    """Apply the result of screening: protect the case, or show it to its whole team.

    The team is notified of a new case now, because nobody else saw it before. A protected case stays protected,
    whatever a later screening finds: only ``unprotect`` ends it.
    """
    case = lock_case(case.pk)
    if protected:
        return protect(actor=actor, case=case)
    if case.unscreened:
        case.protected = case.unscreened = False
        case.save(update_fields=["protected", "unscreened"])
        notices.notify_team_of_new_case(case=case, but=case.submission.agent)
    return case


@transaction.atomic
def protect(*, actor: Actor, case: Case, reason: str = "") -> Case:
    """Restrict the case to agents who may see protected addresses."""
    case = lock_case(case.pk)
    if case.is_known_protected:
        return case
    is_new, case.protected, case.unscreened = case.unscreened, True, False
    if case.assignee_id and not absences.members_who_see(case).filter(user=case.assignee_id).exists():
        case.assignee = None
    case.save(update_fields=["protected", "unscreened", "assignee"])
    audit_log.record_event(case, "protected", actor, **({"reason": reason} if reason else {}))
    if is_new:
        notices.notify_team_of_new_case(case=case, but=case.submission.agent)
    case_protected.send(sender=Case, case=case, actor=actor)
    return case


@transaction.atomic
def mark_protected(*, actor: User, case: Case, reason: str) -> Case:
    """Protect a case by hand, for a reason: an agent may know what no population register contains."""
    case, text = lock_if_allowed(case, "protect"), clean_text(reason)
    if case.is_known_protected:
        raise IllegalTransition(_("This case is protected already."))
    return protect(actor=actor, case=case, reason=text)


@transaction.atomic
def unprotect(*, actor: User, case: Case, reason: str) -> Case:
    """Show a case to its whole team again, for a reason: nobody in it has a protected address."""
    case, text = lock_if_allowed(case, "unprotect"), clean_text(reason)
    if not case.protected:
        raise IllegalTransition(_("This case is not protected."))
    if protected_addresses.names_protected_person(case):
        raise IllegalTransition(_("The register found a person with a protected address in this case."))
    is_new, case.protected, case.unscreened = case.unscreened, False, False
    case.save(update_fields=["protected", "unscreened"])
    audit_log.record_event(case, "unprotected", actor, reason=text)
    if is_new:
        notices.notify_team_of_new_case(case=case, but=case.submission.agent)
    return case
