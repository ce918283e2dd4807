"""Endings of cases: decision, withdrawal, completion, and closing without an answer."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log, emails, states
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition
from ..models import Case, CaseStage, NotificationType
from ..stages import announces_acceptance, is_decided, is_decision_stage, proposed_decision, stage_name
from ..stages.decision import acceptance_obstacle, acceptance_warning, needs_second_agent
from ..states import CaseOutcome
from ..workflow import absences
from ..workflow.headline import withdrawal_objection
from ..workflow.progress import current_stage, stages_ahead
from . import agent_notifications as notices
from .base import clean_text, close_case, lock_if_allowed, mark_process_due
from .corrections import apply_outcome_to_people
from .decision_notification.writing import write_and_send_decision


def can_decide(case: Case) -> bool:
    """Return whether the case can be decided now. For pages that offer the decision."""
    try:
        return bool(_stage_to_decide(case))
    except IllegalTransition:
        return False


def can_accept(case: Case) -> bool:
    """Return whether the case can be decided now and nothing prevents accepting it."""
    return can_decide(case) and not acceptance_obstacle(case)


@transaction.atomic
def accept_case(
    *,
    actor: User,
    case: Case,
    reason: str = "",
    details: dict[str, Any] | None = None,
    seen: int | None = None,
) -> Case:
    """Accept the case and continue its process.

    The last decision accepts it. An earlier one approves it without telling the applicant. If two agents must agree,
    the first proposes and the second confirms. ``details``: cleaned data of the acceptance forms, by key.
    """
    case, text, details = lock_if_allowed(case, "accept", seen), clean_text(reason, empty=True), details or {}
    row = _stage_to_decide(case)
    _refuse_objection(case, text)
    if needs_second_agent(row):
        return _propose(case, row, actor, CaseOutcome.ACCEPTED, text, details)
    return _accept(case, row, actor, text, details)


@transaction.atomic
def refuse_case(*, actor: User, case: Case, reason: str, seen: int | None = None) -> Case:
    """Refuse and close the case. The applicant reads the reason.

    If two agents must agree, the first proposes and the second confirms.
    """
    case, text = lock_if_allowed(case, "refuse", seen), clean_text(reason)
    if any(map(needs_second_agent, stages_ahead(case))):
        return _propose(case, _stage_to_decide(case), actor, CaseOutcome.REFUSED, text, {})
    return _refuse(case, actor, text)


@transaction.atomic
def review_proposal(
    *, actor: User, case: Case, agreed: bool, reason: str = "", seen: int | None = None
) -> Case:
    """Confirm the decision that another agent proposed, or send it back with a reason.

    A confirmed proposal is decided; after one that was sent back, the case can be decided again.
    """
    case = lock_if_allowed(case, "review", seen)
    row, proposed = _pending_proposal(case)
    if proposed["by"] == actor.pk:
        raise IllegalTransition(_("Another agent has to confirm your proposal."))
    refused = proposed["outcome"] == CaseOutcome.REFUSED
    if agreed:
        case = lock_if_allowed(case, "refuse" if refused else "accept")
    if agreed and not refused:
        _refuse_objection(case, proposed["reason"])
    del row.data["proposal"]
    if not agreed:
        row.save(update_fields=["data"])
        audit_log.record_event(case, "sent_back", actor, stage=row.key, reason=clean_text(reason))
        first = absences.visible_colleagues(case).filter(pk=proposed["by"])
        notices.notify_agents(
            case=case, kind=NotificationType.REVIEW, users=first, by=actor, sent_back=clean_text(reason)
        )
    elif refused:
        _refuse(case, actor, proposed["reason"], proposed_by=proposed["by"])
    else:
        _accept(case, row, actor, proposed["reason"], proposed["details"], proposed_by=proposed["by"])
    return case


@transaction.atomic
def withdraw_request(*, actor: Actor, case: Case, reason: str = "") -> Case:
    """Record that the applicant withdraws the request, and close the case.

    Raise IllegalTransition if the withdrawal would have no effect, such as after the document was issued.
    """
    case = lock_if_allowed(case, "withdraw")
    if objection := withdrawal_objection(case):
        raise IllegalTransition(objection)
    close_case(case, "withdraw", CaseOutcome.WITHDRAWN, clean_text(reason, empty=True))
    apply_outcome_to_people(case, CaseOutcome.WITHDRAWN)
    audit_log.record_event(case, "withdrawn", actor, reason=case.reason)
    emails.send_withdrawal(case)
    return case


@transaction.atomic
def complete_case(*, actor: Actor, case: Case) -> Case:
    """Close a case whose stages are all done.

    An outcome from a decision stays; without one it is “completed”.
    """
    case = lock_if_allowed(case, "complete")
    close_case(case, "complete", case.outcome or CaseOutcome.COMPLETED, case.reason)
    audit_log.record_event(case, "completed", actor, outcome=case.outcome)
    return case


@transaction.atomic
def close_unanswered(*, actor: Actor = SYSTEM, case: Case, outcome: str, reason: str) -> Case:
    """Close a case whose applicant did not answer, and tell them by e-mail."""
    case = lock_if_allowed(case, "lapse")
    close_case(case, "lapse", outcome, reason)
    audit_log.record_event(case, "lapsed", actor, reason=reason)
    emails.send_closed_unanswered(case)
    return case


def proposing_agent(case: Case) -> int | None:
    """Return the key of the agent who proposed a decision; None if nothing is proposed."""
    row = current_stage(case)
    return (proposed_decision(row) or {}).get("by") if row else None


def _stage_to_decide(case: Case) -> CaseStage:
    """Return the stage that a decision would end.

    Raise IllegalTransition if an earlier stage is not over or a proposal is pending.
    """
    row = next(iter(stages_ahead(case)), None)
    if row is None:
        raise IllegalTransition(_("This case has nothing to decide."))
    if not is_decision_stage(row) or is_decided(row):
        raise IllegalTransition(_("“%(stage)s” comes first.") % {"stage": stage_name(row)})
    if proposed_decision(row):
        raise IllegalTransition(_("A decision is proposed already: confirm it or send it back."))
    return row


def _refuse_objection(case: Case, text: str) -> None:
    """Raise IllegalTransition if something prevents accepting the case.

    A mere warning counts only if ``text``, the text for the applicant, is empty.
    """
    if why := acceptance_obstacle(case) or (not text and acceptance_warning(case)):
        raise IllegalTransition(why)


def _pending_proposal(case: Case) -> tuple[CaseStage, dict[str, Any]]:
    """Return the stage with a proposed decision, and the proposal. Raise IllegalTransition if there is none."""
    row = current_stage(case)
    proposed = proposed_decision(row) if row else None
    if row is None or proposed is None:
        raise IllegalTransition(_("No decision is proposed on this case."))
    return row, proposed


def _propose(
    case: Case, row: CaseStage, actor: User, outcome: str, reason: str, details: dict[str, Any]
) -> Case:
    """Record the decision of the first of two agents, for the second to confirm."""
    row.data["proposal"] = {
        "by": actor.pk,
        "name": str(actor),
        "outcome": outcome,
        "reason": reason,
        "details": details,
    }
    row.save(update_fields=["data"])
    case.assignee = case.assignee or actor
    case.save(update_fields=["assignee"])
    audit_log.record_event(
        case, "proposed", actor, stage=row.key, outcome=outcome, reason=reason, details=details
    )
    notices.notify_of_proposal(case=case, by=actor, outcome=outcome)
    return case


def _accept(case: Case, row: CaseStage, actor: User, text: str, details: dict[str, Any], **more: Any) -> Case:
    """Accept the case, or approve it if another decision follows.

    ``more``: further data for the event, such as who proposed the decision.
    """
    row.data |= {"details": details, "by": actor.pk} | more
    row.save(update_fields=["data"])
    following = [one for one in stages_ahead(case) if one != row]
    last = not any(map(is_decision_stage, following))
    case.state = states.next_state("accept" if last else "approve", case.state)
    case.outcome = CaseOutcome.ACCEPTED if last else ""
    case.reason = "\n\n".join(filter(None, (case.reason, text)))
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "outcome", "reason", "assignee"])
    if last:
        apply_outcome_to_people(case, CaseOutcome.ACCEPTED)
    event = "accepted" if last else "approved"
    audit_log.record_event(case, event, actor, stage=row.key, reason=text, details=details, **more)
    if last and not write_and_send_decision(actor=actor, case=case, **more):
        _announce_acceptance(case, following)
    mark_process_due(case)
    return case


def _announce_acceptance(case: Case, following: list[CaseStage]) -> None:
    """Tell the applicant of the acceptance, with the most specific text there is.

    This is the service's letter template, else the message of the stage that follows, else the general one.
    """
    if emails.send_service_acceptance(case):
        return
    if not any(map(announces_acceptance, following[:1])):
        emails.send_acceptance(case, following)
        return
    following[0].data[emails.ACCEPTED] = True
    following[0].save(update_fields=["data"])


def _refuse(case: Case, actor: User, reason: str, **more: Any) -> Case:
    case.assignee = case.assignee or actor
    close_case(case, "refuse", CaseOutcome.REFUSED, reason)
    apply_outcome_to_people(case, CaseOutcome.REFUSED, reason)
    audit_log.record_event(case, "refused", actor, reason=reason, **more)
    if not write_and_send_decision(actor=actor, case=case, **more):
        emails.send_refusal(case)
    return case
