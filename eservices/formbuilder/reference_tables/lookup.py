"""Cached options of reference tables for forms: no query for tables read since the last change of the site."""

from dataclasses import dataclass
from functools import lru_cache

from home.caching import site_version


@dataclass(frozen=True)
class ReferenceOption:
    value: str
    label: str
    labels: dict[str, str]
    active: bool

    def label_in(self, language: str) -> str:
        return self.labels.get(language) or self.label


def table_rows(key: str) -> tuple[ReferenceOption, ...] | None:
    """Return the rows of a table in order, inactive ones included; None if there is no such table."""
    return _rows(key, site_version.current_version())


def table_options(key: str, language: str) -> list[tuple[str, str]]:
    """Return value and label of the rows that are offered now."""
    return [(row.value, row.label_in(language)) for row in table_rows(key) or () if row.active]


def option_label(key: str, value, language: str) -> str:
    """Return the label of a row, offered or not; "" if there is no row with this value."""
    return next((row.label_in(language) for row in table_rows(key) or () if row.value == value), "")


@lru_cache(maxsize=64)
def _rows(key: str, generation: str) -> tuple[ReferenceOption, ...] | None:
    from ..models import ReferenceRow, ReferenceTable

    found = ReferenceRow.objects.filter(table__key=key).values_list("value", "label", "labels", "active")
    read = tuple(ReferenceOption(*row) for row in found)
    return read if read or ReferenceTable.objects.filter(key=key).exists() else None
