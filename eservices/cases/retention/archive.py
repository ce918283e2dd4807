"""Archive packages of cases, and the archive that stores them."""

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

from home.extensions.base import extensions
from home.extensions.integrations import IntegrationRegistry

from ..extension_points import CaseExtension
from ..models import Case

IN_MEMORY = 5 * 1024 * 1024  # bytes; larger packages are built on disk
CHUNK = 64 * 1024


class CaseArchive(Protocol):
    """A permanent store for packages, such as a folder or a document store."""

    def store(self, case: Case, package: IO[bytes]) -> str:
        """Store the package of a case and return its location. It replaces an earlier one of the case."""

    def open(self, location: str) -> IO[bytes]:
        """Open the package at ``location``."""


case_archives: IntegrationRegistry[type[CaseArchive]] = IntegrationRegistry("CASE_ARCHIVE")


class PrivateStorageArchive:
    """Packages in the private storage, by the year in which the case was closed."""

    storage = property(lambda self: storages["private"])

    def store(self, case: Case, package: IO[bytes]) -> str:
        name = f"archive/{timezone.localtime(case.closed_at):%Y}/{case.reference}.zip"
        self.storage.delete(name)
        return self.storage.save(name, File(package))

    def open(self, location: str) -> IO[bytes]:
        return self.storage.open(location)


class ArchiveDamaged(Exception):
    """The archive returned other content than it received."""


def configured_archive() -> CaseArchive:
    """Return the archive that the operator configured."""
    return case_archives.chosen()()


def archive_case(case: Case, now: datetime) -> tuple[str, str]:
    """Archive the case. Return the location of its package and its SHA-256, verified by reading it back."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as package:
        write_package(case, package, now)
        digest = digest_of(package)
        location = configured_archive().store(case, package)
    with configured_archive().open(location) as kept:
        if digest_of(kept) != digest:
            raise ArchiveDamaged(location)
    return location, digest


def write_package(case: Case, package: IO[bytes], now: datetime) -> None:
    """Write the case as a ZIP: the files of every app, and ``SHA256SUMS`` for ``sha256sum -c``."""
    sums = []
    with (
        translation.override(settings.LANGUAGE_CODE),
        zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for extension in extensions(CaseExtension):
            for name, content in extension.archive_files(case):
                sums.append(f"{digest_of(content)}  {name}\n")
                with packed.open(_entry(name, now), "w") as entry:
                    shutil.copyfileobj(content, entry)
        packed.writestr(_entry("SHA256SUMS", now), "".join(sums))
    package.seek(0)


def digest_of(content: IO[bytes]) -> str:
    """Return the SHA-256 of the content, and rewind it."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.localtime(now).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
