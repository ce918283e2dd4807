"""Titles of report cases: subject and place."""

from collections.abc import Sequence
from uuid import UUID

from eservices.cases.models import Case

from . import access
from .models import ProblemReport


def report_titles(cases: Sequence[Case]) -> dict[UUID, str]:
    """Return titles such as “Street lamps, Rue du Lac 16”, by case."""
    found = ProblemReport.objects.filter(case__in=cases).values_list(
        "case", "category", "public_place", "place"
    )
    subjects = {one.translation_key: one.name for one in access.report_categories()}
    return {
        case: ", ".join(filter(None, (subjects.get(category), public_place or place)))
        for case, category, public_place, place in found
    }
