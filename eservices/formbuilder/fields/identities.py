"""Form fields for identifiers of people, companies, accounts and vehicles."""

import re
import unicodedata
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_countries import countries
from stdnum import iban, luhn, verhoeff
from stdnum.be import ssn as be_ssn
from stdnum.be import vat as be_vat
from stdnum.ch import ssn as ch_ssn
from stdnum.ch import uid as ch_uid
from stdnum.exceptions import InvalidChecksum, InvalidFormat
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.lu import tva as lu_vat

from .base import field_error
from .text import LineField

CHIP_COUNTRIES = {countries.numeric(code, padded=True) for code, _country in countries}
FIRST_MANUFACTURER = 900


class CheckDigitField(LineField):
    """A number with check digits. Its clean value has one canonical spelling."""

    digits = 0  # how many there are, if it has only digits
    labels = ""  # words that people write before the number, as alternatives of a regular expression

    def canonical(self, text: str) -> str:
        """Return the number as it is stored. Raise ``stdnum``'s ``ValidationError`` if it is invalid."""
        raise NotImplementedError

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        try:
            return self.canonical(self._counted(value) if self.digits else self._without_label(value))
        except WrongNumber:
            raise field_error(self, "wrong") from None

    def _without_label(self, value: str) -> str:
        return re.sub(rf"(?i)^(?:(?:{self.labels})[\s.:]*)+(?=\w)", "", value) if self.labels else value

    def _counted(self, value: str) -> str:
        found = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", value))
        if len(found) != self.digits:
            text = ngettext(
                "There is %(n)s digit, %(needed)s are needed. Check the number.",
                "There are %(n)s digits, %(needed)s are needed. Check the number.",
                len(found),
            )
            raise ValidationError(text, code="length", params={"n": len(found), "needed": self.digits})
        return found


class AVSField(CheckDigitField):
    """A Swiss social insurance number: 756.9217.0769.85."""

    digits = 13
    default_error_messages = {
        "wrong": _(
            "A digit is wrong in this number. It starts with 756; compare it with your insurance card."
        ),
    }

    def canonical(self, text):
        return ch_ssn.format(ch_ssn.validate(text))


class NRNField(CheckDigitField):
    """A Belgian national number, or the BIS number of people outside the national register: 85.07.30-033.28."""

    digits = 11
    default_error_messages = {
        "wrong": _("A digit is wrong in this number. Compare it with the back of your identity card."),
    }

    def canonical(self, text):
        return be_ssn.format(be_ssn.validate(text))


class MatriculeField(CheckDigitField):
    """A Luxembourg national identification number: 1893120105732.

    Date of birth, three digits, then two check digits over those eleven: Luhn's and Verhoeff's (law of 19 June 2013 on
    the identification of natural persons and its regulation of 28 November 2013).
    """

    digits = 13
    default_error_messages = {
        "wrong": _(
            "A digit is wrong in this number. It starts with the year, the month and the day of birth; "
            "compare it with your social security card."
        ),
    }

    def canonical(self, text):
        body = text[:11]
        if text[11:] != luhn.calc_check_digit(body) + verhoeff.calc_check_digit(body):
            raise InvalidChecksum
        try:
            date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            raise InvalidChecksum from None
        return text


class IBANField(CheckDigitField):
    """An IBAN; compact when clean."""

    labels = "IBAN"
    default_error_messages = {
        "wrong": _("This is not a valid IBAN. Compare it with your bank card or account statement."),
    }

    def canonical(self, text):
        # Structure and check digits, not the bank: lists of banks go out of date and refuse accounts that exist.
        return iban.validate(text, check_country=False)


class CompanyField(CheckDigitField):
    """The registration number of a company in ``country``: CHE-100.155.212, 0403.019.261 or LU15027442."""

    labels = "UID|IDE|IDI|BCE|KBO|TVA|MWST|IVA|BTW|VAT|N[o°]"
    COUNTRIES = {
        "CH": _("This is not a UID. It has the form CHE-100.155.212; uid.admin.ch finds it by the name."),
        "BE": _("This is not an enterprise number. It has the form 0403.019.261."),
        "LU": _("This is not a Luxembourg VAT number. It has the form LU15027442."),
    }

    def __init__(self, *, country: str = "CH", **kwargs):
        super().__init__(**kwargs)
        self.country = country if country in self.COUNTRIES else "CH"
        self.error_messages["wrong"] = self.COUNTRIES[self.country]

    def canonical(self, text):
        return {"CH": parse_swiss_company, "BE": parse_belgian_company, "LU": parse_luxembourg_company}[
            self.country
        ](text)


def parse_swiss_company(text: str) -> str:
    return ch_uid.format(ch_uid.validate(re.sub(r"\s*(MWST|TVA|IVA|HR|RC)\s*$", "", text.upper())))


def parse_belgian_company(text: str) -> str:
    digits = be_vat.validate(text)
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def parse_luxembourg_company(text: str) -> str:
    return f"LU{lu_vat.validate(text)}"


class MicrochipField(CheckDigitField):
    """The number of an animal's microchip: 756 0981 0012 3456 (ISO 11784).

    The first three digits are the numeric code of a country (ISO 3166-1), 756 for Switzerland, or from 900 on that of a
    manufacturer. There is no check digit.
    """

    digits = 15
    default_error_messages = {
        "wrong": _("This is not the number of a microchip. In Switzerland it starts with 756."),
    }

    def canonical(self, text):
        if text[:3] not in CHIP_COUNTRIES and int(text[:3]) < FIRST_MANUFACTURER:
            raise InvalidFormat
        return text


class PlateField(LineField):
    """A vehicle's plate. Swiss ones become “VD 123456”; others are stored in upper case."""

    default_error_messages = {"wrong": _("Write the plate with its letters and digits: VD 123456.")}

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        written = normalize_plate(value)
        if not re.fullmatch(r"[A-ZÄÖÜ0-9][A-ZÄÖÜ0-9 ]{1,11}", written) or not re.search(r"[0-9]", written):
            raise field_error(self, "wrong")
        return written


def normalize_plate(text: str) -> str:
    """Normalize the spelling of a plate: “vd-012.345” becomes VD 12345.

    For other countries only upper case and single spaces are certain. What stands in brackets is no part of it.
    """
    written = re.sub(r"[\W_]+", " ", re.sub(r"\([^()]*\)", "", text).upper()).strip()
    if settings.COUNTRY == "CH":
        number = re.sub("[ ]", "", re.sub(r"^CH (?=[A-Z])|(?<=[A-Z]{2}) N[OR]? (?=[0-9])", "", written))
        if swiss := re.fullmatch(r"([A-Z]{2})?0*([0-9]{1,6})", number):
            return f"{swiss[1] or ''} {swiss[2]}".strip()
    return written
