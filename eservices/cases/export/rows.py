"""Rows of exported cases as plain data, where several exports have the same."""

from eservices.deliveries.access import readable_text
from eservices.deliveries.models import Delivery
from eservices.deliveries.paragraphs import paragraphs_to_text

from ..models import AppealableDecision, Correction
from .record import CaseRecord


def stored_rows(record: CaseRecord) -> dict[str, list[dict]]:
    """Return the rows by part, with the names under which they are stored."""
    return {
        "files": _rows(record.files, "name", "content_type", "size", "digest", "field"),
        "amendments": _rows(record.corrections, "field", "before", "after", "reason", "author__email", "at"),
        "enclosures": _rows(record.enclosures, "field", "state", "reason", "author__email", "at"),
        "persons": _rows(
            record.persons, *("field", "place", "name", "outcome", "reason", "author__email", "at")
        ),
        "calls": _rows(record.calls, *("phone", "wish", "about", "asked_at", "tries", "result", "done_at")),
        "messages": _rows(record.messages, "kind", "author__email", "text", "at"),
        "notes": _rows(record.notes, "author__email", "text", "at"),
        "stages": _rows(record.stages, "key", "type", "progress", "data", "entered_at", "done_at"),
        "opinions": _rows(record.opinions, "name", "author", "stance", "text", "asked_at", "given_at"),
        "decisions": _rows(
            record.decisions,
            *("outcome", "by__email", "decided_at", "title", "paragraphs", "authority", "days"),
            *("electronic", "notified_on", "proof", "appealed_on"),
        ),
        "letters": [letter_row(one) for one in record.letters],
        "consents": _rows(record.consents, "given_at", "revoked_at"),
        "holds": _rows(record.holds, "reason", "since", "lifted_at"),
        "events": _rows(
            record.events,
            *("number", "kind", "actor_kind", "actor_id", "actor__email", "at", "data"),
            *("salt", "payload_digest", "hash"),
        ),
    }


def _rows(found: list, *names: str) -> list[dict]:
    return [{name: _value(one, name) for name in names} for one in found]


def _value(one, name: str):
    """Return the value of ``name``, such as ``author__email``; None if a row on the way is missing."""
    for step in name.split("__"):
        one = getattr(one, step) if one is not None else None
    return one


def letter_row(one: Delivery) -> dict:
    """Return a delivery: date, transport, recipient, title and text."""
    return {
        "at": one.done_at or one.created_at,
        "way": one.carrier,
        "to": one.recipient,
        "title": one.title,
        "text": readable_text(one),
    }


def correction_row(one: Correction) -> dict:
    return {
        "question": one.field,
        "before": one.before,
        "after": one.after,
        "reason": one.reason,
        "at": one.at,
    }


def decision_row(one: AppealableDecision) -> dict:
    """Return an appealable decision: its day, text, notification and appeal."""
    return {
        "at": one.decided_at,
        "title": one.title,
        "text": paragraphs_to_text(one.paragraphs).strip(),
        "authority": one.authority,
        "days": one.days,
        "unit": one.unit,
        "notified": one.notified_on,
        "proof": one.proof,
        "last_day": one.last_day,
        "appealed": one.appealed_on,
    }
