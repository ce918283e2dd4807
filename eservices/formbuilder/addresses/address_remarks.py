"""Remarks on an address for its readers: an error that somebody must resolve, and what follows from it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from home.localization.punctuation import labelled

from .areas import PARTS
from .checking import NEW, check_address
from .streets import Streets


def address_remarks(answer: dict, streets: Streets) -> list[str]:
    """Return the remarks, by the table as it is now.

    The error is resolved as soon as an agent corrects the answer, or the table has the address.
    """
    given = answer.get("known")
    known: dict = given if isinstance(given, dict) else {}
    if known.get("sure"):
        try:
            known = check_address({part: str(answer.get(part) or "") for part in PARTS}, streets).get(
                "known", {}
            )
        except ValidationError as error:
            said = (
                _("The applicant says that it is new.")
                if known["sure"] == NEW
                else _("The applicant is not sure.")
            )
            return [_("To be checked: %(error)s %(said)s") % {"error": error.message, "said": said}]
    names = {**streets.area_names, "egid": "EGID"}
    found = [labelled(names[key], str(known[key])) for key in names if key in known]
    return ["; ".join(found)] if found else []
