"""Titles of cases: the applicant, or for anonymous cases a text from another app."""

from collections.abc import Iterable
from uuid import UUID

from home.extensions.base import extensions

from ..extension_points import CaseExtension
from ..models import Case


def titles_of(cases: Iterable[Case]) -> dict[UUID, str]:
    """Return the title of each case, by its key. Makes no query if all cases have an applicant."""
    cases = list(cases)
    nameless = [case for case in cases if not case.applicant]
    names = {case.pk: case.applicant for case in cases}
    for extension in extensions(CaseExtension) if nameless else ():
        names |= extension.titles(nameless)
    return names


def title_of(case: Case) -> str:
    return titles_of([case])[case.pk]
