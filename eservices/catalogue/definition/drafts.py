"""A service as its latest drafts have it, in all its languages: what is previewed, rehearsed and compared."""

from eservices.formbuilder.definition import FormDefinition

from ..models import ServicePage
from .compiler import compile_definition


def draft_definition(source: ServicePage, draft: ServicePage | None = None) -> dict:
    """The definition that the drafts of ``source`` and its translations describe. It may be faulty.

    ``draft``: what ``source`` is to become, where that is not saved yet.
    """
    translations = source.get_translations().specific().order_by("locale__language_code")
    return compile_definition(
        draft or source.get_latest_revision_as_object(),
        [page.get_latest_revision_as_object() for page in translations],
    )


def readable_definition(content: dict) -> FormDefinition | None:
    """The definition to look at; None where so much is missing that it cannot even be read."""
    definition = FormDefinition(content)
    try:
        _read = definition.steps, definition.fields, definition.fees, definition.stages
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return definition
