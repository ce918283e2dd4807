"""Check of an address against the streets of the commune: the official spelling, or an error with choices."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from eservices.accounts.person_names import name_words

from ..logic.address_spellings import normalize_house_number, street_key
from .areas import PARTS
from .streets import KnownNumber, Street, Streets

NEW, UNSURE = "new", "unsure"
OTHER_COMMUNE = "commune"  # code of the error of an address in another commune


@dataclass(frozen=True)
class AddressIssue:
    """A reason why an address is not accepted as it is. ``part``: the input that it concerns."""

    code: str
    part: str
    message: str
    proposals: tuple[tuple[str, str], ...] = ()  # value and label of what was perhaps meant

    def as_validation_error(self, about: str) -> ValidationError:
        """Return the error for the form, with choices: what was perhaps meant, that it is new, or uncertain."""
        choices = [
            *self.proposals,
            (f"{NEW}:{about}", _("The address is right: it is new")),
            (f"{UNSURE}:{about}", _("I am not sure")),
        ]
        return ValidationError(self.message, code=self.code, params={"part": self.part, "choices": choices})


def check_address(typed: dict[str, str], streets: Streets) -> dict:
    """Return the answer for what was typed, in the official spelling and with what follows from the address.

    Raise ``ValidationError`` with choices if the address is not known, unless the applicant has chosen one of them. If
    it is none of what was proposed, the answer says so under ``known``.
    """
    parts = _separated(typed, streets)
    found, sure = _find(parts, streets), typed.get("sure", "")
    if isinstance(found, AddressIssue) and sure in dict(found.proposals):
        name, _sign, value = sure.partition("=")
        parts |= {name: value}
        found = _find(parts, streets)
    if not isinstance(found, AddressIssue):
        return found
    about = about_address(parts)
    choice, _colon, said = sure.partition(":")
    if choice not in (NEW, UNSURE) or said != about:
        raise found.as_validation_error(about)
    own = [one for one in streets.named(parts["street"]) if one.active and not one.commune]
    areas = own[0].areas(parts["number"]) if len(own) == 1 else {}
    return _with_town(parts, streets) | {"known": {"sure": choice} | areas}


def _separated(typed: dict[str, str], streets: Streets) -> dict[str, str]:
    """Return the parts, with the number out of the line of the street."""
    parts = {part: typed.get(part, "") for part in PARTS}
    street, number = streets.split(parts["street"])
    given = parts["number"]
    if not given or (number and normalize_house_number(number) == normalize_house_number(given)):
        parts |= {"street": street, "number": number}
    return parts


def about_address(parts: dict[str, str]) -> str:
    """Return what identifies an address that was confirmed, so that another one is asked about anew."""
    number = normalize_house_number(parts["number"])
    return f"{street_key(parts['street'])}-{number}-{parts['postcode']}"[:150]


def _find(parts: dict[str, str], streets: Streets) -> dict | AddressIssue:
    named = streets.named(parts["street"])
    own = [one for one in named if one.active and not one.commune]
    if elsewhere := _elsewhere(parts, named, streets):
        return elsewhere
    own = _fitting(own, parts)
    if error := _several(parts, [(one.postcode, one.town) for one in own]):
        return error
    if own:
        return _in_street(parts, own[0])
    if others := [one for one in named if one.commune]:
        return _other_commune(others[0].commune, streets)
    if former := streets.formerly(parts["street"]):
        return _renamed(parts, [one.name for one in former])
    if named:
        present = [one.present_name for one in named if one.present_name]
        return _renamed(parts, present) if present else _closed(parts)
    return _unknown(parts, streets)


def _fitting(own: list[Street], parts: dict[str, str]) -> list[Street]:
    """Return those of several streets of one name that have what was typed: the postcode, the town, the number."""
    town = name_words(parts["town"])
    postcode, number = parts["postcode"], parts["number"]
    for typed, fits in (
        (postcode, lambda one: postcode in {one.postcode, *(house.postcode for house in one.houses)}),
        (town, lambda one: town in {name_words(one.town), *(name_words(house.town) for house in one.houses)}),
        (number, lambda one: (house := one.known_number(number)) and house.active),
    ):
        if typed and len(own) > 1:
            own = [one for one in own if fits(one)] or own
    return own


def _several(parts: dict[str, str], places: list[tuple[str, str]]) -> AddressIssue | None:
    """Return the error of an address that exists at several places, with the postcode or the town of each."""
    places = sorted({place for place in places if any(place)})
    if len(places) < 2:
        return None
    postcodes = len({postcode for postcode, _town in places}) == len(places)
    address = f"{parts['street']} {parts['number']}".strip()
    choices = [
        (f"postcode={postcode}" if postcodes else f"town={town}", f"{address}, {postcode} {town}".strip())
        for postcode, town in places
    ]
    message = _("There is more than one “%(address)s”. Choose yours.") % {"address": address}
    return AddressIssue("several", "postcode", message, tuple(choices))


def _elsewhere(parts: dict[str, str], named: list[Street], streets: Streets) -> AddressIssue | None:
    """Return the error of a postcode or a town that is not ours."""
    if parts["postcode"] and streets.towns and not streets.has_postcode(parts["postcode"]):
        message = _(
            "The postcode %(postcode)s is not one of %(commune)s. This service is for addresses here."
        )
        said = message % {"postcode": parts["postcode"], "commune": streets.commune}
        return AddressIssue("elsewhere", "postcode", said)
    town = name_words(parts["town"])
    others = {one.commune for one in streets.all if one.commune}
    if town and not streets.has_town(parts["town"]):
        other = next((one for one in others if name_words(one) == town), "")
        if other or (streets.towns and not any(one.active and not one.commune for one in named)):
            return _other_commune(other or parts["town"], streets)
    return None


def _other_commune(commune: str, streets: Streets) -> AddressIssue:
    message = _("This address is in %(other)s, not in %(commune)s. Ask the commune of %(other)s.")
    return AddressIssue(OTHER_COMMUNE, "town", message % {"other": commune, "commune": streets.commune})


def _in_street(parts: dict[str, str], street: Street) -> dict | AddressIssue:
    houses = [house for house in street.houses if house.active]
    same = _same_number(parts, houses)
    if error := _several(parts, [(one.postcode, one.town) for one in same]):
        return error
    house = same[0] if same else street.known_number(parts["number"]) if parts["number"] else None
    if houses and not parts["number"]:
        return AddressIssue("number_missing", "number", _("Add the number of the house."))
    if house and not house.active:
        message = _("There is no number %(number)s in %(street)s any more.")
        return _number_error(message, parts, street)
    if houses and house is None:
        message = _("We do not know a number %(number)s in %(street)s.")
        return _number_error(message, parts, street)
    return _answer(parts, street, house)


def _same_number(parts: dict[str, str], houses: list[KnownNumber]) -> list[KnownNumber]:
    """Return the houses with the number that was typed; several if the street is in several villages."""
    key, town = normalize_house_number(parts["number"]), name_words(parts["town"])
    found = [one for one in houses if key and one.key == key]
    found = [one for one in found if one.postcode == parts["postcode"]] or found
    return [one for one in found if name_words(one.town) == town] or found


def _number_error(message: str, parts: dict[str, str], street: Street) -> AddressIssue:
    proposals = tuple(
        (f"number={number}", f"{street.name} {number}") for number in street.near_numbers(parts["number"])
    )
    return AddressIssue(
        "number_unknown",
        "number",
        message % {"number": parts["number"], "street": street.name},
        proposals,
    )


def _answer(parts: dict[str, str], street: Street, house) -> dict:
    """Return the answer in the official spelling: the name in the language in which it was written."""
    key = street_key(parts["street"])
    name = next((one for one in street.names if street_key(one) == key), street.name)
    number = house.number if house else parts["number"]
    answer = {
        "street": name,
        "number": number,
        "extra": parts["extra"],
        "postcode": (house and house.postcode) or street.postcode or parts["postcode"],
        "town": (house and house.town) or street.town or parts["town"],
    }
    known = ({"egid": house.egid} if house and house.egid else {}) | street.areas(number)
    return {part: text for part, text in answer.items() if text} | ({"known": known} if known else {})


def _with_town(parts: dict[str, str], streets: Streets) -> dict:
    """Return the parts as typed, with postcode and town where the commune has one only."""
    if not parts["postcode"] and len(streets.towns) == 1:
        (parts["postcode"],) = streets.towns
    parts["town"] = parts["town"] or streets.towns.get(parts["postcode"], "")
    return {part: text for part, text in parts.items() if text}


def _renamed(parts: dict[str, str], present: list[str]) -> AddressIssue:
    message = _("“%(street)s” is now called “%(present)s”.")
    said = message % {"street": parts["street"], "present": present[0]}
    return AddressIssue("renamed", "street", said, _streets_proposed(parts, present))


def _closed(parts: dict[str, str]) -> AddressIssue:
    message = _("“%(street)s” does not exist any more.")
    return AddressIssue("closed", "street", message % {"street": parts["street"]})


def _unknown(parts: dict[str, str], streets: Streets) -> AddressIssue:
    message = _("We do not know a street “%(street)s” in %(commune)s.")
    said = message % {"street": parts["street"], "commune": streets.commune}
    return AddressIssue(
        "street_unknown", "street", said, _streets_proposed(parts, streets.similar(parts["street"]))
    )


def _streets_proposed(parts: dict[str, str], names: list[str]) -> tuple[tuple[str, str], ...]:
    number = f" {parts['number']}" if parts["number"] else ""
    return tuple((f"street={name}", f"{name}{number}") for name in names)
