"""A case as programs get it: the one reader of cases for the audience of the API, as plain data."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from eservices.cases.audit_log import READ
from eservices.cases.export.audiences import API
from eservices.cases.export.record import CaseRecord
from eservices.cases.models import AppealableDecision, Case, CaseEvent, CaseQuerySet, Message
from eservices.cases.stages import ExternalHandlingStage
from eservices.cases.states import CaseState
from eservices.cases.workflow.progress import current_stage
from eservices.documents.case_parts.export import issued_documents
from eservices.documents.models import Document
from home.runtime.open_transactions import oldest_writing_transaction

PAGE = 100  # rows of a list
WINDOW = 5_000  # events that one question for changes looks at
SETTLED_AFTER = timedelta(seconds=10)  # for clocks of machines that differ, and between stamping and writing

type Place = list[Any]


# -- Lists ---------------------------------------------------------------------------------------------------
def page_of_cases(cases: CaseQuerySet, after: Place | None) -> tuple[list[dict[str, Any]], Place | None]:
    """Return cases from the oldest on, without data of persons, and the place after them; None at the end.

    Two queries do not depend on how many cases there are: the place is a value of the index ``case_by_day``.
    """
    if after:
        opened, key = datetime.fromisoformat(after[0]), UUID(after[1])
        cases = cases.filter(Q(opened_at__gt=opened) | Q(opened_at=opened, pk__gt=key), opened_at__gte=opened)
    unopened = AppealableDecision.objects.filter(case=OuterRef("pk"), electronic=True, notified_on=None)
    found = list(
        cases.order_by("opened_at", "pk")
        .select_related("form")
        .annotate(awaits_opening=Exists(unopened))
        .only("pk", "reference", "state", "opened_at", "deadline", "form__slug")[: PAGE + 1]
    )
    shown = found[:PAGE]
    rows = [
        {
            "reference": one.reference,
            "service": one.form.slug,
            "state": shown_state(one, one.awaits_opening),
            "opened_at": one.opened_at,
            "deadline": one.deadline,
        }
        for one in shown
    ]
    more = len(found) > PAGE
    return rows, [shown[-1].opened_at.isoformat(), str(shown[-1].pk)] if more else None


def changes_after(
    forms: list[UUID], number: int | None, now: datetime | None = None
) -> tuple[list[dict[str, Any]], int, bool]:
    """Return the changes of cases after an event, the event to go on from, and whether there is more now.

    ``number``: key of an event; None for the beginning. A change says which case and when, and not what: programs read
    the case. Reading is no change. A question looks at ``WINDOW`` events at most, so it may return none and have more.
    """
    start = number or 0
    settled = settled_events(now or timezone.now()).filter(pk__gt=start)
    window = list(settled.order_by("pk").values_list("pk", flat=True)[:WINDOW])
    if not window:
        return [], start, False
    shown = CaseEvent.objects.filter(
        pk__gt=start, pk__lte=window[-1], case__form__in=forms, case__protected=False, case__rehearsal=False
    ).exclude(kind__endswith=READ)
    rows = list(shown.order_by("pk").values_list("pk", "case__reference", "at")[:PAGE])
    full = len(rows) == PAGE
    changes = [{"reference": reference, "at": at} for _pk, reference, at in rows]
    return changes, rows[-1][0] if full else window[-1], full or len(window) == WINDOW


def settled_events(now: datetime) -> QuerySet[CaseEvent]:
    """Return the events before which no other can appear any more: a cursor never passes one that is not committed.

    An event is stamped after its transaction began. Those stamped since the oldest open transaction began wait, and so
    do all with higher keys. The open transactions are asked first: one that ends in between shows its events.
    """
    began = oldest_writing_transaction()
    since = (min(began, now) if began else now) - SETTLED_AFTER
    waiting = CaseEvent.objects.filter(at__gt=since).aggregate(first=Min("pk"))["first"]
    return CaseEvent.objects.filter(pk__lt=waiting) if waiting else CaseEvent.objects.all()


# -- One case ------------------------------------------------------------------------------------------------
def shown_state(case: Case, awaits_opening: bool) -> str:
    """Return the state; while a decision is not opened, that of before, so that nobody tells it early."""
    return CaseState.IN_PROGRESS.value if awaits_opening else case.state


def case_body(case: Case) -> dict[str, Any]:
    """Return a case. Secret answers are masked, notes and the process of agents are left out."""
    record = CaseRecord(case, API)
    hidden = record.awaits_opening
    return {
        "reference": case.reference,
        "service": case.form.slug,
        "version": case.version.number,
        "language": case.language,
        "state": shown_state(case, hidden),
        "outcome": record.outcome,
        "reason": record.reason,
        "opened_at": case.opened_at,
        "deadline": case.deadline,
        "closed_at": None if hidden else case.closed_at,
        "team": case.team.key,
        "applicant": {"name": case.applicant, "email": case.email, "phone": case.phone},
        "answers": record.answers,
        "files": [
            {
                "id": one.pk,
                "question": one.field,
                "name": one.name,
                "content_type": one.content_type,
                "size": one.size,
                "sha256": one.digest,
            }
            for one in record.files
        ],
        "documents": [] if hidden else [_document_row(one) for one in issued_documents(case)],
        "messages": [
            message_body(one) for one in record.messages if not (hidden and one.kind == Message.Kind.DECISION)
        ],
        "external_handling": None if hidden else _external_handling(case),
    }


def _external_handling(case: Case) -> dict[str, str] | None:
    """Return the stage that is handled outside now, for programs that record its outcome; None at other stages."""
    row = current_stage(case) if case.is_open else None
    if row is None or row.type != ExternalHandlingStage.key or row.progress != row.Progress.ACTIVE:
        return None
    return {"stage": row.key, "reference": row.data.get("said", {}).get("reference", "")}


def _document_row(document: Document) -> dict[str, Any]:
    """Return a document; its ``sha256`` and ``size`` are "" and 0 once its content is erased."""
    there = bool(document.content)
    return {
        "id": document.pk,
        "number": document.number,
        "title": document.title,
        "state": document.state,
        "issued_at": document.issued_at,
        "valid_until": document.valid_until,
        "replaces": document.replaces.number if document.replaces else "",
        "size": document.size if there else 0,
        "sha256": document.digest if there else "",
    }


def message_body(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "kind": message.kind,
        "from": "applicant" if message.from_applicant else "commune",
        "text": message.text,
        "at": message.at,
    }
