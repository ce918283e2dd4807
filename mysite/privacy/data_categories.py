"""Categories of personal data, by type of question."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.definition import FieldDefinition

CATEGORIES = {
    _("Identity"): {"person", "avs", "nrn", "matricule"},
    _("Contact"): {"email", "phone", "address", "url"},
    _("Bank account and amounts"): {"iban", "money"},
    _("Vehicles"): {"plate"},
    _("Places"): {"map_point"},
    _("Companies"): {"company"},
    _("Uploaded files"): {"files"},
    _("Times and bookings"): {"booking", "date_range", "time"},
    _("Consents"): {"consent"},
}
OTHER_ANSWERS = _("Other answers to the questions of the form")
NO_DATA = {"static_text", "computed", "group"}  # the questions of a group are listed themselves


def categories_of(fields: Iterable[FieldDefinition]) -> list[str]:
    """Return the categories of data that questions ask for."""
    types = {field.type for field in fields} - NO_DATA
    found = [str(name) for name, kinds in CATEGORIES.items() if types & kinds]
    named = set().union(*CATEGORIES.values())
    return [*found, *([str(OTHER_ANSWERS)] if types - named else [])]
