"""Placeholders of all documents besides the answers."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.formbuilder import placeholders

GIVEN = {
    "applicant": gettext_lazy("name of the applicant"),
    "reference": gettext_lazy("reference of the case"),
    "number": gettext_lazy("number of the document"),
    "date": gettext_lazy("day of issue"),
    "valid_until": gettext_lazy("last day of validity"),
    "sent": gettext_lazy("day the request was sent"),
    "commune": gettext_lazy("name of the commune"),
}
REGISTER = {
    "register_name": gettext_lazy("name in the register"),
    "register_given_names": gettext_lazy("first names in the register"),
    "register_family_name": gettext_lazy("last name in the register"),
    "register_birth": gettext_lazy("date of birth in the register"),
    "register_address": gettext_lazy("address in the register"),
    "register_since": gettext_lazy("resident since, in the register"),
    "register_origin": gettext_lazy("place of origin in the register"),
    "register_civil_status": gettext_lazy("civil status in the register"),
    "register_date": gettext_lazy("day on which the register was asked"),
}
OWN = ("reference", "number", "date", "valid_until", "sent", "commune")  # never declared by the applicant
GIVEN |= REGISTER


def unknown_placeholder_error(key: str) -> str:
    """Return the message that ``key`` is no placeholder of documents."""
    if key in REGISTER:
        return _("The register does not provide “%(key)s” of the people it names.") % {"key": GIVEN[key]}
    return placeholders.unknown_placeholder_error(key, GIVEN)


def declared_in_register_document(key: str) -> str:
    """Return the message that a document about the population register may not contain the declared ``key``."""
    return _(
        "“%(key)s” is an entered answer. A document with data from the register can only use "
        "data from the register. Use one of %(given)s, or put the answer among the facts, which "
        "are marked as declared."
    ) % {"key": key, "given": ", ".join(REGISTER)}


def register_in_declared_document(key: str) -> str:
    """Return the message that only a document about the population register may contain ``key``."""
    return _("Only a document with data from the register can use “%(key)s”. Tick this option below.") % {
        "key": key
    }
