"""The form for the picture of a staff account: photos of every phone, upright."""

from django.core.files.uploadedfile import UploadedFile
from wagtail.admin.forms.account import AvatarPreferencesForm
from wagtail.admin.views.account import AvatarSettingsPanel

from .forms import strip_upload


def patch_avatar_form() -> None:
    """Make the account page accept HEIC; Wagtail's form refuses what Pillow cannot open."""
    AvatarSettingsPanel.form_class = AvatarForm


class AvatarForm(AvatarPreferencesForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["avatar"]
        convert = field.to_python
        field.to_python = lambda data: convert(strip_upload(data) if isinstance(data, UploadedFile) else data)
