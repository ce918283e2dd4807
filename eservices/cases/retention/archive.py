"""A case as one package for the archive, and where packages are kept."""

import hashlib
import shutil
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from ..archive_files import archive_file_providers
from ..models import Case

IN_MEMORY = 5 * 1024 * 1024  # bytes; larger packages are made on the disk
CHUNK = 64 * 1024


class CaseArchive(Protocol):
    """Where packages are kept for good: a folder, a document management system."""

    def keep(self, case: Case, package: IO[bytes]) -> str:
        """Keeps the package of a case and answers where. Keeping one again replaces it."""

    def open(self, location: str) -> IO[bytes]:
        """What was kept at ``location``."""


class PrivateStorageArchive:
    """Packages in the private storage, by the year in which the case was closed."""

    storage = property(lambda self: storages["private"])

    def keep(self, case: Case, package: IO[bytes]) -> str:
        name = f"archive/{timezone.localtime(case.closed_at):%Y}/{case.reference}.zip"
        self.storage.delete(name)
        return self.storage.save(name, File(package))

    def open(self, location: str) -> IO[bytes]:
        return self.storage.open(location)


class ArchiveDamaged(Exception):
    """What the archive gives back is not what was handed to it."""


def configured_archive() -> CaseArchive:
    """The archive that the operator chose."""
    return import_string(settings.CASE_ARCHIVE)()


def archive_case(case: Case, now: datetime) -> tuple[str, str]:
    """Archives the case; where its package lies, and its SHA-256, read back from there."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as package:
        write_package(case, package, now)
        digest = digest_of(package)
        location = configured_archive().keep(case, package)
    with configured_archive().open(location) as kept:
        if digest_of(kept) != digest:
            raise ArchiveDamaged(location)
    return location, digest


def write_package(case: Case, package: IO[bytes], now: datetime) -> None:
    """The case as a ZIP: what every app brings, and ``SHA256SUMS`` over it, as ``sha256sum -c`` reads it."""
    sums = []
    with (
        translation.override(settings.LANGUAGE_CODE),
        zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for offer in archive_file_providers:
            for name, content in offer(case):
                sums.append(f"{digest_of(content)}  {name}\n")
                with packed.open(_entry(name, now), "w") as entry:
                    shutil.copyfileobj(content, entry)
        packed.writestr(_entry("SHA256SUMS", now), "".join(sums))
    package.seek(0)


def digest_of(content: IO[bytes]) -> str:
    """SHA-256; the content stands at its beginning afterwards."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.localtime(now).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
