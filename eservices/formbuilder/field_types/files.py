"""Field type for uploads."""

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .. import fields
from .base import CHOICES, FieldType, register_field_type, whole_number


def with_phone_photos(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the extensions of files, and where a JPEG is accepted, those of the photos that become one."""
    more = ("jpg", "jpeg", "heic", "heif") if {"jpg", "jpeg"} & {*kinds} else ()
    return tuple(dict.fromkeys((*kinds, *more)))


@register_field_type
class Files(FieldType):
    """Files. An answer lists them as ``{"id", "name", "size"}``; the code that stores a file adds it."""

    key, label, icon, compares = "files", _("Files"), "upload", "list"
    says = _("Papers, taken with the phone or sent from the computer.")
    group, form_class = CHOICES, fields.FilesField
    template = "formbuilder/fields/files.html"
    in_groups = correctable = False
    KINDS = ("pdf", "jpg", "jpeg", "png", "heic", "webp", "docx", "odt", "xlsx", "ods")

    def settings_blocks(self):
        kinds = [(kind, kind.upper()) for kind in self.KINDS]
        return [
            ("max_files", blocks.IntegerBlock(required=False, min_value=1, max_value=20, label=_("At most"))),
            ("max_mb", blocks.IntegerBlock(required=False, min_value=1, label=_("Largest size in MB"))),
            ("accept", blocks.MultipleChoiceBlock(required=False, choices=kinds, label=_("Kinds of files"))),
        ]

    def arguments(self, field):
        most = (whole_number(field.settings.get("max_mb")) or 10_000) * 1024 * 1024
        accept = field.settings.get("accept")
        named = tuple(map(str, accept)) if accept and isinstance(accept, list) else self.KINDS[:6]
        return {
            "most": whole_number(field.settings.get("max_files")) or 5,
            "max_bytes": min(most, settings.UPLOAD_MAX_BYTES),
            "extensions": with_phone_photos(named),
        }

    def settings_faults(self, field):
        accept = field.settings.get("accept") or []
        if not isinstance(accept, list) or any(kind not in self.KINDS for kind in accept):
            yield gettext("you can only ask for these file types: %(kinds)s") % {
                "kinds": ", ".join(self.KINDS)
            }

    def to_data(self, name, answer):
        return {}  # stored files are part of the answer

    def answer_text(self, answer, field, definition, language):
        return "\n".join(str(file["name"]) for file in answer)
