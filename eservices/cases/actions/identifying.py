"""It becomes surer who asks: the level of a case is only raised."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, IdentityProof, User

from .. import identity, trace
from ..actors import SYSTEM, Actor, Applicant
from ..models import Case
from .base import IllegalTransition, allowed, locked, wake_row


@transaction.atomic
def confirm_address(*, actor: Applicant, case: Case) -> Case:
    """Somebody used the link that was mailed: the address is theirs. Only the first time counts."""
    case = locked(case.pk)
    if actor.link is None or not actor.link.mailed or actor.link.case_id != case.pk:
        raise IllegalTransition(_("Only the link that we mailed confirms the address."))
    if case.email_confirmed_at is None:
        case.email_confirmed_at = timezone.now()
        case.save(update_fields=["email_confirmed_at"])
        _raise(case, IdentityLevel.EMAIL)
        trace.record(case, "address_confirmed", actor)
    return case


@transaction.atomic
def identify(*, actor: User, case: Case, check: str, account: bool = False) -> Case:
    """The agent saw who applies, and states how (an ``IdentityCheck``): the applicant is known from now on.

    ``account``: the account that sent the request is hers, so that her next requests are known too.
    """
    case = allowed(case, "identify")
    if account:
        identity.remember(actor=actor, case=case)
    _raise(case, IdentityLevel.KNOWN)
    trace.record(case, "identified", actor, check=check, account=account)
    wake_row(case)
    return case


@transaction.atomic
def note_proof(*, actor: Actor = SYSTEM, case: Case, proof: IdentityProof) -> None:
    """The account that sent the request was proven to be the applicant's: the process is looked at again."""
    case = locked(case.pk)
    if case.is_open and case.identity_level < proof.level and identity.is_about(proof, case):
        _raise(case, proof.level)
        trace.record(case, "identity_proven", actor, level=proof.level, means=proof.means)
        wake_row(case)


def _raise(case: Case, level: int) -> None:
    case.identity_level = max(case.identity_level, level)
    case.save(update_fields=["identity_level"])
