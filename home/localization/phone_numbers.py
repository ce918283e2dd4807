"""Phone numbers: their display, and which of them get SMS."""

import re

import phonenumbers
from django.conf import settings
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# Digits and separators. At least five digits: fewer are a year, a postcode or a price.
TYPED = re.compile(r"\s*[+(]*(?:\d[\s().\-–/]*){5,18}")
BEGUN = re.compile(r"\s*\(?[+0]")  # only phone numbers begin so
BLANK = re.compile(r"[^\S\n]")  # of any width: the library knows only some
LOOKED_THROUGH = 20_000  # characters; the matcher reads 200 in a millisecond


def format_phone(number: str) -> str:
    """Format a number: national if it is of the country, else with prefix; unchanged if it is no number."""
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return str(number)
    home = phonenumbers.region_code_for_number(found) == settings.COUNTRY
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(found, form.NATIONAL if home else form.INTERNATIONAL)


def can_receive_sms(number: str) -> bool:
    """Return whether it is a mobile number of a country that the operator allows, and there is an SMS gateway.

    SMS to other countries can be very expensive.
    """
    if not settings.SMS_GATEWAY:
        return False
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return False
    named = phonenumbers.region_code_for_number(found) in settings.SMS_COUNTRIES
    return named and phonenumbers.is_valid_number(found) and phonenumbers.number_type(found) in MOBILE


def parse_phone(typed: str) -> str:
    """Return the number as digits with country code; "" if the text is anything but one phone number."""
    found = phones_in_text(typed) if TYPED.fullmatch(typed) else []
    return found[0] if len(found) == 1 else ""


def is_phone_prefix(typed: str) -> bool:
    """Return whether the text can only be the beginning of a phone number."""
    return bool(BEGUN.match(typed))


def phones_in_text(text: str) -> list[str]:
    """Return the phone numbers in a text as digits with country code, without dates and the like.

    Only the first ``LOOKED_THROUGH`` characters are read.
    """
    text = BLANK.sub(" ", text[:LOOKED_THROUGH])
    found = PhoneNumberMatcher(text, settings.COUNTRY, Leniency.POSSIBLE)
    return list(dict.fromkeys(_digits(match.number) for match in found))


def _digits(number: phonenumbers.PhoneNumber) -> str:
    digits: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits


def phone_url(number: str) -> str:
    """Return a ``tel:`` address: no spaces, with the country's prefix."""
    digits = "".join(sign for sign in str(number or "") if sign.isdigit() or sign == "+")
    prefix = {"CH": "+41", "FR": "+33", "BE": "+32", "LU": "+352"}.get(settings.COUNTRY, "")
    long_enough = len(digits) > 6 and digits.startswith("0") and not digits.startswith("00")
    return f"tel:{prefix}{digits[1:]}" if prefix and long_enough else f"tel:{digits}"


def telephone(number: str) -> str:
    """Format a phone number for display."""
    return format_phone(number)
