"""Files of this app in a case's archive package."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.core.serializers.json import DjangoJSONEncoder
from django.forms import model_to_dict

from . import access
from .export.audiences import ARCHIVE
from .export.record import CaseRecord
from .export.rows import stored_rows
from .extension_points import ArchiveFile
from .models import Case


def archive_case_files(case: Case) -> Iterator[ArchiveFile]:
    """Yield the case and its form as JSON, and every readable file of the submission and its messages."""
    yield "case.json", to_json_bytes(case_record(case))
    yield "definition.json", to_json_bytes(case.version.content)
    for number, stored in enumerate(access.files_of(case).readable(), 1):
        with stored.content.open("rb") as content:
            yield f"files/{number:02}-{stored.name}", content


def to_json_bytes(content) -> BinaryIO:
    return io.BytesIO(json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode())


def json_files(parts: Mapping[str, object]) -> Iterator[ArchiveFile]:
    """Yield a JSON file for each part of an app that has data."""
    yield from ((f"{key}.json", to_json_bytes(part)) for key, part in parts.items() if part)


def case_record(case: Case) -> dict:
    """Return all stored data of the case. It contains all events, so that their hash chain can be verified."""
    sent, record = case.submission, CaseRecord(case, ARCHIVE)
    return {
        "reference": case.reference,
        "service": case.service,
        "form": case.form.slug,
        "version": case.version.number,
        "team": case.team.key,
        "state": case.state,
        "outcome": record.outcome,
        "reason": record.reason,
        "data": case.data,
        "opened": case.opened_at,
        "closed": case.closed_at,
        "submission": model_to_dict(sent, exclude=["draft", "version", "user", "agent", "filled_by"])
        | {"answers": record.declared, "sent_at": sent.sent_at},
        "sources": record.sources,
        **stored_rows(record),
    }
