"""Extension point for the publication calendar: apps register their schedules in ``planned.py``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Model
from django.urls import reverse
from wagtail.models import DraftStateMixin, Page

from ..extensions.registry import Registry

MAX_PER_PROVIDER = 300  # per provider and month


@dataclass(frozen=True)
class PlannedPublication:
    """A scheduled event: its type in a word, its title, and the address where it is edited."""

    at: datetime
    what: str
    title: str
    url: str
    icon: str = "calendar"
    whole_day: bool = False  # the time is not known or not shown


# Each provider is called with the user, the start and the end (excluded) of the span.
planned_publications: Registry[Callable[..., Iterable[PlannedPublication]]] = Registry("planned")


def draftable_snippet_models() -> list[type[Model]]:
    """Return the models with scheduled publication, except pages."""
    return [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]


def page_edit_url(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
