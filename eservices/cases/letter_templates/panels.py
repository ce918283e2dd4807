"""The list of placeholders beside the text of a letter template."""

from django.utils.text import capfirst
from django.utils.translation import get_language
from wagtail.admin.panels import HelpPanel

from ..texts.letter_rendering import GIVEN
from .validation import available_placeholders, published_definitions


class PlaceholdersPanel(HelpPanel):
    """All placeholders: those of every case, then the questions of each service."""

    def __init__(self, template="cases/letter_templates/placeholders.html", **options):
        super().__init__(template=template, **options)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            return super().get_context_data(parent_context) | {
                "given": [(key, capfirst(str(label))) for key, label in GIVEN.items()],
                "services": _services(get_language() or ""),
            }


def _services(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    found = [
        (one.title(language), list(available_placeholders(one, language).items()))
        for one in published_definitions()
    ]
    return sorted(found, key=lambda service: service[0].casefold())
