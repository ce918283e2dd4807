"""Entries of the publication calendar."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Model
from django.urls import reverse
from wagtail.models import DraftStateMixin, Page

MAX_ENTRIES = 300  # per kind and month


@dataclass(frozen=True)
class PlannedPublication:
    """A scheduled event: its type in a word, its title, and the address where it is edited."""

    at: datetime
    what: str
    title: str
    url: str
    icon: str = "calendar"
    whole_day: bool = False  # the time is not known or not shown


def draftable_snippet_models() -> list[type[Model]]:
    """Return the models with scheduled publication, except pages."""
    return [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]


def page_edit_url(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
