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
from eservices.cases.appealable_decisions.export_rows import decision_rows
from eservices.cases.case_deliveries import letter_rows
from eservices.cases.models import Case, Opinion
from eservices.documents import case_pdf
from eservices.documents.archive_files import told_in_documents
from eservices.payments.archive_files import payment_data
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
    """Return the case as plain data."""
    sent = case.submission
    return {
        "format": FORMAT,
        "reference": case.reference,
        "service": {"key": case.form.slug, "title": case.service, "version": case.version.number},
        "team": case.team.key,
        "language": case.language,
        "applicant": {"name": case.applicant, "email": case.email, "phone": case.phone},
        "channel": sent.channel,
        "sent": sent.sent_at,
        "opened": case.opened_at,
        "closed": case.closed_at,
        "state": case.state,
        "outcome": case.outcome,
        "reason": case.reason,
        "answers": case.answers,
        "declared": sent.answers,
        "messages": [
            {
                "at": one.at,
                "kind": one.kind,
                "by": "applicant" if one.from_applicant else "commune",
                "text": one.text,
            }
            for one in case.messages.all()
        ],
        "opinions": [
            {
                "asked": one.name,
                "by": one.author,
                "at": one.given_at,
                "stance": one.stance,
                "text": one.text,
            }
            for one in Opinion.objects.filter(stage__case=case, given_at__isnull=False)
        ],
        "decisions": decision_rows(case),
        "letters": letter_rows(case),
        "corrections": [
            {
                "question": one.field,
                "before": one.before,
                "after": one.after,
                "reason": one.reason,
                "at": one.at,
            }
            for one in case.amendments.order_by("at")
        ],
        "documents": told_in_documents(case),
        "payments": payment_data(case),
        "timeline": [_event(event) for event in case.events.order_by("number")],
    }


def _event(event) -> dict:
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
