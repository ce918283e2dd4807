"""Form fields for addresses and points on a map."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .base import PartsWidget, field_error

MAX_PART_LENGTH = 100
MAX_PLACE_LENGTH = 200


class AddressField(forms.Field):
    """A postal address: street, number ("12A", "12 bis"), c/o or floor, postcode, town."""

    PARTS = ("street", "number", "extra", "postcode", "town")
    NEEDED = {
        "street": _("Add the street, or the name of the place."),
        "postcode": _("Add the postcode."),
        "town": _("Add the town."),
    }
    default_error_messages = {
        "required": _("Enter the address."),
        "long": _("This is too long: at most %(limit)s characters."),
        "postcode": _("Check the postcode."),
        "number": _("Write the number as on the building, for example 12, 12A or 12 bis."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)

    def to_python(self, value):
        if not value:
            return None
        for part, message in self.NEEDED.items():
            if not value[part]:
                raise ValidationError(message, code=part, params={"part": part})
        for part in self.PARTS:
            if "\x00" in value[part] or len(value[part]) > MAX_PART_LENGTH:
                raise field_error(self, "long", part=part, limit=MAX_PART_LENGTH)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 \-]{2,9}", value["postcode"]):
            raise field_error(self, "postcode", part="postcode")
        if value["number"] and not re.fullmatch(r"[0-9]{1,5}[\w ./\-]{0,12}", value["number"]):
            raise field_error(self, "number", part="number")
        return {part: text for part, text in value.items() if text}


class MapPointField(forms.Field):
    """A place as text, as coordinates, or both. Coordinates are degrees in WGS 84, as maps show them."""

    PARTS = ("address", "lat", "lon")
    LIMITS = {"lat": 90, "lon": 180}
    PLACES = 6  # digits after the point: about 10 cm on the ground
    default_error_messages = {
        "required": _("Enter the place."),
        "long": _("This is too long: at most %(limit)s characters."),
        "missing": _("Coordinates are two numbers: latitude and longitude."),
        "lat": _("A latitude is a number between -90 and 90, for example 46.39."),
        "lon": _("A longitude is a number between -180 and 180, for example 6.48."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)

    def to_python(self, value):
        if not value:
            return None
        if "\x00" in value["address"] or len(value["address"]) > MAX_PLACE_LENGTH:
            raise field_error(self, "long", part="address", limit=MAX_PLACE_LENGTH)
        found = {"address": value["address"]} if value["address"] else {}
        if value["lat"] or value["lon"]:
            found |= {part: self._degrees(part, value[part]) for part in self.LIMITS}
        return found

    def _degrees(self, part: str, text: str) -> float:
        if not text:
            raise field_error(self, "missing", part=part)
        written = text.replace(",", ".")
        if not re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{1,15})?", written):
            raise field_error(self, part, part=part)
        if abs(float(written)) > self.LIMITS[part]:
            raise field_error(self, part, part=part)
        return round(float(written), self.PLACES)
