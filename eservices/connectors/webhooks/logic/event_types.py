"""Types of events that other systems are told of, and their content. Pure.

The types are a promise to receivers: one that exists keeps its name, whatever the audit log calls the event.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

# Kind of an event in the audit log → type of the webhook.
EVENT_TYPES = {
    "opened": "case.opened",
    "stage": "case.stage_reached",
    "handed_over": "case.handed_over",
    "asked": "case.question_asked",
    "answered": "case.question_answered",
    "amended": "case.corrected",
    "accepted": "case.accepted",
    "refused": "case.refused",
    "withdrawn": "case.withdrawn",
    "lapsed": "case.lapsed",
    "merged": "case.merged",
    "redirected": "case.redirected",
    "completed": "case.completed",
    "reopened": "case.reopened",
    "erased": "case.erased",
    "document_issued": "document.issued",
    "document_revoked": "document.revoked",
    "charged": "payment.requested",
    "charge_lessened": "payment.reduced",
    "charge_waived": "payment.waived",
    "charge_cancelled": "payment.cancelled",
    "payment_received": "payment.received",
    "refunded": "payment.refunded",
    "booking_confirmed": "booking.confirmed",
    "booking_moved": "booking.moved",
    "booking_cancelled": "booking.cancelled",
    "booking_handed_over": "booking.handed_over",
    "booking_returned": "booking.returned",
    "booking_missed": "booking.missed",
    "transmission_queued": "transmission.queued",
    "transmission_held": "transmission.held",
    "transmission_received": "transmission.received",
    "transmission_accepted": "transmission.accepted",
    "transmission_refused": "transmission.refused",
    "transmission_asked_back": "transmission.asked_back",
    "transmission_silent": "transmission.silent",
}
KINDS = {event_type: kind for kind, event_type in EVENT_TYPES.items()}
TEST = "webhook.test"
# References in the data of an event that name no person. Amounts, reasons and names are fetched through the API.
REFERENCES = ("stage", "document", "receipt", "team")
MESSAGE_ID = re.compile(r"evt_([0-9a-f]{32})_([0-9]{1,9})")


def message_id(case: UUID, number: int) -> str:
    """Return the id of an event, the same at each attempt and each replay: receivers ignore one that they know."""
    return f"evt_{case.hex}_{number}"


def parse_message_id(text: str) -> tuple[UUID, int] | None:
    """Return the case and the number of the event with this id; None if it is no such id."""
    found = MESSAGE_ID.fullmatch(text.strip())
    return (UUID(found[1]), int(found[2])) if found else None


def event_payload(
    kind: str, at: datetime, *, case: UUID, reference: str, service: str, number: int, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the content of a webhook. It has references and no personal data."""
    told = {name: str(data[name]) for name in REFERENCES if data.get(name)}
    return {
        "type": EVENT_TYPES[kind],
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {"case": str(case), "reference": reference, "service": service, "number": number} | told,
    }
