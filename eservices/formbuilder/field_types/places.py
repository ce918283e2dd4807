"""Field types for addresses and points on a map."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import fields
from .base import PLACES, FieldType, InputPart, register_field_type


class PartsFieldType(FieldType):
    """An answer that is an object of its parts, without the empty ones."""

    group, compares = PLACES, "given"

    def from_json(self, answer):
        if not isinstance(answer, dict):
            return None
        return {part: _typed(answer.get(part)) for part in self.columns}


def _typed(value) -> str:
    return "" if value is None else str(value)


@register_field_type
class Address(PartsFieldType):
    """A postal address: ``{"street", "number", "extra", "postcode", "town"}``."""

    key, label, icon, compares = "address", _("Postal address"), "home", "parts"
    says = _("Street, number, postcode and town.")
    form_class = fields.AddressField
    template = "formbuilder/fields/address.html"
    columns = fields.AddressField.PARTS
    PARTS = (
        InputPart("street", _("Street")),
        InputPart("number", pgettext_lazy("of a house", "Number"), "w4", optional=True),
        InputPart("extra", _("Additional line (c/o, floor, box)"), optional=True),
        InputPart("postcode", _("Postcode"), "w4"),
        InputPart("town", _("Town")),
    )

    def inputs(self, field):
        return self.PARTS

    def answer_text(self, answer, field, definition, language):
        street = " ".join(filter(None, [answer.get("street"), answer.get("number")]))
        town = " ".join(filter(None, [answer.get("postcode"), answer.get("town")]))
        return ", ".join(filter(None, [answer.get("extra"), street, town]))


@register_field_type
class MapPoint(PartsFieldType):
    """A place: ``{"address"}`` as text, ``{"lat", "lon"}`` in degrees, or both."""

    key, label, icon = "map_point", _("Point on the map"), "site"
    says = _("A place in words, by coordinates or on the map.")
    form_class = fields.MapPointField
    template = "formbuilder/fields/map.html"
    columns = fields.MapPointField.PARTS
    PARTS = (
        InputPart("address", _("Address, or where it is in words")),
        InputPart("lat", _("Latitude"), "w10", optional=True, mode="decimal"),
        InputPart("lon", _("Longitude"), "w10", optional=True, mode="decimal"),
    )

    def inputs(self, field):
        return self.PARTS

    @property
    def map(self) -> dict | None:
        """The map of the operator's settings; None if there is none."""
        if not settings.TILE_URL:
            return None
        return {"tiles": settings.TILE_URL, "credit": settings.TILE_CREDIT, "centre": settings.MAP_CENTRE}

    def answer_text(self, answer, field, definition, language):
        place = str(answer.get("address") or "")
        if answer.get("lat") is None or answer.get("lon") is None:
            return place
        point = f"{float(answer['lat']):.6f}, {float(answer['lon']):.6f}"
        return f"{place} ({point})" if place else point
