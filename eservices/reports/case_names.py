"""What the case of a report is called: its subject and its place."""

from uuid import UUID

from eservices.cases.case_names import case_names
from eservices.cases.models import Case

from . import access
from .models import Report


@case_names.register("reports")
def subject_and_place(cases: list[Case]) -> dict[UUID, str]:
    """“Street lamps, Rue du Lac 16”."""
    found = Report.objects.filter(case__in=cases).values_list("case", "category", "public_place", "place")
    subjects = {one.translation_key: one.name for one in access.categories()}
    return {
        case: ", ".join(filter(None, (subjects.get(category), public_place or place)))
        for case, category, public_place, place in found
    }
