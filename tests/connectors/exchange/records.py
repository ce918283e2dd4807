"""Transmissions for tests of formats and connections."""

from datetime import UTC, datetime

from eservices.connectors.business_system import Operation, TransmissionRecord


def make_record(number: int = 1, **changes) -> TransmissionRecord:
    about = {
        "key": f"key-{number}",
        "identity": f"case-{number}",
        "number": 1,
        "operation": Operation.NEW,
        "reference": f"2026-{number:05}",
        "service": "moving",
        "created_at": datetime(2026, 11, 25, 8, tzinfo=UTC),
        "fields": {"name": f"Élodie {number}"},
    }
    return TransmissionRecord(**(about | changes))
