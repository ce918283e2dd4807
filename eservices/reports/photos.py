"""A photo as it is kept: turned upright, no larger than a screen, and without what the camera wrote into it."""

import hashlib
import io
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from eservices.submissions.uploads import DAMAGED, CheckedFile, check

from .nearby import Point

KINDS = ("jpg", "jpeg", "png", "webp")
LARGEST = 1600  # pixels of the longer side
MOST_PIXELS = 60_000_000  # beyond, unpacking takes more memory than a photo is worth
QUALITY = 80


def cleaned(upload) -> tuple[CheckedFile, Point | None]:
    """The photo that is kept, always a JPEG, and where the camera says that it was taken.

    Raises ``ValidationError`` with a sentence that says what to do. Asks the virus scanner about what was
    sent: never called inside a transaction.
    """
    checked = check(upload, extensions=KINDS)
    upload.seek(0)
    try:
        with Image.open(upload) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(_("This picture is too large. Send a smaller copy."))
            place = _place(picture)
            content = _redrawn(picture)
    except DAMAGED:
        raise ValidationError(_("This picture cannot be read. Take it again, or send another.")) from None
    made = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    digest = hashlib.sha256(content).hexdigest()
    kept = replace(
        checked, name="photo.jpg", content_type="image/jpeg", size=len(content), digest=digest, file=made
    )
    return kept, place


def _redrawn(picture: Image.Image) -> bytes:
    """The same picture, drawn anew: of what stood beside the picture in the file nothing is left."""
    picture.draft("RGB", (LARGEST, LARGEST))
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LARGEST, LARGEST))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _place(picture: Image.Image) -> Point | None:
    """Latitude and longitude in the picture's EXIF; None where they are not there or make no sense."""
    gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] == "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0) else None


def _degrees(parts, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    found = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -found if negative else found
