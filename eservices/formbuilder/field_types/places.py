"""Field types for addresses and points on a map."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .. import fields
from ..addresses.address_remarks import address_remarks
from ..addresses.areas import SURE
from ..addresses.checking import about_address
from ..addresses.streets import streets_of
from ..blocks import ReferenceTableBlock
from .base import PLACES, WARNING, FieldType, InputPart, register_field_type


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
    """A postal address: ``{"street", "number", "extra", "postcode", "town"}``.

    With a table of streets it is an address in the commune, completed and checked by that table. ``known`` then has
    what follows from it: ``egid``, the areas by key, or ``sure``, if the applicant insists on an unknown address.
    """

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

    def settings_blocks(self):
        words = _("Then the address must be in the commune: it is completed and checked by the table.")
        return [
            ("table", ReferenceTableBlock(label=_("Table of streets"), help_text=words)),
            ("elsewhere", blocks.BooleanBlock(required=False, label=_("Or in another commune"))),
        ]

    def arguments(self, field):
        return {"table": field.table, "elsewhere": field.settings.get("elsewhere") is True}

    def inputs(self, field):
        # Where the houses are known, an address without a number is asked about.
        return tuple(
            replace(one, optional=False) if field.table and one.name == "number" else one
            for one in self.PARTS
        )

    def initial_parts(self, field):
        """Return postcode and town, if the commune has one only and the address is in it."""
        here = field.table and not field.settings.get("elsewhere")
        towns = streets_of(field.table).towns if here else {}
        if len(towns) != 1:
            return {}
        ((postcode, town),) = towns.items()
        return {"postcode": postcode, "town": town}

    def has_known_parts(self, field):
        return bool(field.table)

    def parts_of_answer(self, field):
        """Return what follows from an address, by the key with which formulas refer to it."""
        if not self.has_known_parts(field):
            return {}
        return {**streets_of(field.table).area_names, "egid": "EGID"}

    def commune_problems(self, field, definition, today):
        if not field.table:
            return
        there = self.parts_of_answer(field)
        for one in definition.fields.values():
            for path in (one.settings.get("formula") or {}).get("fields") or []:
                key, _dot, part = path.partition(".")
                if key == field.key and part and part not in there:
                    message = gettext("the table has no column “%(name)s”, which a calculation uses")
                    yield WARNING, message % {"name": part}

    def from_json(self, answer):
        parts = super().from_json(answer)
        known = answer.get("known") if parts else None
        if isinstance(known, dict) and known.get("sure"):
            parts |= {SURE: f"{known['sure']}:{about_address(parts)}"}
        return parts

    def remarks(self, field, answer, submission):
        if not field.table or not isinstance(answer, dict):
            return []
        return address_remarks(answer, streets_of(field.table))

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
