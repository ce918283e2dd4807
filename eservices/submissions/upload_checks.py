"""What may be sent as a file: judged by kind, content and size, and scanned, before anything is kept."""

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
from home.localization.file_sizes import format_size_limit
from home.untrusted_files import inspection, messages
from home.untrusted_files.inspect_file import OFFICE, OPEN, PARTS

from . import virus_scan
from .models import ScanResult

logger = logging.getLogger(__name__)

# What may be sent: extension → type. What a browser could run (SVG, HTML) is not here, nor what hides macros.
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "webp": "image/webp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "odt": f"{OPEN}.text",
    "ods": f"{OPEN}.spreadsheet",
}
PHOTOS = ("JPEG", "PNG", "WEBP", "HEIF")
CONVERTED = {TYPES["heic"]}  # what browsers and offices do not show
QUALITY = 90  # of the JPEG made of it
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError)
MARKUP = re.compile(rb"<(!doctype html|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
# What a PDF holds: an invoice, a note with its markup, the file that it was made from.
OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj\b.*?(?:\bendobj\b|\Z)", re.DOTALL)
HELD_ARCHIVE = re.compile(rb"PK\x05\x06.{16}\0\0\s*endstream\b", re.DOTALL)  # its last lines, in an object
HEAD = 1024  # bytes in which a browser looks for markup, and readers of PDF for its first line
OPENING = 8192  # bytes by which the kind of a file is known
LAST = 66_000  # bytes in which archivers look for the last lines of an archive
# What archivers and readers look for further in: archives of RAR, 7-Zip and Windows anywhere. Each is too long to
# stand in a photo by chance.
ARCHIVE = re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|MSCF\0{4}")
PLACED = ((257, b"ustar"), (32769, b"CD001"))  # tar, and the picture of a disc
PDF = re.compile(rb"%PDF-\d\.\d")
OTHERS = re.compile(ARCHIVE.pattern + b"|" + PDF.pattern)  # in what is no PDF itself
MAX_SIGNATURE_BYTES = 8
MB = 1024 * 1024
MAX_FILES_PER_REQUEST = 10  # files of the largest size that one request may bring
MAX_NAME_LENGTH = 150
SECONDS_FOR_ALL = 15  # to inspect the files of one request; gunicorn ends a process after 30


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept, with its cleaned name, its type by content and what the scanner says."""

    name: str
    content_type: str
    size: int
    digest: str
    file: File
    scan: str = ScanResult.NOT_NEEDED
    cautions: tuple[str, ...] = ()


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps no more than may be sent, of one file and of all, so that nobody fills the disk.

    What is beyond is read and dropped: the text that was typed beside it arrives all the same. Staff send
    what they need.
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
    """Answers too much input, too many fields or files, with a page that says so."""
    protected = csrf_protect(view)

    @csrf_exempt  # the token stands in the input: ``protected`` checks it where too much can be answered
    @wraps(view)
    def page(request, *args, **kwargs):
        try:
            return protected(request, *args, **kwargs)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return render(request, "submissions/too_much.html", status=413)

    return page


class Deadline:
    """The time that the files of one request have together, so that a site process is never held for long."""

    def __init__(self, seconds: float = SECONDS_FOR_ALL):
        self.ends = time.monotonic() + seconds

    def left(self, most: float) -> float:
        """Return the seconds that one program may take, at most ``most``. Raise ``files.Busy`` if none are left."""
        left = min(most, self.ends - time.monotonic())
        if left <= 0:
            raise inspection.Busy("the files of this request took all its time")
        return left

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Tell of files that were cut off by the others, and not by what they take themselves."""
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
    """The file as it may be kept, or ``ValidationError`` with a sentence that says what to do.

    A photo of a kind that few programs show becomes a JPEG, unless ``converted`` is False: then the caller does it.
    ``deadline``: of all files of a request.
    Asks the virus scanner and programs of ours: never called inside a transaction.
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
        _refuse_large(checked.size, name, limit)  # what is kept is another file
    return checked


def _refuse_large(size: int, name: str, limit: int) -> None:
    if size > limit:
        raise ValidationError(
            _("“%(name)s” is too large: at most %(limit)s. Send a smaller copy, or a photo of lower quality.")
            % {"name": name, "limit": format_size_limit(limit)}
        )


def accepted_extensions(extensions=()) -> list[str]:
    """The extensions that a field takes: of those that may be sent at all, those it names; all if none."""
    wanted = [extension.lower().lstrip(".") for extension in extensions]
    return [extension for extension in TYPES if extension in wanted] or list(TYPES)


def clean_file_name(name: str) -> str:
    """A name safe to show and to save under: no path, no control or direction marks, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name or "")[-1])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    name = " ".join(name.split()).lstrip(". ")
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix[:12]
    return f"{stem[: MAX_NAME_LENGTH - len(suffix)]}{suffix}" if stem else _("file")


def _content_type(upload, name: str, extensions: list[str]) -> str:
    """The type that extension and content agree upon."""
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    if extension not in extensions:
        kinds = ", ".join(one.upper() for one in extensions if one not in ("jpeg", "tiff"))
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
    """What to know about a file before it is opened. Its content is judged by a program of its own."""
    try:
        with deadline.kept():
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
    """A photo drawn anew as JPEG, see ``files.redraw``; ``ValidationError`` with a sentence if that is not possible."""
    try:
        deadline = deadline or Deadline()
        with deadline.kept():
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
    """The checked file with a picture that was drawn of it in its place."""
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
    """Whether the content is of this kind and of no other: a browser or an archiver could read it as that."""
    upload.seek(0)
    head = upload.read(OPENING)
    kind = filetype.guess(head)
    if kind is None or kind.mime != TYPES[extension]:
        return False
    if extension == "pdf":
        return not (
            MARKUP.search(OBJECT.sub(b"", head)) or _ends_as_archive(upload) or _holds(upload, ARCHIVE)
        )
    return not (MARKUP.search(head[:HEAD]) or zipfile.is_zipfile(upload) or _holds(upload, OTHERS))


def _is_package(upload) -> bool:
    """Whether a file is packed as a document is, and nothing else."""
    upload.seek(0)
    head = upload.read(HEAD)
    return head.startswith(b"PK\x03\x04") and not PDF.search(head) and not _holds(upload, ARCHIVE)


def _ends_as_archive(upload) -> bool:
    """Whether a PDF is an archive too, and not one that merely holds one, as those that can be edited again do."""
    if not zipfile.is_zipfile(upload):
        return False
    upload.seek(max(0, upload.size - LAST))
    last = upload.read()
    return not HELD_ARCHIVE.match(last, last.rfind(b"PK\x05\x06"))


def _holds(upload, sign: re.Pattern[bytes]) -> bool:
    """Whether the sign of another format stands anywhere, or one where it has it. Reads some at a time."""
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
    """What the scanner says; where it is away the file is held until it is back."""
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
            _("“%(name)s” carries a virus (%(virus)s) and was not kept. Check your device first.")
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
