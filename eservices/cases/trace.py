"""The trace of a case: append-only, written in the transaction of what it tells."""

from django.db.models import Max
from django.utils import timezone

from . import actors
from .models import Case, CaseEvent

QUIET = ("noted",)


def record(case: Case, kind: str, actor: actors.Actor, **data) -> CaseEvent:
    """Writes what happened. The case's row must be locked, so that numbers follow each other."""
    return CaseEvent.objects.create(
        case=case,
        number=last_number(case) + 1,
        kind=kind,
        actor_kind=actors.kind(actor),
        actor=actors.user(actor),
        data=data,
        at=timezone.now(),
    )


def last_number(case: Case) -> int:
    """The number of the last event; 0 where nothing happened yet."""
    return last_number_of(case.events)


def last_change(case: Case) -> int:
    """The number of the last event that a decision should know of: reading and notes change nothing."""
    return last_number_of(case.events.exclude(kind__in=QUIET).exclude(kind__endswith="_read"))


def last_number_of(events) -> int:
    return events.aggregate(last=Max("number"))["last"] or 0
