"""Every write of transmissions: put into the outbox, sent, answered, replaced, erased."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log
from eservices.cases.actions.base import lock_case, mark_process_due
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case
from eservices.cases.stages import current_settings
from eservices.deliveries import actions as deliveries
from home.exceptions import ActionRefused

from ..business_system import FieldReason, Operation, Receipt, ValuesDoNotFit, exchange_formats
from . import emails
from .case_values import map_case_of_stage
from .logic.mapping import MappedCase
from .logic.receipt_rules import receipt_effect
from .models import ConnectedSystem, Transmission

CARRIER = "transmission"
LOGGED = "transmissions.system"
TYPE = "transmission"  # of the stage
LONGEST_REFERENCE, LONGEST_TEXT = 200, 1000  # characters of what a system says
State = Transmission.State
# Events of a case after which what was transmitted holds no longer.
WITHDRAWING = frozenset(("withdrawn", "lapsed", "reopened", "merged_with"))


class TransmissionRefused(ActionRefused):
    """An action on a transmission is not possible now."""


# -- From the case to the system -----------------------------------------------------------------------------
def queue_transmission(
    *, actor: Actor, case: Case, stage: str, system: ConnectedSystem, mapped: MappedCase
) -> Transmission:
    """Put a transmission of a case into the outbox, or beside it until its file is collected.

    It replaces those before it whose answer is open. Runs in the caller's transaction; the case is locked.
    """
    before = Transmission.objects.of_stage(case, stage).last()
    renewed = before is not None and before.operation != Operation.WITHDRAWAL
    operation = Operation.CORRECTION if renewed else Operation.NEW
    return _queue(case, stage, system, mapped.content(), operation, before, actor)


def withdraw_transmissions(*, actor: Actor, case: Case) -> None:
    """Tell each system that what it got of this case holds no longer. The case is locked."""
    for stage in _stages_of(case):
        last = Transmission.objects.of_stage(case, stage).select_related("system").last()
        if last is None or last.operation == Operation.WITHDRAWAL:
            continue
        if last.state == State.WAITING and last.number == 1 and last.delivery_id is None:
            last.delete()  # not collected yet: the system never hears of it
            continue
        _queue(case, stage, last.system, last.content, Operation.WITHDRAWAL, last, actor)


def transmit_corrections(*, actor: Actor, case: Case) -> None:
    """Transmit a case again whose mapped values a correction changed. The case is locked.

    What does not fit the system any more is noted on the case and not sent.
    """
    for row in case.stages.filter(type=TYPE):
        last = Transmission.objects.of_stage(case, row.key).select_related("system").last()
        if last is None or last.operation == Operation.WITHDRAWAL:
            continue
        mapped = map_case_of_stage(case, current_settings(row))
        reasons = mapped.reasons or problems_of(last.system, case, mapped)
        if reasons:
            audit_log.record_event(case, "transmission_held", actor, stage=row.key, reason=_names(reasons))
        elif not is_same(last, mapped):
            queue_transmission(actor=actor, case=case, stage=row.key, system=last.system, mapped=mapped)


def _queue(
    case: Case,
    stage: str,
    system: ConnectedSystem,
    content: dict[str, Any],
    operation: Operation,
    before: Transmission | None,
    actor: Actor,
) -> Transmission:
    number = before.number + 1 if before else 1
    Transmission.objects.of_stage(case, stage).exclude(state__in=(State.ACCEPTED, State.WAITING)).update(
        state=State.REPLACED
    )
    found = Transmission.objects.create(
        case=case, stage=stage, system=system, number=number, operation=operation, content=content
    )
    if system.rhythm == ConnectedSystem.Rhythm.AT_ONCE:
        _put_into_outbox(system, [found])
    audit_log.record_event(
        case, "transmission_queued", actor, stage=stage, name=system.name, transmission=number
    )
    return found


def _put_into_outbox(system: ConnectedSystem, transmissions: Sequence[Transmission]) -> None:
    first = transmissions[0]
    alone = len(transmissions) == 1
    delivery = deliveries.queue_delivery(
        carrier=CARRIER,
        recipient=system.name,
        title=system.name if alone else f"{system.name} ({len(transmissions)})",
        payload={"system": system.pk},
        subject=first.case.subject if alone else "",
        rehearsal=alone and first.case.rehearsal,
    )
    Transmission.objects.filter(pk__in=[one.pk for one in transmissions]).update(delivery=delivery)


@transaction.atomic
def collect_transmissions(*, actor: object = SYSTEM, system: ConnectedSystem, now: datetime) -> int:
    """Put what waits for a file of the day into the outbox, if its hour or its number has come. Return how many."""
    system = ConnectedSystem.objects.select_for_update().get(pk=system.pk)
    local = timezone.localtime(now)
    waiting = system.transmissions.filter(state=State.WAITING, delivery=None, case__rehearsal=False)
    is_hour = local.hour >= system.hour and (
        system.collected_on is None or system.collected_on < local.date()
    )
    is_full = system.collect_up_to is not None and waiting.count() >= system.collect_up_to
    if not is_hour and not is_full:
        return 0
    collected = list(waiting.select_related("case").order_by("created_at", "number")[:10_000])
    if collected:
        _put_into_outbox(system, collected)
    if is_hour:
        system.collected_on = local.date()
        system.save(update_fields=["collected_on"])
    return len(collected)


def problems_of(system: ConnectedSystem, case: Case, mapped: MappedCase) -> tuple[FieldReason, ...]:
    """Return why the file format of a system cannot hold the values. Nothing is written."""
    layout = system.configuration
    if "format" not in layout:
        return ()
    record = draft_of(case, system, mapped).record()
    try:
        for _chunk in exchange_formats[layout["format"]](layout.get("layout") or {}).write([record]):
            pass
    except ValuesDoNotFit as fault:
        return fault.reasons
    return ()


def draft_of(case: Case, system: ConnectedSystem | None, mapped: MappedCase) -> Transmission:
    """Return a transmission that is not stored."""
    return Transmission(case=case, stage="", system=system, number=1, content=mapped.content())


def is_same(transmission: Transmission, mapped: MappedCase) -> bool:
    """Return whether a transmission has these values already."""
    return bool(transmission.content == mapped.content())


# -- From the system to the case -----------------------------------------------------------------------------
def mark_sent(*, transmission: Transmission, now: datetime) -> None:
    """Note that a system has a transmission. A receipt may have come before."""
    days = transmission.system.answers_within
    sent = Transmission.objects.filter(pk=transmission.pk, sent_at=None)
    sent.update(sent_at=now, answer_due_at=now + timedelta(days=days))
    sent = Transmission.objects.filter(pk=transmission.pk, state=State.WAITING)
    if sent.update(state=State.SENT):
        cases.wake_process(case=transmission.case)


@transaction.atomic
def store_receipt(*, system: ConnectedSystem, transmission: Transmission, receipt: Receipt) -> str:
    """Store what a system said of a transmission. Return why a person must look at the receipt; "" if it is stored.

    Only the last transmission of a stage decides how its case goes on.
    """
    case = lock_case(transmission.case_id)
    transmission = Transmission.objects.select_for_update().get(pk=transmission.pk)
    if case.submission.erased_at:
        return _("The data of this case were erased.")
    effect = receipt_effect(
        transmission.state,
        transmission.their_reference,
        receipt.state,
        receipt.their_reference[:LONGEST_REFERENCE],
    )
    if effect.set_aside or not effect.state:
        return effect.set_aside
    now = timezone.now()
    transmission.state, transmission.answered_at = State(effect.state), receipt.at or now
    transmission.sent_at = transmission.sent_at or now
    transmission.their_reference = (receipt.their_reference or transmission.their_reference)[
        :LONGEST_REFERENCE
    ]
    transmission.reasons = [[one.field[:100], one.text[:LONGEST_TEXT]] for one in receipt.reasons[:100]]
    transmission.question = receipt.question[:LONGEST_TEXT]
    transmission.save()
    audit_log.record_event(
        case,
        f"transmission_{effect.state}",
        SYSTEM,
        stage=transmission.stage,
        name=system.name,
        transmission=transmission.number,
        number=transmission.their_reference,
    )
    _go_on(case, transmission)
    return ""


@transaction.atomic
def mark_silent(*, transmission: Transmission, now: datetime) -> None:
    """Give a transmission without an answer back to the agents."""
    case = lock_case(transmission.case_id)
    overdue = Transmission.objects.overdue(now).filter(pk=transmission.pk)
    if not overdue.update(state=State.SILENT):
        return
    transmission.refresh_from_db()
    audit_log.record_event(
        case, "transmission_silent", SYSTEM, stage=transmission.stage, name=transmission.system.name
    )
    _go_on(case, transmission)


def settle_by_hand(*, actor: User, transmission: Transmission, reference: str) -> None:
    """Note that an agent learned in another way that the system has it. The case is locked by the caller."""
    transmission.state, transmission.their_reference = State.ACCEPTED, reference[:LONGEST_REFERENCE]
    transmission.answered_at = timezone.now()
    transmission.save(update_fields=["state", "their_reference", "answered_at"])


def _go_on(case: Case, transmission: Transmission) -> None:
    last = Transmission.objects.of_stage(case, transmission.stage).last()
    if last is None or last.pk != transmission.pk:
        return
    mark_process_due(case)
    if transmission.state in (State.REFUSED, State.ASKED_BACK, State.SILENT) and transmission.system.told:
        emails.send_answer_alert(transmission)


def _stages_of(case: Case) -> list[str]:
    return sorted(set(Transmission.objects.filter(case=case).values_list("stage", flat=True)))


def _names(reasons: Sequence[FieldReason]) -> str:
    """Return the names of the fields only: the texts quote what was answered."""
    with override(None):
        return ", ".join(dict.fromkeys(reason.field for reason in reasons))[:500]


# -- Erasure and configuration -------------------------------------------------------------------------------
def erase_transmissions(*, case: Case) -> None:
    """Erase what was transmitted of a case. Numbers, dates and states stay."""
    case.transmissions.update(content={}, reasons=[], question="", their_reference="")


def log_change(*, actor: User | None, system: ConnectedSystem, what: str) -> None:
    """Log a change of a connected system, or a test of it."""
    log(instance=system, action=LOGGED, user=actor, data={"what": what})
