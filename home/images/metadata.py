"""Removal of metadata (EXIF with GPS, XMP, IPTC) from images of editors before they are stored."""

import re
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from ..untrusted_files import inspection

# Signatures that precede metadata, in every format that editors may upload.
SIGNS = re.compile(
    rb"Exif|EXIF|eXIf|XMP |http://ns\.adobe\.com/|rdf:RDF|rdf\+xml|Photoshop 3\.0|8BIM|iTXt|tEXt|zTXt"
)
LONGEST_SIGN = 20  # bytes
LONGEST_BRANDS = 64  # bytes of the first box, which contains the brands of the format
CHUNK = 1024 * 1024
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF")
CONVERTED = (".heic", ".heif")
TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}


def is_heif(head: bytes) -> bool:
    """Return whether a file with this head is HEIF, and not AVIF, which has the same container."""
    brands = head[8:]
    return head[4:8] == b"ftyp" and b"avif" not in brands and b"avis" not in brands


def has_metadata(file) -> bool:
    """Return whether an image may contain more than its pixels. Reads in chunks. May be True by mistake."""
    file.seek(0)
    before, found = b"", is_heif(file.read(LONGEST_BRANDS))  # HEIF is converted in any case
    file.seek(0)
    while not found and (some := file.read(CHUNK)):
        found = bool(SIGNS.search(before + some))
        before = some[-LONGEST_SIGN:]
    file.seek(0)
    return found


def stripped(upload):
    """Return an uploaded image upright and without metadata, as JPEG if it was HEIC.

    Return the same object if there is nothing to remove. Raise ``inspection.CannotOpen``.
    """
    if not has_metadata(upload):
        return upload
    picture, name = _redraw(upload, upload.name)
    return SimpleUploadedFile(name, picture.content, TYPES[picture.format])


def strip(image) -> bool:
    """Remove metadata from the file of an image, which the caller still has to save. Return whether there was any.

    A file that is already stored is deleted at the end of the transaction. Raise ``inspection.CannotOpen``.
    """
    is_stored = bool(image.file) and image.file._committed
    if not image.file or (is_stored and not image.file.storage.exists(image.file.name)):
        return False
    image.file.open("rb")
    try:
        if not has_metadata(image.file):
            return False
        picture, name = _redraw(image.file, image.file.name)
    finally:
        if is_stored:  # an unstored file is still to be written
            image.file.close()
    stored = image.file.name if is_stored else ""
    if (image.width, image.height) != (
        picture.width,
        picture.height,
    ):  # it was rotated: the focal point does not match any more
        image.set_focal_point(None)
    storage = image.file.storage
    image.file = ContentFile(picture.content, name=name)
    image._set_image_file_metadata()
    if stored:
        transaction.on_commit(lambda: storage.delete(stored), robust=True)
    return True


def strip_portrait(avatar) -> bool:
    """Replace the file of a field by one without metadata. Return whether there was any.

    A stored file is written anew and the old one deleted; the caller still has to save the row. Raise
    ``inspection.CannotOpen``.
    """
    stored = avatar.name if avatar._committed else ""
    avatar.open("rb")
    try:
        if not has_metadata(avatar):
            return False
        picture, name = _redraw(avatar, avatar.name)
    finally:
        if stored:
            avatar.close()
    avatar.save(name, ContentFile(picture.content), save=False)
    if stored and stored != avatar.name:
        storage = avatar.storage
        transaction.on_commit(lambda: storage.delete(stored), robust=True)
    return True


def _redraw(file, path: str):
    name = PurePosixPath(path)
    to = "JPEG" if name.suffix.lower() in CONVERTED else ""
    picture = inspection.redraw(
        file, formats=FORMATS, to=to, most_pixels=settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    )
    return picture, f"{name.stem}.jpg" if to else name.name
