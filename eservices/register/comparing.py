"""Whether what somebody declares is what the register says. Pure: it trusts no register's own idea of a match."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.accounts.names import is_called

from .people import Address, Declared, Person
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


def find_at_home(
    declared: Declared,
    household: Iterable[Person],
    candidates: Iterable[Person],
    address: Address | None,
    today: date,
) -> Finding:
    """Find a person whom an applicant names, in the applicant's household at the registered ``address``.

    Whoever fits elsewhere is no match, but is shown to the agent: neighbours share a street and a number.
    """
    at_home = [one for one in household if lives_at(one, address, today)]
    wanted = replace(declared, address=address)
    finding = find(wanted, at_home, [Aspect.BIRTH_DATE, Aspect.ADDRESS])
    if finding.outcome == Found.MATCH:
        return finding
    near = find(wanted, [*at_home, *candidates], [Aspect.BIRTH_DATE, Aspect.ADDRESS])
    return Finding(Found.SEVERAL if finding.outcome == Found.SEVERAL else Found.NO_MATCH, near.people)


def lives_at(person: Person, address: Address | None, today: date) -> bool:
    """Whether the register has the person at ``address`` on this day."""
    if address is None or person.address is None or not person.is_resident(today):
        return False
    return place(person.address) == place(address)


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
