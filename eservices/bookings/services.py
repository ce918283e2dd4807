"""Which services book which rooms: for who looks at a room, and for who looks at a service."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from eservices.formbuilder.definition import Definition
from eservices.formbuilder.models import FormVersion
from home import generation

from . import access


@dataclass(frozen=True)
class Service:
    slug: str
    title: str


def services_of(key: str, language: str) -> list[Service]:
    """The services that offer a thing at the moment, by their names."""
    found = generation.kept(f"booking-services-{language}", lambda: _services(language))
    return found.get(key, [])


def _services(language: str) -> dict[str, list[Service]]:
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    found: dict[str, list[Service]] = {}
    for version in published.filter(~Exists(later), form__offered=True).select_related("form"):
        definition = version.definition
        service = Service(version.form.slug, definition.title(language))
        for key in _booked_in(definition):
            found.setdefault(key, []).append(service)
    return {key: sorted(services, key=lambda one: one.title) for key, services in found.items()}


def rooms_in(definition: Definition, language: str) -> list[tuple[str, str]]:
    """The rooms that a service offers and whose calendar everybody sees: key and title, by title."""
    keys = _booked_in(definition)
    return access.room_titles(keys, language) if keys else []


def _booked_in(definition: Definition) -> set[str]:
    """The keys of what can be booked in a service."""
    asked = (field for field in definition.fields.values() if field.type == "booking")
    return {key for field in asked for key in field.settings.get("resources", ())}
