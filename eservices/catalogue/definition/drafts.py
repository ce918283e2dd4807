"""Definitions built from the latest drafts of a service, for preview, rehearsal and comparison."""

from eservices.formbuilder.definition import FormDefinition

from ..models import ServicePage
from .compiler import compile_definition


def draft_definition(source: ServicePage, draft: ServicePage | None = None) -> dict:
    """Build the definition from the drafts of ``source`` and its translations. It may be invalid.

    ``draft``: used for ``source`` instead of its latest revision.
    """
    translations = source.get_translations().specific().order_by("locale__language_code")
    return compile_definition(
        draft or source.get_latest_revision_as_object(),
        [page.get_latest_revision_as_object() for page in translations],
    )


def readable_definition(content: dict) -> FormDefinition | None:
    """Return the definition to display; None if it is too incomplete to parse."""
    definition = FormDefinition(content)
    try:
        _read = definition.steps, definition.fields, definition.fees, definition.stages
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return definition
