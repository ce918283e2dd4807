"""Image form of the admin: for one image, for several at once and in the chooser."""

import logging
from functools import wraps

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from wagtail.images.forms import BaseImageForm

from ..untrusted_files import inspection
from .metadata import stripped

logger = logging.getLogger(__name__)


class ImageForm(BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            field.to_python = readable(field.to_python)

    def clean_file(self):
        upload = self.cleaned_data["file"]
        return strip_upload(upload) if isinstance(upload, UploadedFile) else upload


def strip_upload(upload: UploadedFile) -> UploadedFile:
    """Return an uploaded image as ``stripped`` does. Raise ``ValidationError`` for those who sent it."""
    try:
        return stripped(upload)
    except inspection.TooLarge:
        raise ValidationError(_("This picture is too large. Send a smaller copy.")) from None
    except inspection.CannotOpen as fault:
        raise unreadable(fault) from None


def readable(to_python):
    """Wrap ``to_python`` of Wagtail's field, which lets exceptions of a damaged file through."""

    @wraps(to_python)
    def checked(data):
        try:
            return to_python(data)
        except (OSError, SyntaxError, ValueError) as fault:
            raise unreadable(fault) from None

    return checked


def unreadable(fault: Exception) -> ValidationError:
    logger.info("An image could not be read: %s", fault)
    return ValidationError(_("This picture cannot be read. Take it again, or send another."))
