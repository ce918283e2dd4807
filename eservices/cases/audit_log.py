"""The audit log of cases: append-only, written in the transaction of its action, chained by hashes.

Every hour the last hashes of the chains are anchored, and the anchor is also noted outside the database.
``audit_errors`` finds events that were changed, removed or cut off.
"""

import logging
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import batched, groupby

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from . import actors
from .logic import hash_chain
from .models import AuditAnchor, Case, CaseEvent
from .signals import event_recorded

IRRELEVANT_KINDS = (
    "noted",
    "tagged",
    "untagged",
    "escalated",
    "letter_posted",
    "letter_delivered",
    "sms_chosen",
    "sms_declined",
    "link_mailed",
)
READ = "_read"  # suffix of the event kinds of reading
COMMIT_TOLERANCE = timedelta(hours=1)  # a transaction may end this long after its events were stamped
BATCH_SIZE = 500
ANCHORED_EVERY = timedelta(hours=1)
NOTED = re.compile(
    r"\b(\d{1,9}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([0-9a-f]{64})\b"
)  # an anchor as ``_write_out_anchor`` writes it

logger = logging.getLogger(__name__)


def record_event(case: Case, kind: str, actor: actors.Actor, **data) -> CaseEvent:
    """Append an event to the case's audit log. The case must be locked, so that events are numbered in order."""
    head = case.events.order_by("-number").values_list("number", "hash").first()
    event = _next_event(case, head, kind, actor, data)
    event.save()
    event_recorded.send(sender=Case, case=case, event=event)
    return event


def record_event_for_each(cases: Iterable[Case], kind: str, actor: actors.Actor, **data) -> None:
    """Append the same event to several cases, in two queries. Their rows must be locked."""
    cases = list(cases)
    heads = {case: head for case, *head in _last_events(CaseEvent.objects.filter(case__in=cases))}
    CaseEvent.objects.bulk_create(_next_event(case, heads.get(case.pk), kind, actor, data) for case in cases)


def _next_event(case: Case, head: Sequence | None, kind: str, actor: actors.Actor, data: dict) -> CaseEvent:
    """Build the event that follows ``head``, the number and hash of the last one. It is not saved."""
    number, previous = head or (0, "")
    event = CaseEvent(
        case=case,
        number=number + 1,
        kind=kind,
        actor_kind=actors.actor_kind(actor),
        actor=actors.user_of(actor),
        data=data,
        at=timezone.now(),
    )
    bind_event(event, previous)
    return event


def bind_event(event: CaseEvent, previous: str) -> None:
    """Set the salt, digest and hash of a new event. ``previous``: the hash of the event before it."""
    event.salt = secrets.token_hex(16)
    event.payload_digest = hash_chain.payload_digest(event.salt, event.data)
    event.hash = hash_chain.link_hash(event.link, previous)


def last_event_number(case: Case) -> int:
    """Return the number of the last event; 0 if there is none."""
    return last_number_of(case.events)


def last_relevant_event(case: Case) -> int:
    """Return the number of the last event that matters for a decision; 0 if there is none.

    Reading, notes and posted letters do not matter.
    """
    return last_number_of(relevant_events(case.events))


def last_relevant_event_of(events: Iterable[CaseEvent]) -> int:
    """Return the number of the last relevant event among ``events`` that are loaded; 0 if none is."""
    changing = (
        one.number for one in events if one.kind not in IRRELEVANT_KINDS and not one.kind.endswith(READ)
    )
    return max(changing, default=0)


def last_relevant_events(cases: Iterable[Case]) -> dict:
    """Return the number of the last relevant event of each case, by its key, in one query."""
    found = relevant_events(CaseEvent.objects.filter(case__in=cases)).order_by()
    return dict(found.values_list("case").annotate(Max("number")))


def relevant_events(events):
    """Filter the query ``events`` to those that matter for a decision."""
    return events.exclude(kind__in=IRRELEVANT_KINDS).exclude(kind__endswith=READ)


def last_number_of(events) -> int:
    return events.aggregate(last=Max("number"))["last"] or 0


# -- Anchors -------------------------------------------------------------------------------------------------
def anchor_chains(now: datetime) -> AuditAnchor | None:
    """Create an anchor over the chains that grew since the last one, and note it outside the database.

    Return None if the last one is younger than an hour, or if nothing grew.
    """
    last = AuditAnchor.objects.last()
    if last and now < last.at + ANCHORED_EVERY:
        return None
    if not (heads := _chain_heads(last.at - COMMIT_TOLERANCE if last else None)):
        return None
    previous, number = (last.hash, last.number + 1) if last else ("", 1)
    mark = hash_chain.anchor_hash(settings.AUDIT_KEY, previous, number, now, heads)
    try:
        with transaction.atomic():
            anchor = AuditAnchor(number=number, at=now, heads=heads, hash=mark)
            anchor.save(force_insert=True)
            transaction.on_commit(partial(_write_out_anchor, anchor))
    except IntegrityError:  # another scheduler was faster
        return None
    return anchor


def _write_out_anchor(made: AuditAnchor) -> None:
    """Write the anchor to the log and to the anchor file, out of reach of people with access to the database."""
    logger.info("Audit anchor %s", made)
    with open(settings.AUDIT_ANCHOR_FILE, "a", encoding="ascii") as file:
        file.write(f"{made}\n")


def _chain_heads(since: datetime | None) -> dict:
    grown = CaseEvent.objects.filter(case__rehearsal=False, **({"at__gte": since} if since else {}))
    return {str(case): [number, mark] for case, number, mark in _last_events(grown).iterator()}


def _last_events(events):
    """Return case, number and hash of those of ``events`` (a query) that end a chain."""
    later = CaseEvent.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    return events.filter(~Exists(later)).order_by().values_list("case", "number", "hash")


# -- Proof ---------------------------------------------------------------------------------------------------
def audit_errors() -> Iterator[str]:
    """Yield a sentence for each error of the audit log; nothing if it is intact."""
    yield from _chain_faults()
    yield from _anchor_faults()


def _chain_faults() -> Iterator[str]:
    events = CaseEvent.objects.order_by("case_id", "number")  # overrides the model's ordering
    for case, found in groupby(events.iterator(), lambda event: event.case_id):
        for fault in hash_chain.chain_errors(event.link for event in found):
            yield f"{_name(case)}: {fault}"
    for case in Case.objects.filter(events=None).iterator():
        yield f"{case.reference}: all events are missing"


def _anchor_faults() -> Iterator[str]:
    previous, expected = "", 1
    for one in AuditAnchor.objects.iterator():
        if one.number != expected:
            yield f"anchor {expected} is missing"
        if not _is_genuine(one, previous):
            yield f"anchor {one.number}: it or one before it was changed, or AUDIT_KEY is another"
        for heads in batched(one.heads.items(), BATCH_SIZE):
            yield from _head_faults(one, dict(heads))
        previous, expected = one.hash, one.number + 1


def _is_genuine(one: AuditAnchor, previous: str) -> bool:
    keys = [settings.AUDIT_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = (hash_chain.anchor_hash(key, previous, one.number, one.at, one.heads) for key in keys)
    return any(constant_time_compare(one.hash, expected) for expected in hashes)


def noted_faults(lines: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each anchor noted in a log or file that is gone from the database or differs."""
    noted = [match.groups() for line in lines if (match := NOTED.search(line))]
    for some in batched(noted, BATCH_SIZE):
        numbers = {int(number) for number, _at, _mark in some}
        standing = dict(AuditAnchor.objects.filter(number__in=numbers).values_list("number", "hash"))
        for number, at, mark in some:
            if standing.get(int(number)) != mark:
                yield f"anchor {number} of {at} was noted, and is gone or another"


def _head_faults(one: AuditAnchor, heads: dict) -> Iterator[str]:
    found = CaseEvent.objects.filter(case__in=heads, number__in={number for number, _hash in heads.values()})
    standing = {
        (str(case), number): mark for case, number, mark in found.values_list("case", "number", "hash")
    }
    for case, (number, known) in heads.items():
        if standing.get((case, number)) != known:
            yield f"{_name(case)}: event {number}, anchored at {one.at:%Y-%m-%d %H:%M}, is gone or another"


def _name(case) -> str:
    return Case.objects.filter(pk=case).values_list("reference", flat=True).first() or str(case)
