"""JSON: transmissions and receipts as objects, in files and over HTTP alike. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ..business_system import (
    FieldReason,
    FieldValue,
    Receipt,
    Row,
    TransmissionRecord,
    UnreadableReceipt,
    ValuesDoNotFit,
)
from ..configuration import Configuration
from .receipt_reading import MAX_BYTES, receipt_of_data

FORMAT = 1  # of the file; a new number if a key changes its meaning


class JsonFormat:
    """An object with a list of transmissions, in UTF-8."""

    extension = "json"
    collects = True

    def __init__(self, layout: Mapping[str, Any]):
        Configuration(layout).check()

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        yield f'{{"format": {FORMAT}, "transmissions": ['.encode()
        for place, record in enumerate(records):
            text = json.dumps(record_as_data(record), ensure_ascii=False)
            yield (",\n" if place else "\n").encode() + text.encode()
        yield b"\n]}\n"

    def read_receipts(self, content: bytes) -> list[Receipt]:
        data = parse_json(content)
        found = data.get("receipts") if isinstance(data, dict) and "receipts" in data else [data]
        if not isinstance(found, list):
            raise UnreadableReceipt(_("“receipts” is no list."))
        return [receipt_of_data(one) for one in found]


def parse_json(content: bytes) -> Any:
    """Return the data. Raise ``UnreadableReceipt`` if it is no JSON, or too large."""
    if len(content) > MAX_BYTES:
        raise UnreadableReceipt(_("The file is too large."))
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise UnreadableReceipt(_("This is no JSON, or half written.")) from fault


def record_as_data(record: TransmissionRecord) -> dict[str, Any]:
    """Return the record as JSON data. Raise ``ValuesDoNotFit``."""
    reasons: list[FieldReason] = []
    data = {
        "key": record.key,
        "identity": record.identity,
        "number": record.number,
        "operation": record.operation.value,
        "reference": record.reference,
        "service": record.service,
        "created_at": record.created_at.isoformat(),
        "fields": _row_as_data(record.fields, "", reasons),
        "rows": {
            name: [_row_as_data(row, f"{name}.", reasons) for row in rows]
            for name, rows in record.rows.items()
        },
    }
    if reasons:
        raise ValuesDoNotFit(reasons)
    return data


def _row_as_data(row: Row, prefix: str, reasons: list[FieldReason]) -> dict[str, Any]:
    data = {}
    for name, value in row.items():
        try:
            data[name] = _value_as_data(value)
        except ValueError as fault:
            reasons.append(FieldReason(field=prefix + name, text=str(fault)))
    return data


def _value_as_data(value: FieldValue) -> str | int | bool | None:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is not None and not isinstance(value, str | int):
        raise ValueError(_("Its type cannot be written."))
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError(_("It has characters that no encoding has."))
    return value
