"""Telephone numbers as people read them, and which of them we write to."""

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberType

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def readable(number: str) -> str:
    """A number of the country as it is written there, one of abroad with its prefix; what is no number, as it is."""
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return str(number)
    home = phonenumbers.region_code_for_number(found) == settings.COUNTRY
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(found, form.NATIONAL if home else form.INTERNATIONAL)


def takes_sms(number: str) -> bool:
    """Whether we write to it: a mobile number of a country that the operator named. Others may cost a fortune."""
    try:
        found = phonenumbers.parse(number, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return False
    named = phonenumbers.region_code_for_number(found) in settings.SMS_COUNTRIES
    return named and phonenumbers.is_valid_number(found) and phonenumbers.number_type(found) in MOBILE
