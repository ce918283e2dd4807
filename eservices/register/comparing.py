"""Whether what somebody declares is what the register says. Pure: it trusts no register's own idea of a match."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.accounts.names import is_called

from .people import Declared, Person
from .spelling import place

MOST_SHOWN = 3  # people an agent compares with


class Aspect(TextChoices):
    """What is compared."""

    NAME = "name", _("name")
    BIRTH_DATE = "birth_date", _("date of birth")
    ADDRESS = "address", _("address")


class Found(StrEnum):
    """What the comparison comes to."""

    MATCH = "match"
    NO_MATCH = "no_match"
    SEVERAL = "several"


@dataclass(frozen=True)
class Finding:
    """The outcome, and whom it is about: who fits, else those who come nearest."""

    outcome: Found
    people: Sequence[Person]


def find(declared: Declared, candidates: Iterable[Person], required: Iterable[str]) -> Finding:
    """Who of ``candidates`` is the person declared: agrees in the name and every other aspect of ``required``.

    Of those who only share the date of birth, nobody protected is shown: that is chance.
    """
    needed = {Aspect.NAME, *required}
    agreed = {person: agreements(declared, person) for person in dict.fromkeys(candidates)}
    fitting = [person for person, aspects in agreed.items() if needed <= aspects]
    if fitting:
        return Finding(Found.MATCH if len(fitting) == 1 else Found.SEVERAL, fitting[:MOST_SHOWN])
    near = [
        person
        for person, aspects in agreed.items()
        if Aspect.NAME in aspects or (Aspect.BIRTH_DATE in aspects and not person.protected)
    ]
    near.sort(key=lambda person: (-len(agreed[person]), person.key))
    return Finding(Found.NO_MATCH, near[:MOST_SHOWN])


def agreements(declared: Declared, person: Person) -> set[Aspect]:
    """In what the two agree. What is not declared agrees in nothing."""
    found = set()
    if is_called(declared.name, person.given_names, person.family_name):
        found.add(Aspect.NAME)
    if declared.birth_date == person.birth_date:
        found.add(Aspect.BIRTH_DATE)
    if declared.address and person.address and place(declared.address) == place(person.address):
        found.add(Aspect.ADDRESS)
    return found
