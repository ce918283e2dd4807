"""The trace of a case: append-only, written in the transaction of what it tells, event bound to event.

Once a night the heads of the chains are anchored. ``faults`` finds what was changed, taken out or cut off.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import batched, groupby

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from . import actors, chain
from .models import Case, CaseEvent, TraceAnchor
from .signals import event_recorded

QUIET = (
    "noted",
    "tagged",
    "untagged",
    "escalated",
    "letter_posted",
    "letter_delivered",
    "sms_chosen",
    "sms_declined",
)
READ = "_read"  # how kinds of reading end
LATE = timedelta(hours=1)  # a transaction may end this long after its events were stamped
AT_ONCE = 500


def record(case: Case, kind: str, actor: actors.Actor, **data) -> CaseEvent:
    """Writes what happened. The case's row must be locked, so that events follow each other."""
    head = case.events.order_by("-number").values_list("number", "hash").first()
    event = _next(case, head, kind, actor, data)
    event.save()
    event_recorded.send(sender=Case, case=case, event=event)
    return event


def record_each(cases: Iterable[Case], kind: str, actor: actors.Actor, **data) -> None:
    """Writes the same of several cases, in two queries. Their rows must be locked."""
    cases = list(cases)
    heads = {case: head for case, *head in _last(CaseEvent.objects.filter(case__in=cases))}
    CaseEvent.objects.bulk_create(_next(case, heads.get(case.pk), kind, actor, data) for case in cases)


def _next(case: Case, head: Sequence | None, kind: str, actor: actors.Actor, data: dict) -> CaseEvent:
    """The event that follows ``head``, the number and hash of the last one. It is not saved."""
    number, previous = head or (0, "")
    event = CaseEvent(
        case=case,
        number=number + 1,
        kind=kind,
        actor_kind=actors.kind(actor),
        actor=actors.user(actor),
        data=data,
        at=timezone.now(),
    )
    bind(event, previous)
    return event


def bind(event: CaseEvent, previous: str) -> None:
    """Gives a new event its salt, digest and hash; ``previous`` is the hash before it."""
    event.salt = secrets.token_hex(16)
    event.payload_digest = chain.payload_digest(event.salt, event.data)
    event.hash = chain.link_hash(event.link, previous)


def last_number(case: Case) -> int:
    """The number of the last event; 0 where nothing happened yet."""
    return last_number_of(case.events)


def last_change(case: Case) -> int:
    """The number of the last event that a decision should know of: reading, notes and the post change nothing."""
    return last_number_of(changes(case.events))


def last_change_of(events: Iterable[CaseEvent]) -> int:
    """The same of a case whose ``events`` were read."""
    changing = (one.number for one in events if one.kind not in QUIET and not one.kind.endswith(READ))
    return max(changing, default=0)


def last_changes(cases: Iterable[Case]) -> dict:
    """The same for several cases, by their key, in one query."""
    found = changes(CaseEvent.objects.filter(case__in=cases)).order_by()
    return dict(found.values_list("case").annotate(Max("number")))


def changes(events):
    """Those of ``events`` (a query) that change how the case stands."""
    return events.exclude(kind__in=QUIET).exclude(kind__endswith=READ)


def last_number_of(events) -> int:
    return events.aggregate(last=Max("number"))["last"] or 0


# -- Anchors -------------------------------------------------------------------------------------------------
def anchor(now: datetime) -> TraceAnchor | None:
    """Keeps the heads of the chains that grew since the last anchor; None where today has one already."""
    today = timezone.localdate(now)
    last = TraceAnchor.objects.last()
    if last and last.day >= today:
        return None
    heads = _heads(last.at - LATE if last else None)
    previous = last.hash if last else ""
    made = TraceAnchor(day=today, at=now, heads=heads, hash=chain.anchor_hash(previous, now, heads))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another scheduler was faster
        return None
    return made


def _heads(since: datetime | None) -> dict:
    grown = CaseEvent.objects.filter(case__rehearsal=False, **({"at__gte": since} if since else {}))
    return {str(case): [number, mark] for case, number, mark in _last(grown).iterator()}


def _last(events):
    """Case, number and hash of those of ``events`` (a query) that end a chain."""
    later = CaseEvent.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    return events.filter(~Exists(later)).order_by().values_list("case", "number", "hash")


# -- Proof ---------------------------------------------------------------------------------------------------
def faults() -> Iterator[str]:
    """Everything that is wrong with the trace, in words; nothing where nobody touched it."""
    yield from _chain_faults()
    yield from _anchor_faults()


def _chain_faults() -> Iterator[str]:
    events = CaseEvent.objects.order_by("case_id", "number")  # not as cases are listed
    for case, found in groupby(events.iterator(), lambda event: event.case_id):
        for fault in chain.faults(event.link for event in found):
            yield f"{_name(case)}: {fault}"
    for case in Case.objects.filter(events=None).iterator():
        yield f"{case.reference}: all events are missing"


def _anchor_faults() -> Iterator[str]:
    previous = ""
    for one in TraceAnchor.objects.iterator():
        if one.hash != chain.anchor_hash(previous, one.at, one.heads):
            yield f"anchor of {one.day}: it or one before it was changed"
        for heads in batched(one.heads.items(), AT_ONCE):
            yield from _head_faults(one.day, dict(heads))
        previous = one.hash


def _head_faults(day: date, heads: dict) -> Iterator[str]:
    found = CaseEvent.objects.filter(case__in=heads, number__in={number for number, _hash in heads.values()})
    standing = {
        (str(case), number): mark for case, number, mark in found.values_list("case", "number", "hash")
    }
    for case, (number, known) in heads.items():
        if standing.get((case, number)) != known:
            yield f"{_name(case)}: event {number}, anchored on {day}, is gone or another"


def _name(case) -> str:
    return Case.objects.filter(pk=case).values_list("reference", flat=True).first() or str(case)
