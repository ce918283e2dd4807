"""Document form of the admin: files of editors are inspected as those of residents are."""

import logging
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm

from . import inspection, messages

logger = logging.getLogger(__name__)


class DocumentForm(BaseDocumentForm):
    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not isinstance(upload, UploadedFile):
            return upload
        path = PurePosixPath(upload.name)
        extension = path.suffix.lstrip(".").lower()
        self.instance.file = (
            upload  # set as after other errors too: Wagtail's model still validates the extension
        )
        try:
            found = inspection.inspect(upload, extension)
        except inspection.CannotOpen as fault:
            logger.info("A document could not be inspected: %s", fault)
            raise ValidationError(messages.TOO_MUCH_WORK % {"name": path.name}) from None
        if found.refused:
            raise ValidationError(messages.REFUSALS[found.refused] % {"name": path.name})
        return upload
