"""Comparison of declared data with persons of the register. Pure.

It does not rely on any register's own idea of a match.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.accounts.person_names import is_same_name

from .address_normalization import normalize_address
from .persons import DeclaredPerson, RegisterAddress, RegisterPerson

MAX_CANDIDATES_SHOWN = 3  # candidates shown to an agent


class ComparedAspect(TextChoices):
    """The aspects that are compared."""

    NAME = "name", _("name")
    BIRTH_DATE = "birth_date", _("date of birth")
    ADDRESS = "address", _("address")


class MatchResult(StrEnum):
    """The results of a comparison."""

    MATCH = "match"
    NO_MATCH = "no_match"
    SEVERAL = "several"


@dataclass(frozen=True)
class Match:
    """The result of a comparison, with the persons that fit, else the closest ones."""

    outcome: MatchResult
    people: Sequence[RegisterPerson]


def find_match(
    declared: DeclaredPerson, candidates: Iterable[RegisterPerson], required: Iterable[str]
) -> Match:
    """Find the declared person among ``candidates``, by name and all aspects of ``required``.

    Candidates with only the date of birth in common are shown to agents, unless they are protected: the agreement
    is chance.
    """
    needed = {ComparedAspect.NAME, *required}
    agreed = {person: agreeing_aspects(declared, person) for person in dict.fromkeys(candidates)}
    fitting = [person for person, aspects in agreed.items() if needed <= aspects]
    if fitting:
        return Match(
            MatchResult.MATCH if len(fitting) == 1 else MatchResult.SEVERAL, fitting[:MAX_CANDIDATES_SHOWN]
        )
    near = [
        person
        for person, aspects in agreed.items()
        if ComparedAspect.NAME in aspects or (ComparedAspect.BIRTH_DATE in aspects and not person.protected)
    ]
    near.sort(key=lambda person: (-len(agreed[person]), person.key))
    return Match(MatchResult.NO_MATCH, near[:MAX_CANDIDATES_SHOWN])


def find_at_home(
    declared: DeclaredPerson,
    household: Iterable[RegisterPerson],
    candidates: Iterable[RegisterPerson],
    address: RegisterAddress | None,
    today: date,
) -> Match:
    """Find a person whom the applicant names, in the applicant's household at the registered ``address``.

    A person who fits at another address is no match but is shown to the agent, because neighbours share a street
    and a number.
    """
    at_home = [one for one in household if lives_at(one, address, today)]
    wanted = replace(declared, address=address)
    finding = find_match(wanted, at_home, [ComparedAspect.BIRTH_DATE, ComparedAspect.ADDRESS])
    if finding.outcome == MatchResult.MATCH:
        return finding
    near = find_match(wanted, [*at_home, *candidates], [ComparedAspect.BIRTH_DATE, ComparedAspect.ADDRESS])
    return Match(
        MatchResult.SEVERAL if finding.outcome == MatchResult.SEVERAL else MatchResult.NO_MATCH, near.people
    )


def lives_at(person: RegisterPerson, address: RegisterAddress | None, today: date) -> bool:
    """Return whether the person is registered as a resident at ``address`` on this day."""
    if address is None or person.address is None or not person.is_resident(today):
        return False
    return normalize_address(person.address) == normalize_address(address)


def agreeing_aspects(declared: DeclaredPerson, person: RegisterPerson) -> set[ComparedAspect]:
    """Return the aspects in which the two agree. An aspect that is not declared never agrees."""
    found = set()
    if is_same_name(declared.name, person.given_names, person.family_name):
        found.add(ComparedAspect.NAME)
    if declared.birth_date == person.birth_date:
        found.add(ComparedAspect.BIRTH_DATE)
    if (
        declared.address
        and person.address
        and normalize_address(declared.address) == normalize_address(person.address)
    ):
        found.add(ComparedAspect.ADDRESS)
    return found
