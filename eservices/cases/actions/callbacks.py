"""Callback requests, and codes that join a case to an account later."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log
from ..actors import Actor, Applicant, user_of
from ..exceptions import IllegalTransition
from ..logic import join_codes
from ..models import CallbackRequest, Case, JoinCode
from .base import clean_text, lock_case, lock_if_allowed


@transaction.atomic
def request_callback(
    *, actor: Actor, case: Case, phone: str, wish: str = "", about: str = ""
) -> CallbackRequest:
    """Record that the applicant wants to be called.

    A case has at most one open request: a new one replaces it.
    """
    case = lock_if_allowed(case, "call")
    asked_by = None if isinstance(actor, Applicant) else user_of(actor)
    call, _new = CallbackRequest.objects.update_or_create(
        case=case,
        done_at=None,
        defaults={
            "phone": clean_text(phone),
            "wish": clean_text(wish, empty=True),
            "about": clean_text(about, empty=True),
            "asked_by": asked_by,
            "asked_at": timezone.now(),
        },
    )
    audit_log.record_event(case, "call_asked", actor, call=call.pk, wish=call.wish)
    return call


@transaction.atomic
def record_callback(
    *, actor: User, case: Case, call: CallbackRequest, reached: bool, result: str = ""
) -> CallbackRequest:
    """Record the result of a call. The request stays open if the person was not reached."""
    case = lock_if_allowed(case, "called")
    call = case.calls.select_for_update().get(pk=call.pk)
    if call.done_at:
        raise IllegalTransition(_("%(agent)s has called already.") % {"agent": call.done_by})
    text = clean_text(result, empty=True)
    call.tries = F("tries") + 1
    call.result = text
    if reached:
        call.done_at, call.done_by = timezone.now(), actor
    call.save(update_fields=["tries", "result", "done_at", "done_by"])
    audit_log.record_event(case, "called" if reached else "not_reached", actor, call=call.pk, reason=text)
    return call


@transaction.atomic
def issue_join_code(*, actor: User, case: Case) -> str:
    """Issue a code for a person whose identity ``actor`` has checked.

    Earlier codes become void. Only a hash of the code is stored, so it can be shown only now.
    """
    case = lock_if_allowed(case, "join_code")
    case.join_codes.filter(used_at=None).update(expires_at=timezone.now())
    code = join_codes.new_join_code()
    JoinCode.objects.create(case=case, digest=join_codes.join_code_digest(case.reference, code), author=actor)
    audit_log.record_event(case, "join_code", actor)
    return code


@transaction.atomic
def join_case_to_account(*, actor: User, reference: str, code: str) -> Case:
    """Join the case to the account of ``actor``, who holds the code. A code works once.

    Refuses a wrong code, a used code and an unknown case alike, so that nobody learns whether a case exists.
    """
    known = JoinCode.objects.filter(
        case__reference=reference.strip().upper(),
        digest=join_codes.join_code_digest(reference.strip(), code),
        used_at=None,
        expires_at__gt=timezone.now(),
    )
    held = known.select_for_update(of=("self",)).first()
    if held is None:
        raise IllegalTransition(_("Reference and code do not belong together, or the code is too old."))
    case = lock_case(held.case_id)
    held.used_at = timezone.now()
    held.save(update_fields=["used_at"])
    case.owner = actor
    case.save(update_fields=["owner"])
    audit_log.record_event(case, "joined", Applicant(user=actor))
    return case
