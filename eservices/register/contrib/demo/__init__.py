"""The register of the demo commune: 4,200 invented inhabitants, always the same, without a server or a table."""

from functools import cache

from eservices.accounts.names import is_called, words

from ...people import Declared, Person
from ...registers import MOST_FOUND, Register
from .inhabitants import Household, households


class DemoRegister(Register):
    """Answers at once, and is never away."""

    name = "demo"

    def find(self, declared: Declared) -> list[Person]:
        _people, by_day, by_word, _homes = _indexes()
        called = {word for name in words(declared.name) for word in by_word.get(name, ())}
        found = [one for one in called if is_called(declared.name, one.given_names, one.family_name)]
        same_day = by_day.get(declared.birth_date, [])
        return list(dict.fromkeys([*same_day, *sorted(found, key=lambda one: one.key)]))[:MOST_FOUND]

    def person(self, key: str) -> Person | None:
        people, *_rest = _indexes()
        return people.get(key)

    def household(self, key: str) -> list[Person]:
        *_rest, homes = _indexes()
        return list(homes[key].people) if key in homes else []


@cache
def _indexes() -> tuple[dict[str, Person], dict, dict, dict[str, Household]]:
    """People by key, by date of birth and by each word of the family name, and households by whoever is in them."""
    people, by_day, by_word, homes = {}, {}, {}, {}
    for home in households():
        for one in home.people:
            people[one.key], homes[one.key] = one, home
            by_day.setdefault(one.birth_date, []).append(one)
            for word in words(one.family_name):
                by_word.setdefault(word, []).append(one)
    return people, by_day, by_word, homes
