"""Completion of streets and house numbers, in few bytes."""

from collections.abc import Iterator

from home.caching.site_version import cached_per_version

from ..logic.address_spellings import normalize_house_number
from .streets import MOST_NUMBERS, Streets


def is_completed(table: str) -> bool:
    """Return whether the streets of a table are completed: those that a form in use asks for."""
    return table in cached_per_version("completed-tables", _tables_in_use)


def complete_street(streets: Streets, typed: str) -> list[list[str]]:
    """Return name, postcode and town of the streets that begin with what was typed."""
    return [[one.name, one.postcode, one.town] for one in streets.completions(typed)]


def complete_number(streets: Streets, street: str, postcode: str, typed: str) -> list[list[str]]:
    """Return the numbers of a street that begin with what was typed."""
    own = [one for one in streets.named(street) if one.active and not one.commune]
    chosen = [one for one in own if one.postcode == postcode] or own
    key = normalize_house_number(typed)
    found = [
        house.number
        for one in chosen[:1]
        for house in one.houses
        if house.active and house.key.startswith(key)
    ]
    return [[number] for number in found[:MOST_NUMBERS]]


def _tables_in_use() -> list[str]:
    from ..models import FormVersion

    offered = FormVersion.objects.filter(form__offered=True).order_by("form", "kind", "-number")
    newest: dict[tuple, int] = {}
    for pk, form, kind in offered.values_list("pk", "form", "kind"):
        newest.setdefault((form, kind), pk)  # a rehearsal is filled in like the form itself
    contents = FormVersion.objects.filter(pk__in=newest.values()).values_list("content", flat=True)
    return sorted({table for content in contents.iterator() for table in _address_tables(content)})


def _address_tables(content) -> Iterator[str]:
    """Yield the tables of the questions for an address, wherever a definition has questions."""
    if isinstance(content, dict):
        if content.get("type") == "address" and isinstance(content.get("table"), str):
            yield content["table"]
        content = list(content.values())
    if isinstance(content, list):
        for one in content:
            yield from _address_tables(one)
