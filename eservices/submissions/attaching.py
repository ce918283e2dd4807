"""Files that come with a message: checked, kept privately, forgotten again where the message is not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import uploads
from .actions import put_away
from .models import StoredFile, private_storage
from .uploads import CheckedFile

MOST_FILES = 5


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked by what is in it."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(files) > MOST_FILES:
            raise ValidationError(_("At most %(limit)s files at a time.") % {"limit": MOST_FILES})
        checked, faults, deadline = [], [], uploads.Deadline()
        for one in files:
            try:
                checked.append(uploads.check(one, deadline=deadline))
            except ValidationError as fault:
                faults += fault.messages
        if faults:
            raise ValidationError(faults)
        return checked


@contextmanager
def kept(uploads: list[CheckedFile]) -> Iterator[list[StoredFile]]:
    """Stores checked files before the transaction of the message; deletes them if that fails."""
    stored: list[StoredFile] = []
    try:
        for upload in uploads:
            stored.append(put_away(upload))
            stored[-1].save()
        yield stored
    except Exception:
        for one in stored:
            private_storage().delete(one.content.name)
            StoredFile.objects.filter(pk=one.pk).delete()
        raise
