"""What a case is called: its applicant, or where nobody is named, what an app above says in a file of this name.

An offer takes cases without an applicant and answers, for those that it knows, their key and a few words.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from home.extensions.registry import Registry

from ..models import Case

case_titles: Registry[Callable[[list[Case]], dict[UUID, str]]] = Registry("case_names")


def titles_of(cases: Iterable[Case]) -> dict[UUID, str]:
    """What each case is called, by its key; nothing is asked of the database where all have their applicant."""
    cases = list(cases)
    nameless = [case for case in cases if not case.applicant]
    names = {case.pk: case.applicant for case in cases}
    for offer in case_titles if nameless else ():
        names |= offer(nameless)
    return names


def title_of(case: Case) -> str:
    """What one case is called."""
    return titles_of([case])[case.pk]
