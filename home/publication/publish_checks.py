"""Publish checks: what a draft lacks, and what other apps find in it. They also block a bundle with the page.

An app registers them in its own ``page_hindrances.py``::

    from home.publication.publish_checks import publish_blocker_checks

    @publish_blocker_checks.register("checks")
    def checks(draft) -> list[str]: …  # one sentence each: what is wrong and what to do

and in ``publish_warning_checks`` those that only warn.
"""

from collections.abc import Callable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Page

from ..extensions.registry import Registry
from ..localization.punctuation import labelled

publish_blocker_checks: Registry[Callable[[Page], list[str]]] = Registry("page_hindrances")
publish_warning_checks: Registry[Callable[[Page], list[str]]] = Registry("page_hindrances")


def publish_blockers(draft: Page) -> list[str]:
    """Return the blockers of all apps for a draft."""
    return [sentence for find in publish_blocker_checks for sentence in find(draft)]


def publish_warnings(draft: Page) -> list[str]:
    """Return the warnings of all apps for a draft."""
    return [sentence for find in publish_warning_checks for sentence in find(draft)]


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
