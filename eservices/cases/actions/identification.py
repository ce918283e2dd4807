"""Identification of applicants, and their links. The identity level of a case only rises."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.deliveries.models import Delivery

from .. import access, audit_log, emails
from ..actors import SYSTEM, Actor, Applicant
from ..exceptions import IllegalTransition
from ..models import Case
from ..workflow import identity
from .base import RELATED, lock_case, lock_if_allowed, mark_process_due

MOST_LINKS = 10  # in one e-mail
MOST_OFFERED = 20  # requests to confirm at once


@transaction.atomic
def confirm_email_address(*, actor: Applicant, case: Case) -> Case:
    """Record that the applicant used the mailed link, which proves the address. Only the first use counts."""
    case = lock_case(case.pk)
    if actor.link is None or not actor.link.mailed or actor.link.case_id != case.pk:
        raise IllegalTransition(_("The address can only be confirmed with the link in our e-mail."))
    if case.email_confirmed_at is None:
        case.email_confirmed_at = timezone.now()
        case.save(update_fields=["email_confirmed_at"])
        _raise_identity_level(case, IdentityLevel.EMAIL)
        audit_log.record_event(case, "address_confirmed", actor)
    return case


@transaction.atomic
def confirm_case_of_account(*, actor: User, case: Case, proven_at: datetime) -> Case:
    """Record that the signed-in person sent the case with their proven address. It then belongs to their account.

    ``proven_at``: when the session proved access to the mailbox.
    """
    case = lock_case(case.pk)
    free = access.unconfirmed_cases(actor, proven_at).filter(pk=case.pk)
    if _names_another(actor.known_as, case) or not free.exists():
        raise IllegalTransition(_("The address can only be confirmed with the link in our e-mail."))
    case.email_confirmed_at = timezone.now()
    case.save(update_fields=["email_confirmed_at"])
    _raise_identity_level(case, IdentityLevel.EMAIL)
    audit_log.record_event(case, "address_confirmed", Applicant(user=actor))
    return case


def cases_to_confirm(user: User, proven_at: datetime) -> list[Case]:
    """Return the newest cases that ``user`` may confirm to have sent."""
    found = access.unconfirmed_cases(user, proven_at).select_related("version", "submission")
    newest, proof = found.order_by("-opened_at")[:MOST_OFFERED], user.known_as
    return [case for case in newest if not _names_another(proof, case)]


def _names_another(proof: IdentityProof | None, case: Case) -> bool:
    """Return whether the case names another person than the account.

    A family may share a mailbox: an account that is proven to be of one person takes no request in another name.
    """
    return bool(proof and case.applicant and not identity.concerns_applicant(proof, case))


@transaction.atomic
def mail_status_links(*, email: str, reference: str = "", language: str) -> Delivery:
    """Mail the links of the newest cases with this address to it; if there are none, an e-mail that says so.

    Whoever asks for it learns nothing, because an e-mail is sent in each case.
    """
    found = access.cases_to_mail(email, reference)[:MOST_LINKS].values_list("pk", flat=True)
    cases = list(
        Case.objects.select_for_update(of=("self",))
        .select_related(*RELATED)
        .filter(pk__in=list(found))
        .order_by("pk")
    )
    audit_log.record_event_for_each(cases, "link_mailed", SYSTEM)
    cases.sort(key=lambda case: case.opened_at, reverse=True)
    return emails.send_status_links(cases, email, language)


@transaction.atomic
def identify_applicant(*, actor: User, case: Case, check: str, account: bool = False) -> Case:
    """Record that the agent identified the applicant, and by which ``IdentityCheck``.

    ``account``: also link the account that sent the request to the applicant, so that later requests are identified
    too.
    """
    case = lock_if_allowed(case, "identify")
    if account:
        identity.link_proven_account(actor=actor, case=case)
    _raise_identity_level(case, IdentityLevel.KNOWN)
    audit_log.record_event(case, "identified", actor, check=check, account=account)
    mark_process_due(case)
    return case


@transaction.atomic
def record_identity_proof(*, actor: Actor = SYSTEM, case: Case, proof: IdentityProof) -> None:
    """Raise the identity level of a case whose account was proven to be the applicant's.

    The process continues. Does nothing if the proof concerns another person or is not higher.
    """
    case = lock_case(case.pk)
    if case.is_open and case.identity_level < proof.level and identity.concerns_applicant(proof, case):
        _raise_identity_level(case, proof.level)
        audit_log.record_event(case, "identity_proven", actor, level=proof.level, means=proof.means)
        mark_process_due(case)


def _raise_identity_level(case: Case, level: int) -> None:
    case.identity_level = max(case.identity_level, level)
    case.save(update_fields=["identity_level"])
