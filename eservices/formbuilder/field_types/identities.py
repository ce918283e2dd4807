"""Field types for identifiers of people, companies, accounts and vehicles."""

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from .. import fields
from ..blocks import PlainChoiceBlock
from .base import IDENTITY, FieldType, register_field_type


@register_field_type
class AVS(FieldType):
    key, label, icon, compares = "avs", _("AVS number"), "user", "given"
    says = _("Checked digit by digit.")
    group, form_class = IDENTITY, fields.AVSField
    written = ("756.9217.0769.85",)
    input_mode, width = "numeric", "w10"


@register_field_type
class NRN(FieldType):
    key, label, icon, compares = "nrn", _("Belgian national number"), "user", "given"
    says = _("Or BIS number. Checked digit by digit.")
    group, form_class = IDENTITY, fields.NRNField
    written = ("85.07.30-033.28",)
    input_mode, width = "numeric", "w10"


@register_field_type
class Matricule(FieldType):
    key, label, icon, compares = "matricule", _("Luxembourg matricule"), "user", "given"
    says = _("Thirteen digits, checked.")
    group, form_class = IDENTITY, fields.MatriculeField
    input_mode, width = "numeric", "w10"

    def answer_text(self, answer, field, definition, language):
        return " ".join(filter(None, [answer[:4], answer[4:8], answer[8:]]))


@register_field_type
class Company(FieldType):
    """A company number: UID in Switzerland, enterprise number in Belgium, VAT number in Luxembourg."""

    key, label, icon = "company", _("Company number"), "group"
    says = _("UID, BCE or VAT number of a company, checked.")
    group, form_class = IDENTITY, fields.CompanyField
    written = ("CHE-100.155.212", "CHE100155212", "0403.019.261", "LU15027442")
    width = "w10"
    COUNTRIES = [("CH", _("Switzerland (UID)")), ("BE", _("Belgium (BCE)")), ("LU", _("Luxembourg (VAT)"))]

    def settings_blocks(self):
        label, words = _("Country"), _("Empty: the commune’s.")
        return [
            (
                "country",
                PlainChoiceBlock(required=False, choices=self.COUNTRIES, label=label, help_text=words),
            )
        ]

    def arguments(self, field):
        return {"country": str(field.settings.get("country") or settings.COUNTRY)}

    def settings_faults(self, field):
        country = self.arguments(field)["country"]
        if country not in dict(self.COUNTRIES):
            yield gettext("company numbers of “%(country)s” are not known") % {"country": country}


@register_field_type
class IBAN(FieldType):
    key, label, icon, compares = "iban", _("IBAN"), "clipboard-list", "given"
    says = _("A bank account, of any country, checked.")
    group, form_class = IDENTITY, fields.IBANField
    written = ("CH9300762011623852957", "CH93 0076 2011 6238 5295 7")

    def answer_text(self, answer, field, definition, language):
        return iban.format(answer)


@register_field_type
class Microchip(FieldType):
    key, label, icon, compares = "microchip", _("Microchip of an animal"), "tag", "given"
    says = _("Fifteen digits; the country is checked.")
    group, form_class = IDENTITY, fields.MicrochipField
    input_mode, width = "numeric", "w10"

    def answer_text(self, answer, field, definition, language):
        return " ".join(filter(None, [answer[:3], answer[3:7], answer[7:11], answer[11:]]))


@register_field_type
class Plate(FieldType):
    key, label, icon = "plate", _("Vehicle plate"), "tag"
    says = _("Plate of a car, a motorbike or a boat.")
    group, form_class = IDENTITY, fields.PlateField
    written = ("VD 123456", "VD123456")
    width = "w10"
