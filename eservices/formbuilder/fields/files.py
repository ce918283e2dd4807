"""Form field for uploads."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []


class FilesField(forms.FileField):
    """New files beside those already stored (``initial``: the answer so far). Clean: the new files."""

    widget = FilesInput
    default_error_messages = {
        "required": _("Add the file."),
        "empty": _("“%(name)s” is empty. Choose it again."),
        "large": _("“%(name)s” is larger than %(limit)s MB. Choose a smaller file."),
        "kind": _("“%(name)s” is not of a kind that we can read. Send %(kinds)s."),
        "many": ngettext_lazy(
            "You chose too many files. Choose at most %(limit)s file.",
            "You chose too many files. Choose at most %(limit)s files.",
            "limit",
        ),
    }

    def __init__(self, *, most: int, max_bytes: int, extensions: tuple[str, ...], **kwargs):
        super().__init__(**kwargs)
        self.most, self.max_bytes, self.extensions = most, max_bytes, extensions

    def clean(self, data, initial=None):
        new, stored = list(data or []), initial if isinstance(initial, list) else []
        if self.required and not new and not stored:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(new) + len(stored) > self.most:
            raise ValidationError(self.error_messages["many"], code="many", params={"limit": self.most})
        problems = [problem for one in new if (problem := self._problem(one))]
        if problems:
            raise ValidationError(problems)
        return new

    def _problem(self, upload) -> ValidationError | None:
        params = {
            "name": upload.name,
            "limit": self.max_bytes // 1024 // 1024,
            "kinds": ", ".join(one.upper() for one in self.extensions if one not in ("jpeg", "heif")),
        }
        code = ""
        if not upload.size:
            code = "empty"
        elif upload.size > self.max_bytes:
            code = "large"
        elif upload.name.rpartition(".")[2].lower() not in self.extensions:
            code = "kind"
        return ValidationError(self.error_messages[code], code=code, params=params) if code else None
