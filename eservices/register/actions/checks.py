"""Requests are compared with the register, and agents decide what the rules cannot."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import trace
from eservices.cases.actions import IllegalTransition
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import kind_of, settings_of

from .. import tasks, tries
from ..comparing import Finding, Found
from ..models import Check, Outcome
from ..people import Declared, content_of
from ..registers import Absent, Away, invented, register
from .base import ask_with_others, claim, pause, wake_worker

PATIENCE = timedelta(hours=1)  # how long a register that is away holds a case up before an agent is asked


@transaction.atomic
def begin_check(
    *,
    actor: Actor = SYSTEM,
    case: Case,
    stage: CaseStage,
    said: Declared,
    required: list[str],
    named: Sequence[Declared] = (),
    newcomer: bool = False,
) -> Check:
    """Writes down what is to be asked for a stage of the case; a worker asks. The case's row must be locked.

    A stage that runs again forgets what it was answered before.

    ``named``: whom the applicant names beside. ``newcomer``: it is expected that the person is not found.
    """
    now = timezone.now()
    check, _new = Check.objects.update_or_create(
        stage=stage,
        defaults={
            "declared": content_of(said),
            "required": required,
            "named": _asked(named),
            "newcomer": newcomer,
            "sender": tries.sender(case),
            "about": tries.about(said),
            "outcome": Outcome.PENDING,
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
    if tries.too_many(case, check, check.asked_at):
        check.outcome, check.due_at = Outcome.TOO_MANY, None
        check.save(update_fields=["outcome", "due_at"])
    else:
        wake_worker(tasks.check, check)
    return check


def check(check_id) -> None:
    """Asks the register and keeps what it said; the case goes on. Safe to call at any time, any number of times."""
    claimed = claim(Check.objects.filter(outcome=Outcome.PENDING), check_id)
    if claimed is None:
        return
    # Whoever rehearses reads in the invented register, never in the real one.
    asked = invented if claimed.stage.case.rehearsal else register
    try:
        others = [one.said for one in claimed.named_checks]
        finding, found = ask_with_others(asked, claimed.said, claimed.required, others)
    except Away as fault:
        _keep_absence(claimed, fault)
    else:
        _keep_finding(claimed, finding, found)


@transaction.atomic
def decide(*, actor: User, check: Check, person: str = "", named: Sequence[str] = ()) -> None:
    """An agent says who it is, by the key of one of the people shown, or that nobody in the register is.

    ``named``: the same for each person whom the applicant names, in their order.
    The case's row must be locked; whoever calls wakes it.
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
def ask_again(*, actor: User, check: Check, said: Declared, named: Sequence[Declared] = ()) -> None:
    """The register is asked once more, as if for the first time. The case's row must be locked."""
    found = _waiting(check)
    found.declared, found.named = content_of(said), _asked(named)
    found.outcome, found.attempts, found.fault = Outcome.PENDING, 0, ""
    found.asked_at = found.due_at = timezone.now()
    found.save(update_fields=["declared", "named", "outcome", "attempts", "fault", "asked_at", "due_at"])
    wake_worker(tasks.check, found)


@transaction.atomic
def run_again(*, actor: Actor = SYSTEM, case: Case) -> bool:
    """Let the finished stages run again whose answer is no longer right, and return whether there is one.

    A stage that only the register's answer led to, and whose work stands, leaves them as they are. The case's row must
    be locked.
    """
    rows = list(case.stages.all())
    finished = [row for row in rows if row.progress == CaseStage.Progress.DONE]
    if not case.is_open or any(_stands_on_register(case, row) for row in finished):
        return False
    wrong = [row for row in finished if row.type == "register" and not kind_of(row).stands(row)]
    for row in wrong:
        row.progress, row.entered_at, row.done_at = CaseStage.Progress.TODO, None, None
        row.save(update_fields=["progress", "entered_at", "done_at"])
    if wrong:
        cases.wake(case=case)
    return bool(wrong)


def _stands_on_register(case: Case, row: CaseStage) -> bool:
    kind = kind_of(row)
    return kind is not None and kind.needs_registered(case, settings_of(row)) and kind.stands(row)


@transaction.atomic
def erase(*, actor: Actor, case: Case) -> None:
    """Forgets what is personal in the checks of a case. Outcomes and dates stay."""
    Check.objects.filter(stage__case=case).update(
        declared={}, people=[], person="", named=[], sender="", about="", fault=""
    )


def _asked(named: Sequence[Declared]) -> list[dict]:
    return [{"declared": content_of(one)} for one in named]


def _waiting(check: Check) -> Check:
    """The check, locked, if it waits for an agent."""
    found = Check.objects.select_for_update().get(pk=check.pk)
    if found.is_pending or found.decided_by_id:
        raise IllegalTransition(_("Somebody was faster: this check is over."))
    return found


@transaction.atomic
def _keep_finding(check: Check, finding: Finding, others: Sequence[Finding]) -> None:
    case = cases.locked(check.stage.case_id)
    protected = any(one.protected for each in (finding, *others) for one in each.people)
    by_itself = finding.outcome == Found.MATCH and not (protected or check.newcomer)
    kept = Check.objects.filter(pk=check.pk, outcome=Outcome.PENDING, attempts=check.attempts).update(
        outcome=Outcome(finding.outcome),
        people=[content_of(one) for one in finding.people],
        person=finding.people[0].key if by_itself else "",
        named=[_found(one, other) for one, other in zip(check.named, others, strict=True)],
        protected=protected,
        answered_at=timezone.now(),
        due_at=None,
        fault="",
    )
    if not kept:
        return  # somebody else was faster
    if protected:
        cases.protect(actor=SYSTEM, case=case)
    trace.record(case, "register_checked", SYSTEM, stage=check.stage.key, outcome=finding.outcome)
    cases.wake(case=case)


def _found(asked: dict, finding: Finding) -> dict:
    """Return a named person with what the register says, and who it is if that needs nobody's judgement."""
    people = [content_of(one) for one in finding.people]
    settled = finding.outcome == Found.MATCH and not any(one.protected for one in finding.people)
    person = finding.people[0].key if settled else ""
    return asked | {"outcome": Outcome(finding.outcome), "people": people, "person": person}


@transaction.atomic
def _keep_absence(check: Check, fault: Away) -> None:
    """Tries again a little later; after a while an agent is asked, at once where there is no register at all."""
    case, now = cases.locked(check.stage.case_id), timezone.now()
    pending = Check.objects.filter(pk=check.pk, outcome=Outcome.PENDING, attempts=check.attempts)
    if not isinstance(fault, Absent) and now - check.asked_at < PATIENCE:
        pending.update(fault=str(fault), due_at=now + pause(check.attempts))
    elif pending.update(outcome=Outcome.AWAY, fault=str(fault), due_at=None):
        trace.record(case, "register_checked", SYSTEM, stage=check.stage.key, outcome=Outcome.AWAY)
        cases.wake(case=case)
