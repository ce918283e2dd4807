"""What every document may say beside the answers, by placeholder."""

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
    "register_name": gettext_lazy("name in the register"),
    "register_birth": gettext_lazy("date of birth in the register"),
    "register_address": gettext_lazy("address in the register"),
    "register_since": gettext_lazy("resident since, in the register"),
}


def unknown(key: str) -> str:
    """Why ``key`` stands for nothing."""
    if key in GIVEN:
        return _("The register does not say “%(key)s” of the applicant.") % {"key": GIVEN[key]}
    return placeholders.unknown(key, GIVEN)
