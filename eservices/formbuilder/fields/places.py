"""Form fields for addresses and points on a map."""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..addresses.areas import PARTS, SURE
from ..addresses.checking import OTHER_COMMUNE, check_address
from ..addresses.streets import streets_of
from .base import PartsWidget, field_error

MAX_PART_LENGTH = 100
MAX_PLACE_LENGTH = 200


class AddressField(forms.Field):
    """A postal address: street, number ("12A", "12 bis"), c/o or floor, postcode, town.

    ``table``: that of the streets of the commune, by which the address is checked; postcode and town follow then. With
    ``elsewhere``, one with the postcode of another commune is accepted as it is. The input ``sure`` is what
    the applicant chose after an error.
    """

    PARTS = PARTS
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

    def __init__(self, *, table: str = "", elsewhere: bool = False, **kwargs):
        super().__init__(widget=PartsWidget((*self.PARTS, SURE) if table else self.PARTS), **kwargs)
        self.table, self.elsewhere = table, elsewhere

    def to_python(self, value):
        streets = streets_of(self.table) if self.table else None
        if not (streets and streets.own):
            return self._checked(value) if value else None
        if not value or not (value["street"] or value["number"] or value["extra"]):
            return None
        if not value["street"]:
            raise ValidationError(self.NEEDED["street"], code="street", params={"part": "street"})
        self._check_lengths(value)
        bare = re.sub(rf"(?i)^{settings.COUNTRY[0]}{settings.COUNTRY[1]}?[\s-]+(?=\d)", "", value["postcode"])
        if bare and streets.has_postcode(bare):  # “CH-1199” is ours, “D-1199” is not
            value = value | {"postcode": bare}
        elif self.elsewhere and value["postcode"]:
            return self._checked(value)
        try:
            answer = check_address(value, streets)
        except ValidationError as error:
            if self.elsewhere and error.code == OTHER_COMMUNE:
                return self._checked(value)
            raise
        named = streets.named(answer["street"])
        official = any(one.known_number(answer.get("number", "")) for one in named)
        return self._checked(dict.fromkeys(self.PARTS, "") | answer, official=official)

    def _checked(self, value: dict, *, official: bool = False) -> dict:
        """Return the parts without the empty ones, if their format is right; that of an official number always is."""
        for part, message in self.NEEDED.items():
            if not value[part]:
                raise ValidationError(message, code=part, params={"part": part})
        self._check_lengths(value)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 \-]{2,9}", value["postcode"]):
            raise field_error(self, "postcode", part="postcode")
        number = "" if official else value["number"]
        if number and not re.fullmatch(r"[0-9]{1,5}[\w ./\-]{0,12}", number):
            raise field_error(self, "number", part="number")
        return {part: text for part, text in value.items() if text and part != SURE}

    def _check_lengths(self, value: dict) -> None:
        for part in self.PARTS:
            if "\x00" in value[part] or len(value[part]) > MAX_PART_LENGTH:
                raise field_error(self, "long", part=part, limit=MAX_PART_LENGTH)


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
