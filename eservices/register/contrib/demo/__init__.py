"""Population register of the demo: 4,200 invented residents, always the same, without a server or a table."""

from functools import cache

from eservices.accounts.person_names import is_same_name, name_words

from ...persons import DeclaredPerson, RegisterPerson
from ...population_register import MAX_CANDIDATES, PopulationRegister
from .inhabitants import Household, all_households


class DemoRegister(PopulationRegister):
    """A register that answers immediately and is always available."""

    name = "demo"

    def find(self, declared: DeclaredPerson) -> list[RegisterPerson]:
        _people, by_day, by_word, _homes = _indexes()
        called = {word for name in name_words(declared.name) for word in by_word.get(name, ())}
        found = [one for one in called if is_same_name(declared.name, one.given_names, one.family_name)]
        same_day = by_day.get(declared.birth_date, [])
        return list(dict.fromkeys([*same_day, *sorted(found, key=lambda one: one.key)]))[:MAX_CANDIDATES]

    def person(self, key: str) -> RegisterPerson | None:
        people, *_rest = _indexes()
        return people.get(key)

    def household(self, key: str) -> list[RegisterPerson]:
        *_rest, homes = _indexes()
        return list(homes[key].people) if key in homes else []


@cache
def _indexes() -> tuple[dict[str, RegisterPerson], dict, dict, dict[str, Household]]:
    """Return persons by key, by date of birth and by word of the family name, and households by person."""
    people, by_day, by_word, homes = {}, {}, {}, {}
    for home in all_households():
        for one in home.people:
            people[one.key], homes[one.key] = one, home
            by_day.setdefault(one.birth_date, []).append(one)
            for word in name_words(one.family_name):
                by_word.setdefault(word, []).append(one)
    return people, by_day, by_word, homes
