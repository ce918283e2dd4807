"""Fee exemptions of residents and minors, by the person that a check or an agent found in the register."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.cases.extension_points import FeeExemption
from eservices.cases.models import Case

from .access import register_person_of

OF_AGE = 18  # years of age


def _lives_here(case: Case) -> str:
    person = register_person_of(case)
    found = person and person.is_resident(timezone.localdate(case.submission.sent_at))
    return _("lives in the commune, according to the register") if found else ""


def _is_minor(case: Case) -> str:
    person = register_person_of(case)
    found = person and person.age(timezone.localdate(case.submission.sent_at)) < OF_AGE
    return _("is under age, according to the register") if found else ""


FEE_EXEMPTIONS = {  # the keys are in definitions
    "resident": FeeExemption(gettext_lazy("residents, according to the register"), _lives_here),
    "minor": FeeExemption(gettext_lazy("minors, according to the register"), _is_minor),
}
