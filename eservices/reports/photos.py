"""A photo as it is kept: turned upright, no larger than a screen, and without what the camera wrote into it."""

from eservices.submissions.upload_checks import CheckedFile, Deadline, check_upload, redrawn, with_picture

from .nearby import Point

KINDS = ("jpg", "jpeg", "png", "webp", "heic")
MAX_SIDE_PIXELS = 1600  # pixels of the longer side
QUALITY = 80


def clean_photo(upload, deadline: Deadline | None = None) -> tuple[CheckedFile, Point | None]:
    """The photo that is kept, always a JPEG, and where the camera says that it was taken.

    Raises ``ValidationError`` with a sentence that says what to do. Asks the virus scanner about what was
    sent: never called inside a transaction.
    """
    deadline = deadline or Deadline()
    checked = check_upload(upload, extensions=KINDS, converted=False, deadline=deadline)
    picture = redrawn(upload, checked.name, deadline, largest=MAX_SIDE_PIXELS, quality=QUALITY)
    return with_picture(checked, picture, "photo.jpg"), picture.place
