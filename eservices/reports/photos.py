"""Stored photos: upright, no larger than a screen, and without metadata of the camera."""

from io import BytesIO

from PIL import Image, ImageOps

from eservices.submissions.models import StoredFile
from eservices.submissions.upload_checks import CheckedFile, Deadline, check_upload, redrawn, with_picture

from .nearby import Point

KINDS = ("jpg", "jpeg", "png", "webp", "heic", "heif")
MAX_SIDE_PIXELS = 1600  # of the longer side
QUALITY = 80
SMALL = (320, 240)  # pixels of a picture in a list


def clean_photo(upload, deadline: Deadline | None = None) -> tuple[CheckedFile, Point | None]:
    """Return the photo to store, always a JPEG, and the place in its metadata; None without one.

    Raise ``ValidationError`` with an instruction for the user. Sends the upload to the virus scanner, so it must
    not be called inside a transaction.
    """
    deadline = deadline or Deadline()
    checked = check_upload(upload, extensions=KINDS, converted=False, deadline=deadline)
    picture = redrawn(upload, checked.name, deadline, largest=MAX_SIDE_PIXELS, quality=QUALITY)
    return with_picture(checked, picture, "photo.jpg"), picture.place


def small_picture(stored: StoredFile) -> bytes:
    """Return a stored photo as a small JPEG, cut to the proportions of ``SMALL``. It was drawn by ``clean_photo``."""
    with stored.content.open("rb") as file, Image.open(file, formats=("JPEG",)) as picture:
        picture.draft("RGB", (2 * SMALL[0], 2 * SMALL[1]))
        small = ImageOps.fit(picture.convert("RGB"), SMALL)
    found = BytesIO()
    small.save(found, "JPEG", quality=QUALITY)
    return found.getvalue()
