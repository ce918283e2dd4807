"""New cases are screened by the register: whom they name may have a protected address."""

from django.conf import settings

from eservices.cases.models import Case
from eservices.cases.protection import screenings

from .named import people_named


@screenings.register("register")
def is_to_be_asked(case: Case) -> bool:
    """Return whether there is a register to ask, and somebody to ask about."""
    return settings.REGISTER_SCREENING and settings.REGISTER != "none" and bool(people_named(case))
