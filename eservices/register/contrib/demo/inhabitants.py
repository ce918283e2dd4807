"""The invented inhabitants, drawn by chance from lists: always the same, some of them given."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from ...people import Address, Person
from .names import FAMILIES, MEN, STREETS, WOMEN

INHABITANTS, LEFT = 4_200, 150
SEED, TODAY = 1199, date(2026, 11, 1)
TOWN = {"postcode": "1199", "town": "Orvenay"}
SIZES = {1: 36, 2: 30, 3: 14, 4: 14, 5: 6}  # people in a household, per cent


@dataclass(frozen=True)
class Household:
    """Who lives together."""

    people: tuple[Person, ...]


def given() -> list[list[Person]]:
    """People that the demo and the tests know: who signs in, namesakes, somebody protected, somebody who left."""
    lake = Address("Rue du Lac", "12", **TOWN)
    vines = Address("Rue des Vignes", "8 bis", **TOWN)
    hidden = Address("Chemin du Signal", "3", **TOWN)
    here, born = date(2019, 6, 1), date(1961, 3, 14)
    return [
        [
            Person("ORV-1", "Élodie Anne", "Marchetti", date(1988, 4, 17), lake, here),
            Person("ORV-2", "Noé", "Marchetti", date(2019, 9, 2), lake, date(2019, 9, 2)),
        ],
        [Person("ORV-3", "Huguette", "Perrin", date(1943, 11, 5), vines, date(1968, 5, 1))],
        [Person("ORV-4", "Peter", "Schmid", date(1979, 2, 28), Address("Clos Aurel", "4", **TOWN), here)],
        [
            Person(
                "ORV-5", "Rachel", "Moore", date(1992, 8, 9), Address("Avenue de la Gare", "21", **TOWN), here
            )
        ],
        [Person("ORV-6", "Jean", "Rochat", born, Address("Rue du Temple", "5", **TOWN), date(1990, 1, 1))],
        [Person("ORV-7", "Jean", "Rochat", born, Address("Rue du Midi", "17", **TOWN), date(2011, 9, 15))],
        [Person("ORV-8", "Nora", "Kessler", date(1990, 6, 21), hidden, date(2022, 2, 1), protected=True)],
        [Person("ORV-9", "Bruno", "Gétaz", date(1970, 12, 24))],
    ]


@cache
def households() -> tuple[Household, ...]:
    """All of them: who lives here, then who moved away."""
    homes = [Household(tuple(people)) for people in given()]
    left, missing = LEFT, INHABITANTS - sum(_residents(home) for home in homes)
    random = Random(SEED)
    for number, people in enumerate(_drawn(random), start=1):
        gone = missing <= 0
        wanted = left if gone else missing
        home = Household(tuple(_left(one) if gone else one for one in people[:wanted]))
        homes.append(_keyed(home, number))
        if gone:
            left -= len(home.people)
        else:
            missing -= len(home.people)
        if not left:
            break
    return tuple(homes)


def _residents(home: Household) -> int:
    return sum(one.is_resident(TODAY) for one in home.people)


def _keyed(home: Household, number: int) -> Household:
    people = (replace(one, key=f"ORV-{number}{chr(97 + place)}") for place, one in enumerate(home.people))
    return Household(tuple(people))


def _left(one: Person) -> Person:
    return replace(one, address=None, resident_since=None)


def _drawn(random: Random) -> Iterator[list[Person]]:
    """Households without end: one or two grown-ups, and children."""
    while True:
        size = random.choices(list(SIZES), list(SIZES.values()))[0]
        street, most = random.choice(STREETS)
        number = f"{random.randint(1, most)}{random.choice(['', '', '', '', '', 'A', ' bis'])}"
        address = Address(street, number, **TOWN)
        family, moved = random.choice(FAMILIES), _day(random, 1975, 2026)
        age = random.randint(22, 92 if size < 3 else 58)
        people = [_person(random, family, age, address, moved)]
        if size > 1:
            other = family if random.random() < 0.7 else random.choice(FAMILIES)
            people.append(_person(random, other, max(20, age + random.randint(-6, 6)), address, moved))
        children = (max(0, age - random.randint(22, 36)) for _child in range(size - 2))
        people += [_person(random, family, years, address, moved) for years in children]
        yield people


def _person(random: Random, family: str, age: int, address: Address, moved: date) -> Person:
    names = random.choice((WOMEN, MEN))
    given_names = " ".join(random.sample(names, 2 if random.random() < 0.25 else 1))
    born = _day(random, TODAY.year - age - 1, TODAY.year - age)
    return Person("", given_names, family, born, address, max(born, moved))


def _day(random: Random, first: int, last: int) -> date:
    start, end = date(first, 1, 1), min(date(last, 12, 31), TODAY)
    return start + timedelta(days=random.randint(0, (end - start).days))
