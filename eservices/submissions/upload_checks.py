"""Checks of uploads: type, content, size and viruses, before anything is stored."""

import hashlib
import logging
import re
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import PurePosixPath

import filetype
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from home.files.disk_space import has_disk_space
from home.images.metadata import is_heif
from home.localization.file_sizes import format_size_limit
from home.untrusted_files import inspection, messages
from home.untrusted_files.inspect_file import OFFICE, OPEN, PARTS

from . import virus_scan
from .models import ScanResult

logger = logging.getLogger(__name__)

# Allowed files: extension → type. Formats that a browser could run (SVG, HTML) or that hide macros are not allowed.
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "heif": "image/heic",
    "webp": "image/webp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "odt": f"{OPEN}.text",
    "ods": f"{OPEN}.spreadsheet",
}
PHOTOS = ("JPEG", "PNG", "WEBP", "HEIF")
CONVERTED = {TYPES["heic"]}  # formats that browsers and office programs do not show
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1")
QUALITY = 90  # of the converted JPEG
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError)
MARKUP = re.compile(rb"<(!doctype html|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
# The contents of a PDF: an invoice, a note with its markup, the file from which it was made.
OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj\b.*?(?:\bendobj\b|\Z)", re.DOTALL)
# end of an archive, in a PDF object
HELD_ARCHIVE = re.compile(rb"PK\x05\x06.{16}\0\0\s*endstream\b", re.DOTALL)
HEAD = 1024  # bytes in which a browser looks for markup, and PDF readers for the first line
OPENING = 8192  # bytes that identify the type of a file
LAST = 66_000  # bytes in which archive programs look for the end of an archive
# Signatures that archive programs find anywhere in a file: archives of RAR, 7-Zip and Windows. Each is too long to be
# in a photo by chance.
ARCHIVE = re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|MSCF\0{4}")
PLACED = ((257, b"ustar"), (32769, b"CD001"))  # tar, and disc images
PDF = re.compile(rb"%PDF-\d\.\d")
OTHERS = re.compile(ARCHIVE.pattern + b"|" + PDF.pattern)  # in files that are not PDF themselves
MAX_SIGNATURE_BYTES = 8
MB = 1024 * 1024
MAX_FILES_PER_REQUEST = 10  # how many files of the maximum size one request may contain
MAX_NAME_LENGTH = 150
SECONDS_FOR_ALL = 15  # to inspect the files of one request; gunicorn ends a process after 30


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed the checks, with its cleaned name, its type by content and its scan result."""

    name: str
    content_type: str
    size: int
    digest: str
    file: File
    scan: str = ScanResult.NOT_NEEDED
    cautions: tuple[str, ...] = ()


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Upload handler that stores no more than the maximum of one file and of all, so that nobody can fill the disk.

    The excess is read and dropped, so that the text posted with it still arrives. Staff have no limit.
    """

    def handle_raw_input(self, *args, **kwargs):
        self.limit, self.room = settings.UPLOAD_MAX_BYTES, MAX_FILES_PER_REQUEST * settings.UPLOAD_MAX_BYTES
        if getattr(getattr(self.request, "user", None), "is_staff", False):
            self.limit = self.room = float("inf")

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received, self.cut = 0, False

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        self.cut = self.cut or self.received > self.limit or len(raw_data) > self.room
        if not self.cut:
            self.room -= len(raw_data)
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size):
        upload = super().file_complete(file_size)
        upload.cut = self.cut
        return upload


def limit_input(view):
    """Wrap a view to answer too much input, too many fields or files with a page that explains it."""
    protected = csrf_protect(view)

    @csrf_exempt  # the token is in the input: ``protected`` checks it where too much input can be handled
    @wraps(view)
    def page(request, *args, **kwargs):
        try:
            return protected(request, *args, **kwargs)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return render(request, "submissions/too_much.html", status=413)

    return page


class Deadline:
    """The time limit for all files of one request, so that a web process is never blocked for long."""

    def __init__(self, seconds: float = SECONDS_FOR_ALL):
        self.ends = time.monotonic() + seconds

    def left(self, most: float) -> float:
        """Return the seconds that one program may take, at most ``most``.

        Raise ``inspection.Busy`` if none are left.
        """
        left = min(most, self.ends - time.monotonic())
        if left <= 0:
            raise inspection.Busy("the files of this request took all its time")
        return left

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise ``inspection.Busy`` if a program failed because the other files of the request took the time."""
        try:
            yield
        except inspection.Busy:
            raise
        except inspection.CannotOpen as fault:
            if time.monotonic() >= self.ends:
                raise inspection.Busy(str(fault)) from fault
            raise


def check_upload(
    upload,
    *,
    extensions=(),
    max_bytes: int | None = None,
    converted: bool = True,
    deadline: Deadline | None = None,
) -> CheckedFile:
    """Check a file. Return it as it may be stored, or raise ``ValidationError`` that says what to do.

    Photos in a format that few programs show are converted to JPEG, unless ``converted`` is False: then the caller
    converts them. ``deadline``: shared by all files of a request. Calls the virus scanner and inspection programs, so
    never call it inside a transaction.
    """
    deadline = deadline or Deadline()
    name = clean_file_name(upload.name)
    limit = min(max_bytes or settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES)
    if not upload.size:
        raise ValidationError(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    _refuse_large(upload.size, name, limit)
    if getattr(upload, "cut", False):
        raise ValidationError(
            _("“%(name)s”: these files are too much at once. Send it again by itself.") % {"name": name}
        )
    if not has_disk_space(upload.size):
        raise ValidationError(messages.NO_ROOM % {"name": name})
    content_type = _content_type(upload, name, accepted_extensions(extensions))
    cautions = _inspected(upload, name, deadline)
    checked = CheckedFile(
        name=name,
        content_type=content_type,
        size=upload.size,
        digest=_digest(upload),
        file=upload,
        scan=_scanned(upload, name),
        cautions=cautions,
    )
    if content_type in CONVERTED and converted:
        checked = _as_jpeg(checked, deadline)
        _refuse_large(checked.size, name, limit)  # the converted file has another size
    return checked


def _refuse_large(size: int, name: str, limit: int) -> None:
    if size > limit:
        raise ValidationError(
            _("“%(name)s” is too large: at most %(limit)s. Send a smaller copy, or a photo of lower quality.")
            % {"name": name, "limit": format_size_limit(limit)}
        )


def accepted_extensions(extensions=()) -> list[str]:
    """Return the extensions that a field accepts: those it names that are allowed at all; all if it names none."""
    wanted = [extension.lower().lstrip(".") for extension in extensions]
    return [extension for extension in TYPES if extension in wanted] or list(TYPES)


def clean_file_name(name: str) -> str:
    """Return a name that is safe to show and to save under: no path, no control or direction marks, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name or "")[-1])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    name = " ".join(name.split()).lstrip(". ")
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix[:12]
    return f"{stem[: MAX_NAME_LENGTH - len(suffix)]}{suffix}" if stem else _("file")


def _content_type(upload, name: str, extensions: list[str]) -> str:
    """Return the type on which extension and content agree."""
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    if extension not in extensions:
        kinds = ", ".join(one.upper() for one in extensions if one not in ("jpeg", "heif", "tiff"))
        raise ValidationError(
            _("“%(name)s” cannot be accepted. Send one of these kinds: %(kinds)s.")
            % {"name": name, "kinds": kinds}
        )
    try:
        honest = _is_package(upload) if extension in PARTS else _is_only(upload, extension)
    except DAMAGED:
        honest = False
    finally:
        upload.seek(0)
    if not honest:
        raise ValidationError(messages.REFUSALS["damaged"] % {"name": name})
    return TYPES[extension]


def _inspected(upload, name: str, deadline: Deadline) -> tuple[str, ...]:
    """Return warnings about a file. Its content is inspected by a separate program."""
    try:
        with deadline.enforced():
            extension = PurePosixPath(name).suffix.lstrip(".").lower()
            found = inspection.inspect(upload, extension, deadline.left(inspection.PATIENCE))
    except inspection.Busy:
        raise ValidationError(messages.BUSY % {"name": name}) from None
    except inspection.CannotOpen as fault:
        logger.info("A file could not be inspected: %s", fault)
        raise ValidationError(messages.TOO_MUCH_WORK % {"name": name}) from None
    if found.refused:
        raise ValidationError(messages.REFUSALS[found.refused] % {"name": name})
    return found.cautions


def _as_jpeg(checked: CheckedFile, deadline: Deadline) -> CheckedFile:
    picture = redrawn(checked.file, checked.name, deadline, quality=QUALITY)
    return with_picture(checked, picture, f"{PurePosixPath(checked.name).stem}.jpg")


def redrawn(upload, name: str, deadline: Deadline | None = None, **options) -> inspection.Picture:
    """Re-encode a photo as JPEG, see ``inspection.redraw``; raise ``ValidationError`` if that is not possible."""
    try:
        deadline = deadline or Deadline()
        with deadline.enforced():
            patience = deadline.left(inspection.PATIENCE_TO_DRAW)
            return inspection.redraw(upload, formats=PHOTOS, to="JPEG", patience=patience, **options)
    except inspection.Busy:
        raise ValidationError(messages.BUSY % {"name": name}) from None
    except inspection.TooLarge:
        raise ValidationError(_("This picture is too large. Send a smaller copy.")) from None
    except inspection.CannotOpen as fault:
        logger.info("A picture could not be drawn: %s", fault)
        raise ValidationError(_("This picture cannot be read. Take it again, or send another.")) from None


def with_picture(checked: CheckedFile, picture: inspection.Picture, name: str) -> CheckedFile:
    """Return the checked file with its content replaced by a picture made from it."""
    kept = SimpleUploadedFile(name, picture.content, "image/jpeg")
    return replace(
        checked,
        name=name,
        content_type="image/jpeg",
        size=len(picture.content),
        digest=hashlib.sha256(picture.content).hexdigest(),
        file=kept,
    )


def _is_only(upload, extension: str) -> bool:
    """Return whether the content is of this type and no other that a browser or an archive program could read."""
    upload.seek(0)
    head = upload.read(OPENING)
    kind = filetype.guess(head)
    heif = TYPES[extension] in CONVERTED and is_heif(head) and any(one in head[8:64] for one in HEIF_BRANDS)
    if not heif and (kind is None or kind.mime != TYPES[extension]):
        return False
    if extension == "pdf":
        return not (
            MARKUP.search(OBJECT.sub(b"", head)) or _ends_as_archive(upload) or _holds(upload, ARCHIVE)
        )
    return not (MARKUP.search(head[:HEAD]) or zipfile.is_zipfile(upload) or _holds(upload, OTHERS))


def _is_package(upload) -> bool:
    """Return whether a file is an office document package and nothing else."""
    upload.seek(0)
    head = upload.read(HEAD)
    return head.startswith(b"PK\x03\x04") and not PDF.search(head) and not _holds(upload, ARCHIVE)


def _ends_as_archive(upload) -> bool:
    """Return whether a PDF is itself an archive.

    A PDF that merely contains one, as editable PDF files do, is no archive.
    """
    if not zipfile.is_zipfile(upload):
        return False
    upload.seek(max(0, upload.size - LAST))
    last = upload.read()
    return not HELD_ARCHIVE.match(last, last.rfind(b"PK\x05\x06"))


def _holds(upload, sign: re.Pattern[bytes]) -> bool:
    """Return whether the file contains a signature of another format. Reads it in parts."""
    for place, placed in PLACED:
        upload.seek(place)
        if upload.read(len(placed)) == placed:
            return True
    upload.seek(0)
    before = b""
    while some := upload.read(MB):
        if sign.search(before + some):
            return True
        before = some[-MAX_SIGNATURE_BYTES:]
    return False


def _scanned(upload, name: str) -> str:
    """Return the result of the virus scan; WAITING if the scanner is not available."""
    if not virus_scan.is_configured():
        return ScanResult.NOT_NEEDED
    upload.seek(0)
    try:
        virus = virus_scan.scan_content(upload.chunks())
    except virus_scan.ScannerUnavailable:
        return ScanResult.WAITING
    finally:
        upload.seek(0)
    if virus:
        raise ValidationError(
            _("“%(name)s” contains a virus (%(virus)s) and was not saved. Check your device first.")
            % {"name": name, "virus": virus}
        )
    return ScanResult.CLEAN


def _digest(upload) -> str:
    found = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()
