"""Making of a departure while the site serves.

First the pages are read as visitors read them, then all else as of one moment, then the stored files: a file is stored
before the row that names it is committed, and its content never changes under one name.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pyrage
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from eservices.cases.audit_log import audit_errors
from eservices.payments.ledger import ledger_accounts, ledger_errors

from .. import __version__
from ..backups.backup_databases import database_of_site, default_connection
from ..backups.backup_store import IN_MEMORY
from ..backups.creation import exclusive_backup, work_folder
from ..backups.manifest import applied_migrations
from ..backups.stored_files import file_sources, source_of, walk_files
from ..backups.table_digests import named_files
from .departure_manifest import (
    FILES,
    FORMAT,
    TABLES,
    DepartureManifest,
    chosen_settings,
    part_digests,
    write_manifest,
)
from .departure_pack import DeparturePack, new_encrypted_file, new_folder
from .exceptions import DepartureError
from .excluded_data import EXCLUDED_TABLES
from .readable_parts import ReadableParts
from .records import describe_tables, read_lines, record_models
from .static_site import SiteCopy

STAYS = {"seal"}  # sources whose files do not leave: the new host makes a key of its own


def make_departure(
    target: Path, recipients: Sequence[pyrage.x25519.Recipient], report: Callable[[str], object]
) -> DepartureManifest:
    """Write everything into the encrypted file ``target``; without recipients, into a folder of this name."""
    with exclusive_backup(), work_folder() as work:
        made = new_encrypted_file(target, recipients) if recipients else new_folder(target)
        with made as pack:
            return _Departure(pack, work, report).write_all()


class _Departure:
    """A departure while it is made."""

    def __init__(self, pack: DeparturePack, work: Path, report: Callable[[str], object]):
        self.pack, self.work, self.report = pack, work, report

    def write_all(self) -> DepartureManifest:
        self.add_text(
            "README.html",
            render_to_string("mysite/departure_readme.html", {"commune": settings.WAGTAIL_SITE_NAME}),
        )
        site = SiteCopy(self.pack)
        site.write_all()
        self.report(f"site: {site.written} pages, {len(site.assets)} other files")
        ledger_accounts()  # creates the settings if they are missing, which a frozen database cannot
        database = database_of_site()
        with ExitStack() as stack:
            frozen = stack.enter_context(database.frozen(self.work))
            stack.enter_context(default_connection(frozen))
            parts = ReadableParts(self.pack)
            contents = {"site": site.written} | parts.write_all()
            self.report("services, cases, books, people, subscriptions, pages: written")
            tables = self.write_tables()
            self.report(f"records: {len(tables)} tables, {sum(tables.values())} rows")
            migrations = applied_migrations(frozen)
            with frozen.cursor() as cursor:
                named = named_files(cursor, source_of)
            faults = [*parts.faults, *(f"page without an answer: {address}" for address in site.failed)]
            faults += [f"audit log: {fault}" for fault in audit_errors()]
            faults += [f"ledger: {fault}" for fault in ledger_errors()]
        contents["files"] = self.write_files()
        self.report(f"records: {contents['files']} files")
        files = self.pack.files
        manifest = DepartureManifest(
            format=FORMAT,
            commune=settings.WAGTAIL_SITE_NAME,
            installation=settings.WAGTAILADMIN_BASE_URL,
            release=__version__,
            made_at=timezone.now().isoformat(),
            settings=chosen_settings(),
            migrations=migrations,
            contents=contents,
            tables=tables,
            excluded=EXCLUDED_TABLES,
            missing=sorted(
                name for name in (f"{FILES}{source}/{name}" for source, name in named) if name not in files
            ),
            faults=faults,
            digests=part_digests(files),
            files=dict(files),
        )
        write_manifest(self.pack, manifest, self.add_text)
        return manifest

    def write_tables(self) -> dict[str, int]:
        """Write the rows of all tables. Return their number by table."""
        self.add_text("records/tables.json", json.dumps(describe_tables(), ensure_ascii=False, indent=1))
        counts = {}
        for model in record_models():
            table = model._meta.db_table
            with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as lines:
                counts[table] = 0
                for line in read_lines(model):
                    lines.write(line)
                    counts[table] += 1
                self.pack.add(f"{TABLES}{table}.jsonl", lines)
        return counts

    def write_files(self) -> int:
        """Write all stored files. Return their number."""
        written = 0
        for source, storage in file_sources().items():
            if source in STAYS:
                continue
            for name in walk_files(storage):
                try:
                    with storage.open(name) as file:
                        self.pack.add(f"{FILES}{source}/{name}", file)
                except FileNotFoundError:  # deleted since the folder was read
                    continue
                written += 1
        return written

    def add_text(self, name: str, text: str) -> None:
        self.pack.add(name, BytesIO(text.encode()))


def read_departure_recipients(keys: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """Return the public keys for which a departure is encrypted: ``keys``, else those of the operator's backups."""
    if not (keys := keys or settings.BACKUP_RECIPIENTS):
        raise DepartureError(
            "No key: name the public key of the new host with --recipient (`backup --new-key` makes a pair), or "
            "leave it readable for everybody who has the folder, with --plain."
        )
    try:
        return [pyrage.x25519.Recipient.from_str(one) for one in keys]
    except pyrage.RecipientError as error:
        raise DepartureError(f"--recipient: {error}. A public key begins with age1.") from error
