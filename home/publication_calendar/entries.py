"""The calendar of what is published when: apps offer what they plan in files named ``planned.py``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Model
from django.urls import reverse
from wagtail.models import DraftStateMixin, Page

from ..extensions.registry import Registry

MAX_PER_PROVIDER = 300  # that one offer tells of a month


@dataclass(frozen=True)
class PlannedPublication:
    """Something that happens at a moment: what it is in a word, its title, and where it is changed."""

    at: datetime
    what: str
    title: str
    url: str
    icon: str = "calendar"
    whole_day: bool = False  # its hour is not known, or not told


# Each offer is called with the user, the first moment and the one after the last.
planned_publications: Registry[Callable[..., Iterable[PlannedPublication]]] = Registry("planned")


def draftable_snippet_models() -> list[type[Model]]:
    """The models besides pages that begin and end at their hour."""
    return [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]


def page_edit_url(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
