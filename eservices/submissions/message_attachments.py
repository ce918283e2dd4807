"""Files attached to messages: checked, stored privately, and deleted if the message is not saved."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import upload_checks
from .actions import store_checked_file
from .models import StoredFile, private_storage
from .upload_checks import CheckedFile

MAX_FILES = 5


class AttachmentsInput(forms.FileInput):
    """Several files; the script makes photos smaller that are over the limit."""

    allow_multiple_selected = True

    def build_attrs(self, *args, **kwargs):
        accept = ",".join(f".{one}" for one in upload_checks.accepted_extensions())
        own = {"multiple": True, "accept": accept, "data-max-bytes": settings.UPLOAD_MAX_BYTES}
        return own | super().build_attrs(*args, **kwargs)


class AttachmentsField(forms.FileField):
    """Several files at once, each checked by its content."""

    widget = AttachmentsInput

    def clean(self, data, initial=None):
        files = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(files) > MAX_FILES:
            raise ValidationError(_("At most %(limit)s files at a time.") % {"limit": MAX_FILES})
        checked, faults, deadline = [], [], upload_checks.Deadline()
        for one in files:
            try:
                checked.append(upload_checks.check_upload(one, deadline=deadline))
            except ValidationError as fault:
                faults += fault.messages
        if faults:
            raise ValidationError(faults)
        return checked


@contextmanager
def stored_attachments(uploads: list[CheckedFile]) -> Iterator[list[StoredFile]]:
    """Store checked files before the transaction of the message; delete them if that fails."""
    stored: list[StoredFile] = []
    try:
        for upload in uploads:
            stored.append(store_checked_file(upload))
            stored[-1].save()
        yield stored
    except Exception:
        for one in stored:
            private_storage().delete(one.content.name)
            StoredFile.objects.filter(pk=one.pk).delete()
        raise
