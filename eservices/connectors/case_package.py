"""The files of a transferred case: all its data, readable in thirty years.

``dossier.pdf`` (PDF/A, for people), ``dossier.json`` (for machines), the applicant's files, the issued documents,
and ``manifest.json`` with the size and SHA-256 of each. Later events are transferred as a supplement in its own
folder: ``supplement.json`` with the events, the current ``dossier`` files, and the new files and documents.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.files import File
from django.utils.translation import override

from eservices.cases import access
from eservices.cases.export.audiences import RECORDS
from eservices.cases.export.parts import parts_of_apps
from eservices.cases.export.record import CaseRecord
from eservices.cases.export.rows import correction_row, decision_row, stored_rows
from eservices.cases.models import Case, CaseEvent, Message, Opinion
from eservices.documents.case_parts import case_pdf
from home.models import CommuneSettings

from .document_store import CHUNK, safe_file_name

FORMAT = 1  # of dossier.json, manifest.json and supplement.json


@dataclass(frozen=True)
class PackageFile:
    """A file of the package. ``chunks`` can be called repeatedly and reads the file again."""

    name: str
    size: int
    chunks: Callable[[], Iterable[bytes]]


def package_files(case: Case, now: datetime, *, since: datetime | None = None) -> Iterator[PackageFile]:
    """Yield the files of the package except the manifest, in the default language.

    ``since``: limits files and documents to those stored or issued after this time.
    """
    with override(settings.LANGUAGE_CODE):
        pdf = case_pdf.render_case_pdf(case, reader=CommuneSettings.current().name, now=now)
    yield _bytes("dossier.pdf", pdf)
    yield _bytes("dossier.json", _json(case_data(case)))
    for number, file in enumerate(access.files_of(case).readable(), start=1):
        if since is None or file.stored_at >= since:
            yield _stored(f"files/{number:02}-{safe_file_name(file.name)}", file.content)
    for document in case.documents.out().exclude(content=""):
        if since is None or document.issued_at >= since:
            yield _stored(f"documents/{safe_file_name(document.file_name)}", document.content)


def supplement(case: Case, now: datetime, *, number: int, since: datetime) -> Iterator[PackageFile]:
    """Yield the files of a supplement except the manifest: events ``since``, and the current case."""
    later = case.events.filter(at__gte=since).order_by("number")
    told = {
        "format": FORMAT,
        "reference": case.reference,
        "supplement": number,
        "since": since,
        "events": [_event(event) for event in later],
    }
    yield _bytes("supplement.json", _json(told))
    yield from package_files(case, now, since=since)


def supplement_folder(folder: str, number: int) -> str:
    """Return the folder of a supplement, inside the folder of its case."""
    return f"{folder}/supplement-{number:02}"


def package_manifest(case: Case, filed: dict[str, tuple[int, str]]) -> PackageFile:
    """Return the manifest: size and SHA-256 by file name."""
    files = [{"name": name, "size": size, "sha256": digest} for name, (size, digest) in filed.items()]
    return _bytes("manifest.json", _json({"format": FORMAT, "reference": case.reference, "files": files}))


def case_data(case: Case) -> dict:
    """Return the case as plain data: all that the archive package has, with secret answers masked."""
    sent, record = case.submission, CaseRecord(case, RECORDS)
    stored = stored_rows(record)
    return {
        "format": FORMAT,
        "reference": case.reference,
        "service": {"key": case.form.slug, "title": case.service, "version": case.version.number},
        "team": case.team.key,
        "language": case.language,
        "applicant": {"name": case.applicant, "email": case.email, "phone": case.phone},
        "protected": case.protected,
        "identity_level": sent.identity_level,
        "channel": sent.channel,
        "sent": sent.sent_at,
        "opened": case.opened_at,
        "closed": case.closed_at,
        "state": case.state,
        "outcome": record.outcome,
        "reason": record.reason,
        "definition": case.version.content,
        "answers": record.answers,
        "declared": record.declared,
        "sources": record.sources,
        "fees": sent.fees,
        "data": case.data,
        "messages": [_message(one) for one in record.messages],
        "opinions": [_opinion(one) for one in record.given_opinions],
        "decisions": [
            decision_row(one) | {"outcome": one.outcome, "by": one.by.email, "electronic": one.electronic}
            for one in record.decisions
        ],
        "letters": stored["letters"],
        "corrections": [correction_row(one) | {"by": one.author.email} for one in record.corrections],
        "timeline": [_event(event) for event in record.events],
        **{name: stored[name] for name in AS_STORED},
        **parts_of_apps(case, RECORDS),
    }


# Parts of dossier.json that have the shape in which they are stored.
AS_STORED = ("files", "enclosures", "persons", "calls", "notes", "stages", "consents", "holds", "events")


def _message(one: Message) -> dict:
    return {
        "at": one.at,
        "kind": one.kind,
        "by": "applicant" if one.from_applicant else "commune",
        "author": one.author.email if one.author else None,
        "text": one.text,
    }


def _opinion(one: Opinion) -> dict:
    return {
        "asked": one.name,
        "asked_at": one.asked_at,
        "by": one.author,
        "at": one.given_at,
        "stance": one.stance,
        "text": one.text,
    }


def _event(event: CaseEvent) -> dict:
    return {"number": event.number, "at": event.at, "kind": event.kind, "by": event.actor_kind}


def _json(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _bytes(name: str, content: bytes) -> PackageFile:
    return PackageFile(name, len(content), lambda: [content])


def _stored(name: str, content: File) -> PackageFile:
    return PackageFile(name, content.size, lambda: _read(content))


def _read(content: File) -> Iterator[bytes]:
    with content.open("rb") as opened:
        yield from opened.chunks(CHUNK)
