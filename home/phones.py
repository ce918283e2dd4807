"""Telephone numbers as people read them."""

import phonenumbers
from django.conf import settings


def readable(number: str) -> str:
    """A number of the country as it is written there, one of abroad with its prefix; what is no number, as it is."""
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return str(number)
    home = phonenumbers.region_code_for_number(found) == settings.COUNTRY
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(found, form.NATIONAL if home else form.INTERNATIONAL)
