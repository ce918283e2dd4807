"""Parts for entries of the publication calendar: a limit, the models, addresses."""

from django.apps import apps
from django.db.models import Model
from django.urls import reverse
from wagtail.models import DraftStateMixin, Page

MAX_ENTRIES = 300  # per kind and month


def draftable_snippet_models() -> list[type[Model]]:
    """Return the models with scheduled publication, except pages."""
    return [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]


def page_edit_url(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
