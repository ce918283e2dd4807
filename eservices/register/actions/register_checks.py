"""Register checks of cases, and the decisions of agents where the rules are not enough."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import current_settings, kind_of

from .. import lookup_limits
from ..comparison import Match, MatchResult
from ..models import CheckOutcome, RegisterCheck
from ..persons import DeclaredPerson, to_json_data
from ..population_register import (
    NoRegisterConfigured,
    RegisterUnavailable,
    configured_register,
    demo_register,
)
from ..signals import lookup_due
from .lookups import ask_with_others, claim_row, retry_pause

MAX_OUTAGE_WAIT = timedelta(
    hours=1
)  # how long an unavailable register delays a case before an agent has to decide


@transaction.atomic
def create_check(
    *,
    actor: Actor = SYSTEM,
    case: Case,
    stage: CaseStage,
    said: DeclaredPerson,
    required: list[str],
    named: Sequence[DeclaredPerson] = (),
    newcomer: bool = False,
) -> RegisterCheck:
    """Store what to ask the register for a stage of the case; a worker asks.

    The row of the case must be locked. A stage that runs again loses its earlier answer. If the limits of lookups
    are reached, the register is not asked. ``named``: persons that the applicant names. ``newcomer``: the applicant
    is expected not to be found.
    """
    now = timezone.now()
    check, _new = RegisterCheck.objects.update_or_create(
        stage=stage,
        defaults={
            "declared": to_json_data(said),
            "required": required,
            "named": _asked(named),
            "newcomer": newcomer,
            "sender": lookup_limits.lookup_sender(case),
            "about": lookup_limits.lookup_person(said),
            "outcome": CheckOutcome.PENDING,
            "people": [],
            "person": "",
            "protected": False,
            "asked_at": now,
            "answered_at": None,
            "due_at": now,
            "attempts": 0,
            "fault": "",
            "decided_by": None,
            "decided_at": None,
        },
    )
    if lookup_limits.is_limit_reached(case, check, check.asked_at):
        check.outcome, check.due_at = CheckOutcome.TOO_MANY, None
        check.save(update_fields=["outcome", "due_at"])
    else:
        lookup_due.send(sender=RegisterCheck, row=check)
    return check


def run_check(check_id: int) -> None:
    """Ask the register, store the answer and continue the case. Safe to call at any time, any number of times."""
    claimed = claim_row(RegisterCheck.objects.filter(outcome=CheckOutcome.PENDING), check_id)
    if claimed is None:
        return
    # A rehearsal reads the invented register, never the real one.
    asked = demo_register if claimed.stage.case.rehearsal else configured_register
    try:
        others = [one.declared_person for one in claimed.named_checks]
        finding, found = ask_with_others(asked, claimed.declared_person, claimed.required, others)
    except RegisterUnavailable as fault:
        _keep_absence(claimed, fault)
    else:
        _keep_finding(claimed, finding, found)


@transaction.atomic
def decide_check(*, actor: User, check: RegisterCheck, person: str = "", named: Sequence[str] = ()) -> None:
    """Store which of the shown candidates an agent identified; "" for nobody.

    ``named``: the same for each named person, in their order. The row of the case must be locked; the caller wakes
    the process.
    """
    found = _waiting(check)
    chosen = [(person, found.candidates)]
    chosen += [(key, one.candidates) for key, one in zip(named, found.named_checks, strict=False)]
    if any(key and key not in {one.key for one in shown} for key, shown in chosen):
        raise IllegalTransition(_("This person is not among those shown."))
    keys = [*named, *[""] * len(found.named)]
    found.named = [one | {"person": key} for one, key in zip(found.named, keys, strict=False)]
    found.person, found.decided_by, found.decided_at = person, actor, timezone.now()
    found.save(update_fields=["person", "named", "decided_by", "decided_at"])


@transaction.atomic
def repeat_check(
    *, actor: User, check: RegisterCheck, said: DeclaredPerson, named: Sequence[DeclaredPerson] = ()
) -> None:
    """Ask the register again, as if for the first time. The row of the case must be locked."""
    found = _waiting(check)
    found.declared, found.named = to_json_data(said), _asked(named)
    found.outcome, found.attempts, found.fault = CheckOutcome.PENDING, 0, ""
    found.asked_at = found.due_at = timezone.now()
    found.save(update_fields=["declared", "named", "outcome", "attempts", "fault", "asked_at", "due_at"])
    lookup_due.send(sender=RegisterCheck, row=found)


@transaction.atomic
def run_again(*, actor: Actor = SYSTEM, case: Case) -> bool:
    """Reset finished register stages whose answer is outdated; return whether there are any.

    They stay finished if a later stage that depends on the register is finished and still valid. The row of the
    case must be locked.
    """
    rows = list(case.stages.all())
    finished = [row for row in rows if row.progress == CaseStage.Progress.DONE]
    if not case.is_open or any(_stands_on_register(case, row) for row in finished):
        return False
    checks = [row for row in finished if row.type == "register"]
    wrong = [row for row in checks if (kind := kind_of(row)) is not None and not kind.stands(row)]
    for row in wrong:
        row.progress, row.entered_at, row.done_at = CaseStage.Progress.TODO, None, None
        row.save(update_fields=["progress", "entered_at", "done_at"])
    if wrong:
        cases.wake_process(case=case)
    return bool(wrong)


def _stands_on_register(case: Case, row: CaseStage) -> bool:
    kind = kind_of(row)
    return kind is not None and kind.needs_registered(case, current_settings(row)) and kind.stands(row)


@transaction.atomic
def erase_checks(*, actor: Actor, case: Case) -> None:
    """Erase the personal data in the checks of a case. Outcomes and dates stay."""
    RegisterCheck.objects.filter(stage__case=case).update(
        declared={}, people=[], person="", named=[], sender="", about="", fault=""
    )


def _asked(named: Sequence[DeclaredPerson]) -> list[dict[str, Any]]:
    return [{"declared": to_json_data(one)} for one in named]


def _waiting(check: RegisterCheck) -> RegisterCheck:
    """Return the check, locked, if it waits for an agent. Raise ``IllegalTransition`` if not."""
    found = RegisterCheck.objects.select_for_update().get(pk=check.pk)
    if found.is_pending or found.decided_by_id:
        raise IllegalTransition(_("This check has already been decided by another person."))
    return found


@transaction.atomic
def _keep_finding(check: RegisterCheck, finding: Match, others: Sequence[Match]) -> None:
    case = cases.lock_case(check.stage.case_id)
    protected = any(one.protected for each in (finding, *others) for one in each.people)
    by_itself = finding.outcome == MatchResult.MATCH and not (protected or check.newcomer)
    kept = RegisterCheck.objects.filter(
        pk=check.pk, outcome=CheckOutcome.PENDING, attempts=check.attempts
    ).update(
        outcome=CheckOutcome(finding.outcome),
        people=[to_json_data(one) for one in finding.people],
        person=finding.people[0].key if by_itself else "",
        named=[_found(one, other) for one, other in zip(check.named, others, strict=True)],
        protected=protected,
        answered_at=timezone.now(),
        due_at=None,
        fault="",
    )
    if not kept:
        return  # another worker was faster
    if protected:
        cases.protect(actor=SYSTEM, case=case)
    audit_log.record_event(case, "register_checked", SYSTEM, stage=check.stage.key, outcome=finding.outcome)
    cases.wake_process(case=case)


def _found(asked: dict[str, Any], finding: Match) -> dict[str, Any]:
    """Return the named person with the register's answer, and with the key if no agent has to judge."""
    people = [to_json_data(one) for one in finding.people]
    settled = finding.outcome == MatchResult.MATCH and not any(one.protected for one in finding.people)
    person = finding.people[0].key if settled else ""
    return asked | {"outcome": CheckOutcome(finding.outcome), "people": people, "person": person}


@transaction.atomic
def _keep_absence(check: RegisterCheck, fault: RegisterUnavailable) -> None:
    """Schedule another attempt; after ``MAX_OUTAGE_WAIT`` leave the check to an agent.

    Without a register the check is left to an agent at once.
    """
    case, now = cases.lock_case(check.stage.case_id), timezone.now()
    pending = RegisterCheck.objects.filter(pk=check.pk, outcome=CheckOutcome.PENDING, attempts=check.attempts)
    if not isinstance(fault, NoRegisterConfigured) and now - check.asked_at < MAX_OUTAGE_WAIT:
        pending.update(fault=str(fault), due_at=now + retry_pause(check.attempts))
    elif pending.update(outcome=CheckOutcome.AWAY, fault=str(fault), due_at=None):
        audit_log.record_event(
            case, "register_checked", SYSTEM, stage=check.stage.key, outcome=CheckOutcome.AWAY
        )
        cases.wake_process(case=case)
