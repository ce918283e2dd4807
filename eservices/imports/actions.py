"""All writes of imports: the import itself, its report, and the objects of its lines."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User
from home.extensions.import_kinds import LineRefused
from home.formats.spreadsheets import SpreadsheetError
from home.formats.table_files import TableFormat, read_head

from .exceptions import ImportRefused
from .logic.column_mapping import MappedColumn, ReadLine, write_mapping
from .models import ExternalReference, ImportLine, SpreadsheetImport, key_digest

State, Outcome = SpreadsheetImport.State, ImportLine.Outcome
STARTED, FINISHED, DELETED = "imports.started", "imports.finished", "imports.deleted"  # in Wagtail's log
MOST_REASONS = 10  # per line


# -- Imports -------------------------------------------------------------------------------------------------
def create_import(
    *,
    actor: User | None,
    kind: str,
    target: str,
    origin: str,
    file: File[bytes],
    encoding: str = "",
    separator: str = "",
) -> SpreadsheetImport:
    """Store a file with its header. Raise ``ImportRefused`` with what is wrong with it."""
    name = Truncator((file.name or "").rpartition("/")[2]).chars(200)
    try:
        header, _samples = read_head(name, opened_content(file), TableFormat(encoding, separator))
    except SpreadsheetError as refused:
        raise ImportRefused(" ".join(refused.reasons)) from refused
    created = SpreadsheetImport(
        kind=kind,
        target=target,
        origin=" ".join(origin.split()),
        file_name=name,
        encoding=encoding,
        separator=separator,
        header=header,
        language=get_language(),
        created_by=actor,
    )
    file.seek(0)
    created.file.save("table", file, save=False)
    created.save()
    return created


@transaction.atomic
def start_check(
    *, actor: User | None, spreadsheet_import: SpreadsheetImport, mapping: Mapping[str, MappedColumn]
) -> SpreadsheetImport:
    """Store the mapping and plan the trial run. Raise ``ImportRefused`` if the import itself has begun."""
    one = _locked(spreadsheet_import)
    if one.is_working or one.has_run:
        raise ImportRefused(_("This import is in progress or finished. Upload the file again."))
    one.mapping, one.error, one.language = write_mapping(mapping), "", get_language()
    one.state, one.due_at, one.attempts = State.CHECKING, timezone.now(), 0
    one.lines.all().delete()
    one.save()
    return one


@transaction.atomic
def start_import(
    *, actor: User | None, spreadsheet_import: SpreadsheetImport, not_before: datetime | None = None
) -> SpreadsheetImport:
    """Plan the import itself after its trial run. Raise ``ImportRefused``."""
    one = _locked(spreadsheet_import)
    if one.state != State.CHECKED:
        raise ImportRefused(_("This import was started already, or its trial run is not finished."))
    now = timezone.now()
    one.state, one.due_at, one.attempts = State.IMPORTING, max(now, not_before or now), 0
    one.save(update_fields=["state", "due_at", "attempts"])
    _log(one, STARTED, actor)
    return one


@transaction.atomic
def go_on(*, spreadsheet_import: SpreadsheetImport, at: datetime) -> None:
    """Plan the next part of an import that a worker could not finish in its time."""
    SpreadsheetImport.objects.filter(pk=spreadsheet_import.pk, state__in=SpreadsheetImport.WORKING).update(
        due_at=at, attempts=0
    )


def take_import(*, spreadsheet_import: SpreadsheetImport, now: datetime, until: datetime) -> bool:
    """Take an import that is due, so that no other worker does. Return whether this worker has it."""
    due = SpreadsheetImport.objects.filter(
        pk=spreadsheet_import.pk, state__in=SpreadsheetImport.WORKING, due_at__lte=now
    )
    return bool(due.update(due_at=until, attempts=F("attempts") + 1))


@transaction.atomic
def finish_part(*, spreadsheet_import: SpreadsheetImport) -> None:
    """Record that all lines are done: the trial run is finished, or the import itself."""
    one = _locked(spreadsheet_import)
    if one.state == State.CHECKING:
        one.state = State.CHECKED
    elif one.state == State.IMPORTING:
        one.state, one.finished_at = State.FINISHED, timezone.now()
        _log(one, FINISHED, one.created_by)
    one.due_at = None
    one.save(update_fields=["state", "due_at", "finished_at"])


@transaction.atomic
def fail_import(*, spreadsheet_import: SpreadsheetImport, reason: str) -> None:
    """Record why an import stopped. What it created stays."""
    one = _locked(spreadsheet_import)
    one.state, one.error, one.due_at = State.FAILED, reason, None
    one.save(update_fields=["state", "error", "due_at"])


def delete_import(*, actor: User | None, spreadsheet_import: SpreadsheetImport) -> None:
    """Delete an import with its file and its report. What was imported stays, and is not imported again."""
    name, storage = str(spreadsheet_import.file.name), spreadsheet_import.file.storage
    with transaction.atomic():
        if actor is not None:
            _log(spreadsheet_import, DELETED, actor)
        spreadsheet_import.delete()
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def delete_old_imports(*, before: datetime) -> None:
    """Delete imports that began before a time, with their files and reports."""
    for one in SpreadsheetImport.objects.filter(created_at__lt=before):
        delete_import(actor=None, spreadsheet_import=one)


def opened_content(file: File[bytes]) -> IO[bytes]:
    """Return the content of an opened file."""
    if file.file is None:
        raise ValueError("The file is not open.")
    return file.file


def _locked(spreadsheet_import: SpreadsheetImport) -> SpreadsheetImport:
    return SpreadsheetImport.objects.select_for_update().get(pk=spreadsheet_import.pk)


def _log(one: SpreadsheetImport, action: str, actor: User | None) -> None:
    numbers = {outcome: number for outcome, _label, number in one.totals()}
    data = {
        "kind": one.kind,
        "target": one.target,
        "origin": one.origin,
        "file": one.file_name,
        "lines": numbers,
    }
    log(instance=one, action=action, user=actor, data=data)


# -- Lines ---------------------------------------------------------------------------------------------------
class _RolledBack(Exception):
    """Ends the transaction of a trial run. ``title``: of what would have been created."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title


def check_line(
    *, spreadsheet_import: SpreadsheetImport, line: ReadLine, known: Mapping[str, ExternalReference]
) -> ImportLine:
    """Return the report on a line of a trial run: it is written like in an import, and rolled back."""
    try:
        with transaction.atomic():
            report, _reference = _written_line(spreadsheet_import, line, known)
            if report.outcome == Outcome.CREATED:
                raise _RolledBack(report.title)
    except _RolledBack as done:
        report = ImportLine(title=done.title, outcome=Outcome.TO_CREATE)
    return _numbered(report, line, is_imported=False)


@transaction.atomic
def import_line(
    *, spreadsheet_import: SpreadsheetImport, line: ReadLine, known: Mapping[str, ExternalReference]
) -> ImportLine:
    """Create the object of a line, remember its key, and write the report on it, all or nothing."""
    report, reference = _written_line(spreadsheet_import, line, known)
    if reference is not None:
        reference.save(force_insert=True)
    record_lines(spreadsheet_import=spreadsheet_import, lines=[_numbered(report, line, is_imported=True)])
    return report


def _written_line(
    one: SpreadsheetImport, line: ReadLine, known: Mapping[str, ExternalReference]
) -> tuple[ImportLine, ExternalReference | None]:
    digest, fingerprint = key_digest(line.key), _fingerprint(line.values)
    if line.key and (before := known.get(digest)):
        return _unchanged(before, fingerprint), None
    if line.reasons:
        return _refused(line.reasons), None
    try:
        with transaction.atomic():
            written = one.import_kind.write(
                actor=one.created_by, target=one.target, key=line.key, origin=one.origin, values=line.values
            )
    except LineRefused as refused:
        return _refused(refused.reasons), None
    reference = ExternalReference(
        kind=one.kind,
        origin=one.origin,
        digest=digest,
        key=line.key,
        object_pk=written.pk,
        fingerprint=fingerprint,
    )
    title = Truncator(written.title).chars(255)
    return ImportLine(title=title, outcome=Outcome.CREATED, object_pk=written.pk), reference


def _unchanged(before: ExternalReference, fingerprint: str) -> ImportLine:
    reasons = []
    if not before.object_pk:
        reasons.append(_("It was imported earlier and deleted here since."))
    elif before.fingerprint != fingerprint:
        reasons.append(_("It was imported earlier with other values. Correct it here by hand if needed."))
    return ImportLine(outcome=Outcome.UNCHANGED, reasons=reasons, object_pk=before.object_pk)


def _refused(reasons: Sequence[str]) -> ImportLine:
    return ImportLine(outcome=Outcome.REFUSED, reasons=list(reasons)[:MOST_REASONS])


def _numbered(report: ImportLine, line: ReadLine, *, is_imported: bool) -> ImportLine:
    report.number, report.key, report.is_imported = line.number, line.key, is_imported
    return report


def _fingerprint(values: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def record_lines(*, spreadsheet_import: SpreadsheetImport, lines: Sequence[ImportLine]) -> None:
    """Write the report on lines, in place of that of the trial run."""
    for line in lines:
        line.spreadsheet_import = spreadsheet_import
    ImportLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["spreadsheet_import", "number"],
        update_fields=["key", "title", "outcome", "reasons", "object_pk", "is_imported"],
    )


@transaction.atomic
def erase_reference(*, kind: str, pk: str) -> None:
    """Erase the key and the report of an object that is erased. Its digest stays, so that it never comes back."""
    references = ExternalReference.objects.filter(kind=kind, object_pk=pk)
    if references.update(key="", object_pk="", fingerprint=""):
        ImportLine.objects.filter(spreadsheet_import__kind=kind, object_pk=pk).update(
            key="", title="", object_pk="", reasons=[]
        )
