"""Comparison of postal addresses, whatever their spelling. Pure."""

import re

from eservices.accounts.person_names import name_words
from eservices.formbuilder.logic.address_spellings import (
    normalize_house_number,
    normalize_street,
    split_street_line,
)

from .persons import RegisterAddress


def normalize_address(address: RegisterAddress) -> tuple[tuple[str, ...], str, str | tuple[str, ...]]:
    """Return a key that is equal for all spellings of an address.

    The number may be in one field with the street. A postcode is preferred to the name of a town, which has many
    spellings.
    """
    name, number = address.street, address.number
    if not number:
        name, number = split_street_line(name)
    postcode = re.sub(r"\D", "", address.postcode)
    return normalize_street(name), normalize_house_number(number), postcode or name_words(address.town)
