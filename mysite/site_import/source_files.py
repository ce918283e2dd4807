"""Files of a source: what was uploaded, a ZIP with files beside the export, and what the old site answers.

A file is read up to a limit, whatever it claims to contain.
"""

import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from urllib.robotparser import RobotFileParser

from django.core.files.base import File
from django.utils.translation import gettext as _

from home.web.http_client import AnswerTooLarge, HttpAnswer, HttpClient, HttpError, HttpRefused

from .exceptions import SourceError

MB = 1024 * 1024
MAX_EXPORT_BYTES, MAX_FILE_BYTES, MAX_UPLOAD_BYTES = 200 * MB, 50 * MB, 500 * MB
MAX_MEMBERS = 20_000  # of a ZIP
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
EXPORTS = (".xml", ".json", ".csv", ".xlsx", ".rss", ".atom", ".wxr")
AGENT = "commune-import"
HEADERS = {"User-Agent": f"Mozilla/5.0 (compatible; {AGENT})"}
PAGES = HttpClient(deadline=30, idle=10, max_bytes=20 * MB, standard_ports=True)
FILES = HttpClient(deadline=120, idle=15, max_bytes=MAX_FILE_BYTES, max_redirects=3, standard_ports=True)
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, NotImplementedError)


@dataclass
class Source:
    """A source as readers see it: the address of the old site, and the export if one was uploaded."""

    address: str = ""
    export: BinaryIO | None = None
    name: str = ""  # of the export
    archive: zipfile.ZipFile | None = None
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)  # by path, in lower case
    pause: float = 1  # seconds between two requests
    asked_at: float = 0
    robots: RobotFileParser | None = None

    def ask(self, address: str) -> HttpAnswer:
        """Return the answer of the old site, which may be a redirect. Raise SourceError."""
        time.sleep(max(0, self.asked_at + self.pause - time.monotonic()))
        self.asked_at = time.monotonic()
        try:
            return PAGES.request("GET", address, headers=HEADERS)
        except HttpError as error:
            raise SourceError(http_reason(error)) from error

    def ask_for(self, address: str) -> HttpAnswer:
        """Return the answer of an address that must exist, at the end of its redirects. Raise SourceError."""
        try:
            answer = FILES.request("GET", address, headers=HEADERS)
        except HttpError as error:
            raise SourceError(http_reason(error)) from error
        if answer.status_code != 200:
            raise SourceError(f"HTTP {answer.status_code}")
        return answer

    def read_file(self, address: str) -> bytes:
        """Return a file of the old site: from the ZIP if it is there. Raise SourceError."""
        member = self._member(address)
        if member is None:
            return self.ask_for(address).content
        try:
            return self._read_member(member)
        except BROKEN as error:
            raise SourceError(_("It is damaged.")) from error

    def _member(self, address: str) -> zipfile.ZipInfo | None:
        """Return the member of the ZIP whose path ends like the address, the longest end first."""
        parts = [part for part in unquote(urlsplit(address).path).lower().split("/") if part]
        for first in range(len(parts)):
            end = "/".join(parts[first:])
            if end in self.members:
                return self.members[end]
            if found := next((one for path, one in self.members.items() if path.endswith(f"/{end}")), None):
                return found
        return None

    def _read_member(self, member: zipfile.ZipInfo) -> bytes:
        if self.archive is None or member.compress_type not in PACKED or member.flag_bits & 1:
            raise SourceError(_("It is packed in a way that cannot be read."))
        with self.archive.open(member) as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise SourceError(too_large(MAX_FILE_BYTES))
        return content


@contextmanager
def opened_source(address: str, file: File | None, name: str = "", pause: float = 1) -> Iterator[Source]:
    """Open an uploaded export, or a ZIP with an export and files. Raise SourceError if it is neither."""
    if not file:
        yield Source(address, pause=pause)
        return
    with file.open("rb") as content:
        if not name.lower().endswith(".zip"):
            if content.size > MAX_EXPORT_BYTES:
                raise SourceError(too_large(MAX_EXPORT_BYTES))
            yield Source(address, content, name, pause=pause)
            return
        try:
            archive = zipfile.ZipFile(content)
        except BROKEN as error:
            raise SourceError(_("This is not a ZIP file that can be read.")) from error
        with archive:
            source = Source(address, archive=archive, members=_members(archive), pause=pause)
            source.name, source.export = _export(source)
            yield source


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found = [one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
    if len(found) > MAX_MEMBERS:
        raise SourceError(_("The ZIP file has too many files: at most %(limit)s.") % {"limit": MAX_MEMBERS})
    return {one.filename.lower().strip("/"): one for one in found}


def _export(source: Source) -> tuple[str, BinaryIO]:
    """Return the export in a ZIP: the file of a known type that is nearest to the top."""
    found = [path for path in source.members if path.endswith(EXPORTS)]
    if not found:
        raise SourceError(_("The ZIP file contains no export (XML, JSON, CSV or XLSX)."))
    nearest = min(found, key=lambda path: (path.count("/"), path))
    member = source.members[nearest]
    try:
        content = source._read_member(member)
    except BROKEN as error:
        raise SourceError(_("This is not a ZIP file that can be read.")) from error
    return PurePosixPath(nearest).name, io.BytesIO(content)


def too_large(limit: int) -> str:
    return _("It is too large: at most %(limit)s MB.") % {"limit": limit // MB}


def http_reason(error: HttpError) -> str:
    """Return why the old site gave no answer."""
    if isinstance(error, HttpRefused):
        return _("This address may not be requested.")
    if isinstance(error, AnswerTooLarge):
        return _("The answer is too large.")
    return _("The server does not answer.")
