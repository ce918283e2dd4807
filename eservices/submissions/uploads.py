"""What may be sent as a file: judged by extension, content, size and count before anything is kept."""

import hashlib
import lzma
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
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
# What a packed format must hold inside: the name of a part, for OpenDocument its content too.
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "mimetype", "ods": "mimetype"}
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, RuntimeError, EOFError)
MOST_FILES = 10
LONGEST_NAME = 150


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept, with its cleaned name and its type by content."""

    name: str
    content_type: str
    size: int
    digest: str
    file: File


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps no more of a file than may be sent, so that a huge one cannot fill the disk."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received <= settings.UPLOAD_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)


def check(upload, *, extensions=(), max_bytes: int | None = None) -> CheckedFile:
    """The file as it may be kept, or ``ValidationError`` with a sentence that says what to do."""
    name = clean_name(upload.name)
    limit = min(max_bytes or settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES)
    if not upload.size:
        raise ValidationError(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    if upload.size > limit:
        raise ValidationError(
            _("“%(name)s” is too large: at most %(limit)s. Send a smaller copy, or a photo of lower quality.")
            % {"name": name, "limit": filesizeformat(limit)}
        )
    return CheckedFile(
        name=name,
        content_type=_content_type(upload, name, accepted(extensions)),
        size=upload.size,
        digest=_digest(upload),
        file=upload,
    )


def accepted(extensions=()) -> list[str]:
    """The extensions that a field takes: of those that may be sent at all, those it names; all if none."""
    wanted = [extension.lower().lstrip(".") for extension in extensions]
    return [extension for extension in TYPES if extension in wanted] or list(TYPES)


def clean_name(name: str) -> str:
    """A name safe to show and to save under: no path, no control or direction marks, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name or "")[-1])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    name = " ".join(name.split()).lstrip(". ")
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix[:12]
    return f"{stem[: LONGEST_NAME - len(suffix)]}{suffix}" if stem else _("file")


def _content_type(upload, name: str, extensions: list[str]) -> str:
    """The type that extension and content agree upon."""
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    if extension not in extensions:
        kinds = ", ".join(one.upper() for one in extensions if one not in ("jpeg", "tiff"))
        raise ValidationError(
            _("“%(name)s” cannot be accepted. Send one of these kinds: %(kinds)s.")
            % {"name": name, "kinds": kinds}
        )
    if not (_holds_parts(upload, extension) if extension in PARTS else _has_signature(upload, extension)):
        raise ValidationError(
            _("“%(name)s” is not what its name says, or it is damaged. Open it, save it again and send it.")
            % {"name": name}
        )
    return TYPES[extension]


def _has_signature(upload, extension: str) -> bool:
    upload.seek(0)
    kind = filetype.guess(upload.read(8192))
    upload.seek(0)
    return kind is not None and kind.mime == TYPES[extension]


def _holds_parts(upload, extension: str) -> bool:
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as packed:
            names = packed.namelist()
            if PARTS[extension] not in names or any("vbaproject" in name.lower() for name in names):
                return False
            if PARTS[extension] != "mimetype":
                return True
            with packed.open("mimetype") as part:
                return part.read(200).decode("ascii", "replace") == TYPES[extension]
    except DAMAGED:
        return False
    finally:
        upload.seek(0)


def _digest(upload) -> str:
    found = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()
