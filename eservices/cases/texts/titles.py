"""Titles of cases: the applicant, or for anonymous cases a text from another app.

Other apps add providers to ``case_titles``. A provider takes cases without an applicant and returns titles, by key,
for those that it knows.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from home.extensions.registry import Registry

from ..models import Case

case_titles: Registry[Callable[[list[Case]], dict[UUID, str]]] = Registry("case_names")


def titles_of(cases: Iterable[Case]) -> dict[UUID, str]:
    """Return the title of each case, by its key. Makes no query if all cases have an applicant."""
    cases = list(cases)
    nameless = [case for case in cases if not case.applicant]
    names = {case.pk: case.applicant for case in cases}
    for offer in case_titles if nameless else ():
        names |= offer(nameless)
    return names


def title_of(case: Case) -> str:
    return titles_of([case])[case.pk]
