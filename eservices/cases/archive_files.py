"""Files of this app in a case's archive package."""

import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from django.core.serializers.json import DjangoJSONEncoder
from django.forms import model_to_dict

from . import access
from .case_deliveries import letter_rows
from .extension_points import ArchiveFile
from .models import Case, Opinion


def archive_case_files(case: Case) -> Iterator[ArchiveFile]:
    """Yield the case and its form as JSON, and every readable file of the submission and its messages."""
    yield "case.json", to_json_bytes(case_record(case))
    yield "definition.json", to_json_bytes(case.version.content)
    for number, stored in enumerate(access.files_of(case).readable(), 1):
        with stored.content.open("rb") as content:
            yield f"files/{number:02}-{stored.name}", content


def to_json_bytes(content) -> BinaryIO:
    return io.BytesIO(json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode())


def case_record(case: Case) -> dict:
    """Return all stored data of the case. It contains all events, so that their hash chain can be verified."""
    sent = case.submission
    return {
        "reference": case.reference,
        "service": case.service,
        "form": case.form.slug,
        "version": case.version.number,
        "team": case.team.key,
        "state": case.state,
        "outcome": case.outcome,
        "reason": case.reason,
        "data": case.data,
        "opened": case.opened_at,
        "closed": case.closed_at,
        "submission": model_to_dict(sent, exclude=["draft", "version", "user", "agent"])
        | {"sent_at": sent.sent_at},
        "files": _rows(access.files_of(case), "name", "content_type", "size", "digest", "field"),
        "amendments": _rows(case.amendments, "field", "before", "after", "reason", "author__email", "at"),
        "enclosures": _rows(case.enclosures, "field", "state", "reason", "author__email", "at"),
        "persons": _rows(
            case.persons, *("field", "place", "name", "outcome", "reason", "author__email", "at")
        ),
        "calls": _rows(case.calls, *("phone", "wish", "about", "asked_at", "tries", "result", "done_at")),
        "messages": _rows(case.messages, "kind", "author__email", "text", "at"),
        "notes": _rows(case.notes, "author__email", "text", "at"),
        "stages": _rows(case.stages, "key", "type", "progress", "data", "entered_at", "done_at"),
        "opinions": _rows(
            Opinion.objects.filter(stage__case=case),
            "name",
            "author",
            "stance",
            "text",
            "asked_at",
            "given_at",
        ),
        "decisions": _rows(
            case.formal_decisions,
            *("outcome", "by__email", "decided_at", "title", "paragraphs", "authority", "days"),
            *("electronic", "notified_on", "proof", "appealed_on"),
        ),
        "letters": letter_rows(case),
        "consents": _rows(case.consents, "given_at", "revoked_at"),
        "holds": _rows(case.holds, "reason", "since", "lifted_at"),
        "events": _rows(
            case.events,
            *("number", "kind", "actor_kind", "actor_id", "actor__email", "at", "data"),
            *("salt", "payload_digest", "hash"),
        ),
    }


def _rows(rows, *names: str) -> list[dict]:
    return list(rows.values(*names))
