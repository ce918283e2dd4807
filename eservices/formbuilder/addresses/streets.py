"""Streets and house numbers of a reference table, as addresses are completed and checked by them.

Cached: no query for a table, or a street, that was read since the last change of the site.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache

from eservices.accounts.person_names import name_words
from home.caching import site_version

from ..logic.address_spellings import (
    leading_number,
    normalize_house_number,
    normalize_street,
    split_street_line,
    street_key,
    without_umlauts,
)
from .areas import area_key, areas_of, is_area

LEAST_LETTERS = 3  # from which on a street is completed
MOST_STREETS, MOST_NUMBERS, MOST_PROPOSALS = 8, 40, 3
FORMER_SEPARATOR = "|"  # between former names of a street


@dataclass(frozen=True)
class KnownNumber:
    """A house number of a street."""

    number: str
    key: str
    postcode: str
    town: str
    egid: str
    active: bool


@dataclass(frozen=True)
class Street:
    """A street of the table. ``commune``: the other commune in which it is; "" for our own."""

    pk: int
    name: str
    labels: dict[str, str]
    columns: dict[str, str]
    active: bool

    @property
    def postcode(self) -> str:
        return self.columns.get("postcode", "")

    @property
    def town(self) -> str:
        return self.columns.get("town", "")

    @property
    def commune(self) -> str:
        return self.columns.get("commune", "")

    @property
    def present_name(self) -> str:
        """The street that a closed one belongs to now, "" if none."""
        return self.columns.get("now", "")

    @property
    def former_names(self) -> list[str]:
        return [
            name for part in self.columns.get("former", "").split(FORMER_SEPARATOR) if (name := part.strip())
        ]

    @property
    def names(self) -> list[str]:
        """The name in all languages."""
        return list(dict.fromkeys([self.name, *self.labels.values()]))

    @property
    def houses(self) -> tuple[KnownNumber, ...]:
        return _houses(self.pk, site_version.current_version())

    def known_number(self, number: str) -> KnownNumber | None:
        """Return the house with this number, in any spelling; one that exists, if there are several."""
        key = normalize_house_number(number)
        found = [one for one in self.houses if one.key == key]
        return min(found, key=lambda one: not one.active, default=None)

    def near_numbers(self, number: str) -> list[str]:
        """Return existing numbers that are close to one that does not exist."""
        wanted = leading_number(normalize_house_number(number))
        there = [one for one in self.houses if one.active]
        there.sort(key=lambda one: (abs(leading_number(one.key) - wanted), len(one.key), one.key))
        return [one.number for one in there[:MOST_PROPOSALS]]

    def areas(self, number: str) -> dict[str, str]:
        return areas_of(self.columns, number)


class Streets:
    """All streets of a table, by the key of their names."""

    def __init__(self, table: str, streets: list[Street]):
        self.table, self.all = table, streets

    @cached_property
    def commune(self) -> str:
        """The name of our commune."""
        from home.models import CommuneSettings

        return CommuneSettings.current().name

    @cached_property
    def own(self) -> list[Street]:
        """The streets of our commune that exist."""
        return [one for one in self.all if one.active and not one.commune]

    @cached_property
    def towns(self) -> dict[str, str]:
        """The postcodes of the commune, with their town."""
        return {one.postcode: one.town for one in self.own if one.postcode}

    @cached_property
    def _house_places(self) -> list[tuple[str, str]]:
        """The postcodes and towns of houses, which may differ from those of most houses of their street."""
        from ..models import HouseNumber

        houses = HouseNumber.objects.filter(street__table__key=self.table, active=True).order_by()
        return list(houses.values_list("postcode", "town").distinct())

    def has_postcode(self, postcode: str) -> bool:
        return postcode in self.towns or any(postcode == one for one, _town in self._house_places)

    def has_town(self, town: str) -> bool:
        """Return whether a town, in any spelling, is our commune or one of its villages."""
        words, own = name_words(town), {self.commune, *(one.town for one in self.own)}
        return any(words == name_words(one) for one in own) or any(
            words == name_words(one) for _postcode, one in self._house_places
        )

    @cached_property
    def area_names(self) -> dict[str, str]:
        """The kinds of areas, by key, as the commune calls them: in the order of their keys, as JSONB has none."""
        found = {
            area_key(name): name
            for one in self.all
            for name in one.columns
            if is_area(name) and not one.commune
        }
        return dict(sorted(found.items()))

    @cached_property
    def _by_key(self) -> dict[str, list[Street]]:
        return _grouped((street_key(name), one) for one in self.all for name in one.names)

    @cached_property
    def _without_umlauts(self) -> dict[str, list[Street]]:
        return _grouped((without_umlauts(key), one) for key, found in self._by_key.items() for one in found)

    @cached_property
    def _by_former_name(self) -> dict[str, list[Street]]:
        return _grouped((street_key(name), one) for one in self.own for name in one.former_names)

    @cached_property
    def _words(self) -> list[tuple[Street, list[str]]]:
        """The words of all names of our streets."""
        return [(one, [word for name in one.names for word in normalize_street(name)]) for one in self.own]

    def named(self, name: str) -> list[Street]:
        """Return the streets of this name, in any spelling; those in other communes and closed ones too."""
        key = street_key(name)
        return self._by_key.get(key) or self._without_umlauts.get(without_umlauts(key), [])

    def formerly(self, name: str) -> list[Street]:
        """Return the streets that had this name once."""
        return self._by_former_name.get(street_key(name), [])

    def split(self, line: str) -> tuple[str, str]:
        """Return street and number of a line. A street whose name has a number, as Rue du 14 Juillet, stays whole."""
        return (line, "") if self.named(line) else split_street_line(line)

    def similar(self, name: str) -> list[str]:
        """Return names of streets that were perhaps meant."""
        keys = {street_key(one.name): one.name for one in self.own}
        found = get_close_matches(street_key(name), keys, MOST_PROPOSALS, 0.72)
        return [keys[key] for key in found]

    def completions(self, typed: str) -> Iterator[Street]:
        """Yield streets whose words begin with all words typed, those that begin with the first word first."""
        words = normalize_street(self.split(typed)[0])
        if sum(map(len, words)) < LEAST_LETTERS:
            return
        ranked = []
        for one, there in self._words:
            if all(any(word.startswith(part) for word in there) for part in words):
                ranked.append((not there[0].startswith(words[0]), one.name, one))
        yield from (one for _later, _name, one in sorted(ranked, key=lambda entry: entry[:2])[:MOST_STREETS])


def streets_of(table: str) -> Streets:
    """Return the streets of the table with this key; none if there is no such table."""
    return _streets(table, site_version.current_version())


def _grouped(pairs) -> dict[str, list[Street]]:
    found: dict[str, list[Street]] = {}
    for key, street in pairs:
        if street not in found.setdefault(key, []):
            found[key].append(street)
    return found


@lru_cache(maxsize=16)
def _streets(table: str, version: str) -> Streets:
    from ..models import ReferenceRow

    rows = ReferenceRow.objects.filter(table__key=table)
    found = rows.values_list("pk", "label", "labels", "extra", "active")
    return Streets(table, [Street(*row) for row in found])


@lru_cache(maxsize=512)
def _houses(street: int, version: str) -> tuple[KnownNumber, ...]:
    from ..models import HouseNumber

    rows = HouseNumber.objects.filter(street=street)
    found = [
        KnownNumber(*row) for row in rows.values_list("number", "key", "postcode", "town", "egid", "active")
    ]
    return tuple(sorted(found, key=lambda one: (leading_number(one.key), one.key)))
