"""Why a draft must not go out: what it lacks, and what apps above find in it. A bundle with such a page waits.

An app offers it in its own ``publish_blocker_checks.py``::

    from home.publication.publish_checks import page_hindrances

    @page_hindrances.register("checks")
    def checks(draft) -> list[str]: …  # one sentence each: what is wrong and what to do

and to ``publish_warning_checks`` what only is to be looked at before.
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
    """The sentences of all apps about a draft."""
    return [sentence for find in publish_blocker_checks for sentence in find(draft)]


def publish_warnings(draft: Page) -> list[str]:
    """What readers may stumble over, as all apps see it."""
    return [sentence for find in publish_warning_checks for sentence in find(draft)]


def validation_errors(draft: Model) -> list[str]:
    """What the publish button would refuse, with the fields: drafts may be saved with holes in them."""
    return [*_said_of_fields(draft), *_faults_of_blocks(draft)]


def _said_of_fields(draft: Model) -> list[str]:
    try:
        draft.full_clean()
    except ValidationError as fault:
        return [
            said if name == NON_FIELD_ERRORS else labelled(_named(draft, name), said)
            for name, sentences in fault.message_dict.items()
            for said in sentences
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


def _named(draft: Model, name: str) -> str:
    return capfirst(str(draft._meta.get_field(name).verbose_name))
