"""Phone numbers for SMS: mobile numbers of this country only.

Others can be very expensive and belong to no resident.
"""

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat

from home.localization.phone_numbers import MOBILE


def clean_mobile_number(typed: str) -> str:
    """Return the number as ``+41791234567``. Raise ``ValidationError`` if it is no mobile number of this country."""
    found = _read(typed)
    if found is None or found.extension or not phonenumbers.is_valid_number(found):
        raise ValidationError(_("This is not a mobile number. Write it like this: 079 123 45 67."))
    if phonenumbers.region_code_for_number(found) != settings.COUNTRY:
        raise ValidationError(_("We write to numbers of this country only."))
    if phonenumbers.number_type(found) not in MOBILE:
        raise ValidationError(_("We write to mobile numbers only."))
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def normalize_sender(told: str) -> str:
    """Normalize the number as a gateway reports it, with or without “+”; return "" if it is none."""
    digits = told.strip()
    found = _read(digits if digits.startswith(("+", "0")) else f"+{digits}")
    return phonenumbers.format_number(found, PhoneNumberFormat.E164) if found else ""


def _read(text: str):
    try:
        return phonenumbers.parse(text[:40], settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return None
