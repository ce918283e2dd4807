"""Publish checks: what a draft lacks, and what apps find in it. They also block a bundle with the page."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Page

from ..extensions.base import extensions
from ..extensions.site_points import SiteExtension
from ..localization.punctuation import labelled


def publish_blockers(draft: Page) -> list[str]:
    """Return the blockers of all apps for a draft."""
    return [sentence for one in extensions(SiteExtension) for sentence in one.publish_blockers(draft)]


def publish_warnings(draft: Page) -> list[str]:
    """Return the warnings of all apps for a draft."""
    return [sentence for one in extensions(SiteExtension) for sentence in one.publish_warnings(draft)]


def validation_errors(draft: Model) -> list[str]:
    """Return the errors that publishing would report, with their fields: drafts may be saved incomplete."""
    return [*_field_messages(draft), *_faults_of_blocks(draft)]


def _field_messages(draft: Model) -> list[str]:
    try:
        draft.full_clean()
    except ValidationError as fault:
        return [
            message if name == NON_FIELD_ERRORS else labelled(_field_label(draft, name), message)
            for name, sentences in fault.message_dict.items()
            for message in sentences
        ]
    return []


def _faults_of_blocks(draft: Model) -> list[str]:
    found = []
    for field in draft._meta.get_fields():
        if isinstance(field, StreamField):
            try:
                field.stream_block.clean(getattr(draft, field.name))
            except ValidationError:
                name = str(field.verbose_name)
                found.append(_("“{field}” has a block that lacks something.").format(field=name))
    return found


def _field_label(draft: Model, name: str) -> str:
    return capfirst(str(draft._meta.get_field(name).verbose_name))
