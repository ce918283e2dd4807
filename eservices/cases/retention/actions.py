"""Actions of retention: legal holds, disposal. Its approval is in ``retention.disposal_approval``.

A case that is open, has a legal hold or has unsent deliveries is never disposed of, whatever was approved: the
blockers (``retention.blockers``) are checked while the case is locked.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries import actions as deliveries
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile
from home.web.error_messages import describe_fault

from .. import audit_log
from ..actions import IllegalTransition, answer_erasure, case_search_lines, lock_case
from ..actions.corrections import erase_corrections
from ..actors import SYSTEM, Actor, Applicant
from ..logic.retention_rules import Disposition
from ..models import AnswerErasure, Case, DisposalItem, LegalHold, Opinion
from ..search.terms import search_lines
from ..signals import case_erased
from . import archive, due_cases
from .blockers import blocker_reason

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than the creation of any package
RETRY_AFTER = timedelta(hours=1)  # after an error
RECHECK_AFTER = timedelta(days=1)  # pause before a blocked erasure of answers is tried again


class CaseKept(IllegalTransition):
    """A blocker keeps the case. The message names it."""


# -- Legal holds ---------------------------------------------------------------------------------------------
@transaction.atomic
def place_hold(*, actor: Actor, case: Case, reason: str) -> LegalHold:
    """Protect the case from archiving and erasure until the hold is lifted."""
    case, reason = lock_case(case.pk), reason.strip()[:255]
    if not reason:
        raise IllegalTransition(_("Explain why the case must be kept."))
    if case.submission.erased_at:
        raise IllegalTransition(_("The case is erased already."))
    by = actor if isinstance(actor, User) else None
    written = LegalHold.objects.create(case=case, reason=reason, by=by)
    audit_log.record_event(case, "held", actor, hold=written.pk, reason=reason)
    return written


@transaction.atomic
def release_hold(*, actor: Actor, case: Case, hold: LegalHold) -> None:
    """Lift a legal hold, so that the retention of the case applies again. Does nothing if it is lifted already."""
    case = lock_case(case.pk)
    by = actor if isinstance(actor, User) else None
    standing = LegalHold.objects.in_force().filter(pk=hold.pk, case=case)
    if standing.update(lifted_at=timezone.now(), lifted_by=by):
        audit_log.record_event(case, "hold_lifted", actor, hold=hold.pk, reason=hold.reason)


# -- Disposals -----------------------------------------------------------------------------------------------
def dispose_of_case(item_id: int) -> None:
    """Carry out one approved disposal: archive the case if its rule says so, then erase it.

    Safe to call at any time, repeatedly: after an interruption the next call writes the same package to the same
    place and erases once. If something happened after the package was made, it is made again.
    """
    item = _claim(item_id)
    if item is None:
        return
    try:
        seen, location, digest = audit_log.last_event_number(item.case), "", ""
        if item.disposal.disposition == Disposition.ARCHIVE:
            location, digest = archive.archive_case(item.case, timezone.now())
        _finish(item, seen, location, digest)
    except CaseKept as reason:
        _update_pending(item, due_at=None, reason=str(reason))
    except Exception as fault:
        logger.exception("Case %s could not be disposed of", item.case)
        _update_pending(item, due_at=timezone.now() + RETRY_AFTER, reason=describe_fault(fault)[:2000])


def _update_pending(item: DisposalItem, **fields: Any) -> None:
    """Update the item unless it is done.

    If a done item ran again, the erased case would replace the complete one in the archive.
    """
    DisposalItem.objects.filter(pk=item.pk, done_at=None).update(**fields)


def _claim(item_id: int) -> DisposalItem | None:
    """Claim the item for ``CLAIM``. Return None if it is done or another worker has it."""
    now = timezone.now()
    if not DisposalItem.objects.due(now).filter(pk=item_id).update(due_at=now + CLAIM):
        return None
    return DisposalItem.objects.select_related(
        "disposal", "case__submission", "case__version", "case__form", "case__team"
    ).get(pk=item_id)


@transaction.atomic
def _finish(item: DisposalItem, seen: int, location: str, digest: str) -> None:
    case = lock_case(item.case_id)
    item = DisposalItem.objects.select_for_update(of=("self",)).select_related("disposal").get(pk=item.pk)
    if item.due_at is None:
        return
    if audit_log.last_event_number(case) != seen:
        raise IllegalTransition("Something happened on the case while it was being archived.")
    disposal = item.disposal
    erase_case(
        actor=SYSTEM,
        case=case,
        disposition=disposal.disposition,
        disposal=str(disposal.pk),
        authority=disposal.authority,
        archive=digest,
    )
    DisposalItem.objects.filter(pk=item.pk).update(
        due_at=None, done_at=timezone.now(), reason="", location=location, digest=digest
    )


@transaction.atomic
def erase_case(*, actor: Actor, case: Case, **why: Any) -> None:
    """Erase the personal data of a case.

    Reference, service, dates, outcome and figures stay, and so does the proof of its audit log. ``why``: further data
    for the last event. Raise CaseKept if a blocker keeps the case.
    """
    case = lock_case(case.pk)
    if reason := blocker_reason(case):
        raise CaseKept(_("The case cannot be erased: %(reason)s.") % {"reason": reason})
    case_erased.send(sender=Case, case=case, actor=actor)
    submissions.destroy_files(StoredFile.objects.filter(messages__case=case))
    submissions.erase_submission(actor=actor, submission=case.submission)
    deliveries.erase_deliveries_about(actor=actor, subject=case.subject)
    for rows in (case.messages, case.notes, case.links, case.calls, case.join_codes, case.persons):
        rows.all().delete()
    Opinion.objects.filter(stage__case=case).delete()
    erase_corrections(case)
    case.enclosures.update(reason="")
    case.stages.update(data={}, reason="")
    case.holds.update(reason="")
    AnswerErasure.objects.filter(case=case).delete()
    case.reason, case.data, case.search_text = "", {}, search_lines([case.reference])
    case.save(update_fields=["reason", "data", "search_text"])
    case.events.erase()
    audit_log.record_event(case, "erased", actor, **why)


@transaction.atomic
def erase_case_on_request(*, actor: Applicant, case: Case) -> None:
    """Erase a closed case before the end of its retention, if its service allows applicants to request this."""
    rule = due_cases.rule_for(case)
    if rule is None or not rule.on_request:
        raise CaseKept(_("The law wants us to keep this request."))
    erase_case(actor=actor, case=case, requested=True)


# -- Answers with a shorter retention ------------------------------------------------------------------------
@transaction.atomic
def erase_answers(*, actor: Actor, case: Case, now: datetime) -> None:
    """Erase the answers of a closed case whose retention is over, and deliveries that repeat them.

    If a blocker keeps the case, this is tried again a day later; if the case was reopened, after it closes.
    """
    case = lock_case(case.pk)
    row = AnswerErasure.objects.due(now).filter(case=case).first()
    if row is None:
        return
    if case.is_open:
        row.delete()
        return
    if blocker_reason(case):
        _reschedule(row, now + RECHECK_AFTER)
        return
    due = answer_erasure.answers_due_for_erasure(case)
    keys = sorted(key for key, moment in due.items() if moment <= now)
    submissions.erase_answers(actor=actor, submission=case.submission, keys=keys)
    deliveries.erase_contents_about(actor=actor, subject=case.subject)
    erase_corrections(case, keys)
    case.search_text = case_search_lines(case)
    case.save(update_fields=["search_text"])
    audit_log.record_event(case, "answers_erased", actor, questions=keys)
    _reschedule(row, min((moment for moment in due.values() if moment > now), default=None))


def _reschedule(row: AnswerErasure, due_at: datetime | None) -> None:
    if due_at is None:
        row.delete()
    else:
        row.due_at = due_at
        row.save(update_fields=["due_at"])
