"""How a case ends: by a decision, by the applicant's withdrawal, or because all is done."""

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import deputies, emails, states, trace
from ..actors import SYSTEM, Actor
from ..formal.notifying import notify
from ..models import Case, CaseStage, NoticeKind
from ..notices import actions as notices
from ..progress import ahead, current
from ..stages import decided, decides, name_of, proposal, tells_acceptance
from ..stages.decision import four_eyes, impossible, objection
from ..states import Outcome
from .amending import settle_people
from .base import IllegalTransition, allowed, close, wake_row, words


def may_decide(case: Case) -> bool:
    """Whether the case has come to its decision; screens ask before they offer it."""
    try:
        return bool(_decision(case))
    except IllegalTransition:
        return False


def may_accept(case: Case) -> bool:
    """Whether it has come to its decision, which may be a yes."""
    return may_decide(case) and not impossible(case)


@transaction.atomic
def accept(*, actor: User, case: Case, reason: str = "", details: dict | None = None, seen=None) -> Case:
    """Decides yes; the process goes on. ``details`` is what the decision's forms stated, by their key.

    The last decision accepts the case. One that another follows approves it; the applicant hears nothing yet.
    With four eyes it is proposed, and a second agent confirms.
    """
    case, said, details = allowed(case, "accept", seen), words(reason, empty=True), details or {}
    row = _decision(case)
    _refuse_objection(case, said)
    if four_eyes(row):
        return _propose(case, row, actor, Outcome.ACCEPTED, said, details)
    return _accept(case, row, actor, said, details)


@transaction.atomic
def refuse(*, actor: User, case: Case, reason: str, seen: int | None = None) -> Case:
    """Decides no, with the reason that the applicant reads. Closes the case; with four eyes, once confirmed."""
    case, said = allowed(case, "refuse", seen), words(reason)
    if any(map(four_eyes, ahead(case))):
        return _propose(case, _decision(case), actor, Outcome.REFUSED, said, {})
    return _refuse(case, actor, said)


@transaction.atomic
def review(*, actor: User, case: Case, agreed: bool, reason: str = "", seen: int | None = None) -> Case:
    """The second of four eyes: with it the proposal is decided; sent back, with the reason, it is decided anew."""
    case = allowed(case, "review", seen)
    row, proposed = _proposed(case)
    if proposed["by"] == actor.pk:
        raise IllegalTransition(_("Somebody else has to confirm what you proposed."))
    refused = proposed["outcome"] == Outcome.REFUSED
    if agreed:
        case = allowed(case, "refuse" if refused else "accept")
    if agreed and not refused:
        _refuse_objection(case, proposed["reason"])
    del row.data["proposal"]
    if not agreed:
        row.save(update_fields=["data"])
        trace.record(case, "sent_back", actor, stage=row.key, reason=words(reason))
        first = deputies.colleagues(case).filter(pk=proposed["by"])
        notices.tell(case=case, kind=NoticeKind.REVIEW, users=first, by=actor, sent_back=words(reason))
    elif refused:
        _refuse(case, actor, proposed["reason"], proposed_by=proposed["by"])
    else:
        _accept(case, row, actor, proposed["reason"], proposed["details"], proposed_by=proposed["by"])
    return case


@transaction.atomic
def withdraw(*, actor: Actor, case: Case, reason: str = "") -> Case:
    """The applicant takes the request back. Closes the case."""
    case = allowed(case, "withdraw")
    close(case, "withdraw", Outcome.WITHDRAWN, words(reason, empty=True))
    settle_people(case, Outcome.WITHDRAWN)
    trace.record(case, "withdrawn", actor, reason=case.reason)
    emails.withdrawn(case)
    return case


@transaction.atomic
def complete(*, actor: Actor, case: Case) -> Case:
    """Closes a case whose stages are all done. What was decided stays; else it is simply completed."""
    case = allowed(case, "complete")
    close(case, "complete", case.outcome or Outcome.COMPLETED, case.reason)
    trace.record(case, "completed", actor, outcome=case.outcome)
    return case


@transaction.atomic
def lapse(*, actor: Actor = SYSTEM, case: Case, outcome: str, reason: str) -> Case:
    """Closes a case whose applicant did not answer, and tells them."""
    case = allowed(case, "lapse")
    close(case, "lapse", outcome, reason)
    trace.record(case, "lapsed", actor, reason=reason)
    emails.lapsed(case)
    return case


def proposed_by(case: Case) -> int | None:
    """Who proposed a decision that a second agent has to confirm; None where nothing is proposed."""
    row = current(case)
    return (proposal(row) or {}).get("by") if row else None


def _decision(case: Case) -> CaseStage:
    """The stage that a decision ends. Refused while an earlier stage is not over."""
    row = next(iter(ahead(case)), None)
    if row is None:
        raise IllegalTransition(_("There is nothing to decide on this case."))
    if not decides(row) or decided(row):
        raise IllegalTransition(_("First comes “%(stage)s”.") % {"stage": name_of(row)})
    if proposal(row):
        raise IllegalTransition(_("A decision is proposed already: confirm it or send it back."))
    return row


def _refuse_objection(case: Case, said: str) -> None:
    """``said``: what the applicant reads with the acceptance."""
    if why := impossible(case) or (not said and objection(case)):
        raise IllegalTransition(why)


def _proposed(case: Case) -> tuple[CaseStage, dict]:
    """The stage at which a decision is proposed, and what is proposed."""
    row = current(case)
    proposed = proposal(row) if row else None
    if proposed is None:
        raise IllegalTransition(_("No decision is proposed on this case."))
    return row, proposed


def _propose(case: Case, row: CaseStage, actor: User, outcome: str, reason: str, details: dict) -> Case:
    """Keeps what the first of two agents decided, for the second."""
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
    trace.record(case, "proposed", actor, stage=row.key, outcome=outcome, reason=reason, details=details)
    notices.tell_of_proposal(case=case, by=actor, outcome=outcome)
    return case


def _accept(case: Case, row: CaseStage, actor: User, said: str, details: dict, **more) -> Case:
    """``more``: what the trace keeps beside, as who proposed it."""
    row.data |= {"details": details, "by": actor.pk} | more
    row.save(update_fields=["data"])
    following = [one for one in ahead(case) if one != row]
    last = not any(map(decides, following))
    case.state = states.after("accept" if last else "approve", case.state)
    case.outcome = Outcome.ACCEPTED if last else ""
    case.reason = "\n\n".join(filter(None, (case.reason, said)))
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "outcome", "reason", "assignee"])
    if last:
        settle_people(case, Outcome.ACCEPTED)
    event = "accepted" if last else "approved"
    trace.record(case, event, actor, stage=row.key, reason=said, details=details, **more)
    if last and not notify(actor=actor, case=case, **more):
        _tell_acceptance(case, following)
    wake_row(case)
    return case


def _tell_acceptance(case: Case, following: list[CaseStage]) -> None:
    """In the words of the service; else in the letter of the stage that comes right after, or in one of ours."""
    if emails.accepted_by_service(case):
        return
    if not any(map(tells_acceptance, following[:1])):
        emails.accepted(case, following)
        return
    following[0].data[emails.ACCEPTED] = True
    following[0].save(update_fields=["data"])


def _refuse(case: Case, actor: User, reason: str, **more) -> Case:
    case.assignee = case.assignee or actor
    close(case, "refuse", Outcome.REFUSED, reason)
    settle_people(case, Outcome.REFUSED, reason)
    trace.record(case, "refused", actor, reason=reason, **more)
    if not notify(actor=actor, case=case, **more):
        emails.refused(case)
    return case
