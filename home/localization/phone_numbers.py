"""Telephone numbers as people read them, and which of them we write to."""

import re

import phonenumbers
from django.conf import settings
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType

from . import phone_numbers

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# Digits and what stands between them. Five at least: less is a year, a postcode or a price.
TYPED = re.compile(r"\s*[+(]*(?:\d[\s().\-–/]*){5,18}")
BEGUN = re.compile(r"\s*\(?[+0]")  # no other number begins so
BLANK = re.compile(r"[^\S\n]")  # of whatever width: the library knows a few
LOOKED_THROUGH = 20_000  # characters, of which the matcher reads 200 in a millisecond


def format_phone(number: str) -> str:
    """A number of the country as it is written there, one of abroad with its prefix; what is no number, as it is."""
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return str(number)
    home = phonenumbers.region_code_for_number(found) == settings.COUNTRY
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(found, form.NATIONAL if home else form.INTERNATIONAL)


def can_receive_sms(number: str) -> bool:
    """Return whether we write to it: a mobile number of a country that the operator named, if there is a gateway.

    Other countries may cost a fortune.
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
    """The one spelling, in digits with the country’s prefix, of what is a telephone number and nothing else."""
    found = phones_in_text(typed) if TYPED.fullmatch(typed) else []
    return found[0] if len(found) == 1 else ""


def is_phone_prefix(typed: str) -> bool:
    """Whether what is typed can be nothing else."""
    return bool(BEGUN.match(typed))


def phones_in_text(text: str) -> list[str]:
    """The same of each number that stands in the beginning of a text: dates and the like are none."""
    text = BLANK.sub(" ", text[:LOOKED_THROUGH])
    found = PhoneNumberMatcher(text, settings.COUNTRY, Leniency.POSSIBLE)
    return list(dict.fromkeys(_digits(match.number) for match in found))


def _digits(number) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def phone_url(number: str) -> str:
    """A telephone number as an address to call: spaces out, the country's prefix in front."""
    digits = "".join(sign for sign in str(number or "") if sign.isdigit() or sign == "+")
    prefix = {"CH": "+41", "FR": "+33", "BE": "+32", "LU": "+352"}.get(settings.COUNTRY, "")
    long_enough = len(digits) > 6 and digits.startswith("0") and not digits.startswith("00")
    return f"tel:{prefix}{digits[1:]}" if prefix and long_enough else f"tel:{digits}"


def telephone(number: str) -> str:
    """A telephone number as people read it."""
    return phone_numbers.format_phone(number)
