"""It becomes surer who asks: the level of a case is only raised."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, IdentityProof, User

from .. import audit_log
from ..actors import SYSTEM, Actor, Applicant
from ..models import Case
from ..workflow import identity
from .base import IllegalTransition, lock_case, lock_if_allowed, mark_process_due


@transaction.atomic
def confirm_email_address(*, actor: Applicant, case: Case) -> Case:
    """Somebody used the link that was mailed: the address is theirs. Only the first time counts."""
    case = lock_case(case.pk)
    if actor.link is None or not actor.link.mailed or actor.link.case_id != case.pk:
        raise IllegalTransition(_("Only the link that we mailed confirms the address."))
    if case.email_confirmed_at is None:
        case.email_confirmed_at = timezone.now()
        case.save(update_fields=["email_confirmed_at"])
        _raise(case, IdentityLevel.EMAIL)
        audit_log.record_event(case, "address_confirmed", actor)
    return case


@transaction.atomic
def identify_applicant(*, actor: User, case: Case, check: str, account: bool = False) -> Case:
    """The agent saw who applies, and states how (an ``IdentityCheck``): the applicant is known from now on.

    ``account``: the account that sent the request is hers, so that her next requests are known too.
    """
    case = lock_if_allowed(case, "identify")
    if account:
        identity.link_proven_account(actor=actor, case=case)
    _raise(case, IdentityLevel.KNOWN)
    audit_log.record_event(case, "identified", actor, check=check, account=account)
    mark_process_due(case)
    return case


@transaction.atomic
def record_identity_proof(*, actor: Actor = SYSTEM, case: Case, proof: IdentityProof) -> None:
    """The account that sent the request was proven to be the applicant's: the process is looked at again."""
    case = lock_case(case.pk)
    if case.is_open and case.identity_level < proof.level and identity.concerns_applicant(proof, case):
        _raise(case, proof.level)
        audit_log.record_event(case, "identity_proven", actor, level=proof.level, means=proof.means)
        mark_process_due(case)


def _raise(case: Case, level: int) -> None:
    case.identity_level = max(case.identity_level, level)
    case.save(update_fields=["identity_level"])
