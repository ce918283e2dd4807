"""The invented residents: some fixed, the others drawn from lists with a fixed seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from zlib import crc32

from ...persons import CivilStatus, RegisterAddress, RegisterPerson, Sex
from .names import FAMILIES, MEN, ORIGINS, STREETS, WOMEN

INHABITANTS, LEFT = 4_200, 150
SEED, TODAY = 1199, date(2026, 11, 1)
TOWN = {"postcode": "1199", "town": "Orvenay"}
SIZES = {1: 36, 2: 30, 3: 14, 4: 14, 5: 6}  # persons in a household: weight in per cent


@dataclass(frozen=True)
class Household:
    """Persons who live together."""

    people: tuple[RegisterPerson, ...]


def fixed_households() -> list[list[RegisterPerson]]:
    """Return persons on whom the demo and the tests rely.

    Users who sign in, namesakes, a protected person, a person who moved away.
    """
    lake = RegisterAddress("Rue du Lac", "12", **TOWN)
    vines = RegisterAddress("Rue des Vignes", "8 bis", **TOWN)
    hidden = RegisterAddress("Chemin du Signal", "3", **TOWN)
    station = RegisterAddress("Avenue de la Gare", "21", **TOWN)
    here, born, nora = date(2019, 6, 1), date(1961, 3, 14), date(2022, 2, 1)
    gone = RegisterPerson("ORV-9", "Bruno", "Gétaz", date(1970, 12, 24), origin="Orvenay VD", sex=Sex.MALE)
    return [
        [
            _given("ORV-1 Élodie Anne Marchetti", Sex.FEMALE, date(1988, 4, 17), lake, here),
            _given("ORV-2 Noé Marchetti", Sex.MALE, date(2019, 9, 2), lake, date(2019, 9, 2)),
        ],
        [_given("ORV-3 Huguette Perrin", Sex.FEMALE, date(1943, 11, 5), vines, date(1968, 5, 1), "widowed")],
        [
            _given(
                "ORV-4 Peter Schmid",
                Sex.MALE,
                date(1979, 2, 28),
                RegisterAddress("Clos Aurel", "4", **TOWN),
                here,
            )
        ],
        [_given("ORV-5 Rachel Moore", Sex.FEMALE, date(1992, 8, 9), station, here)],
        [
            _given(
                "ORV-6 Jean Rochat",
                Sex.MALE,
                born,
                RegisterAddress("Rue du Temple", "5", **TOWN),
                date(1990, 1, 1),
            )
        ],
        [
            _given(
                "ORV-7 Jean Rochat",
                Sex.MALE,
                born,
                RegisterAddress("Rue du Midi", "17", **TOWN),
                date(2011, 9, 15),
            )
        ],
        [replace(_given("ORV-8 Nora Kessler", Sex.FEMALE, date(1990, 6, 21), hidden, nora), protected=True)],
        [gone],
    ]


def _given(
    words: str,
    sex: str,
    born: date,
    address: RegisterAddress,
    since: date,
    civil_status: str = CivilStatus.SINGLE,
) -> RegisterPerson:
    key, *given_names, family = words.split()
    return RegisterPerson(
        *(key, " ".join(given_names), family, born, address, since),
        origin="Orvenay VD",
        civil_status=civil_status,
        sex=sex,
    )


@cache
def all_households() -> tuple[Household, ...]:
    """Return all households: residents first, then those who moved away."""
    homes = [Household(tuple(people)) for people in fixed_households()]
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


def _left(one: RegisterPerson) -> RegisterPerson:
    return replace(one, address=None, resident_since=None)


def _drawn(random: Random) -> Iterator[list[RegisterPerson]]:
    """Yield households without end: one or two adults, and children."""
    while True:
        size = random.choices(list(SIZES), list(SIZES.values()))[0]
        street, most = random.choice(STREETS)
        number = f"{random.randint(1, most)}{random.choice(['', '', '', '', '', 'A', ' bis'])}"
        address = RegisterAddress(street, number, **TOWN)
        family, moved = random.choice(FAMILIES), _day(random, 1975, 2026)
        age = random.randint(22, 92 if size < 3 else 58)
        people = [_person(random, family, age, address, moved)]
        if size > 1:
            other = family if random.random() < 0.7 else random.choice(FAMILIES)
            people.append(_person(random, other, max(20, age + random.randint(-6, 6)), address, moved))
        children = (max(0, age - random.randint(22, 36)) for _child in range(size - 2))
        people += [_person(random, family, years, address, moved) for years in children]
        yield _with_statuses(people)


def _person(random: Random, family: str, age: int, address: RegisterAddress, moved: date) -> RegisterPerson:
    names = random.choice((WOMEN, MEN))
    given_names = " ".join(random.sample(names, 2 if random.random() < 0.25 else 1))
    born = _day(random, TODAY.year - age - 1, TODAY.year - age)
    sex = Sex.FEMALE if names is WOMEN else Sex.MALE
    origin = ORIGINS[crc32(family.encode()) % len(ORIGINS)]
    return RegisterPerson("", given_names, family, born, address, max(born, moved), origin=origin, sex=sex)


def _with_statuses(people: list[RegisterPerson]) -> list[RegisterPerson]:
    """Set the civil statuses: the first two persons of a household are a couple, a single person is not."""
    alone = CivilStatus.WIDOWED if people[0].age(TODAY) > 75 else CivilStatus.SINGLE
    adults = [CivilStatus.MARRIED] * 2 if len(people) > 1 else [alone]
    statuses = adults + [CivilStatus.SINGLE] * (len(people) - len(adults))
    return [replace(one, civil_status=status) for one, status in zip(people, statuses, strict=True)]


def _day(random: Random, first: int, last: int) -> date:
    start, end = date(first, 1, 1), min(date(last, 12, 31), TODAY)
    return start + timedelta(days=random.randint(0, (end - start).days))
