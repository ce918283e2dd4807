"""The options that stand in reference tables, as forms read them: no query for what was read since the last change."""

from dataclasses import dataclass
from functools import lru_cache

from home import generation


@dataclass(frozen=True)
class Row:
    value: str
    label: str
    labels: dict[str, str]
    active: bool

    def words(self, language: str) -> str:
        return self.labels.get(language) or self.label


def rows(key: str) -> tuple[Row, ...] | None:
    """The rows of a table in their order, those no longer offered too; None where there is no such table."""
    return _rows(key, generation.current())


def options(key: str, language: str) -> list[tuple[str, str]]:
    """Value and words of what is offered now."""
    return [(row.value, row.words(language)) for row in rows(key) or () if row.active]


def label(key: str, value, language: str) -> str:
    """The words of a row, offered or not; empty where there is none of this value."""
    return next((row.words(language) for row in rows(key) or () if row.value == value), "")


@lru_cache(maxsize=64)
def _rows(key: str, generation: str) -> tuple[Row, ...] | None:
    from .models import ReferenceRow, ReferenceTable

    found = ReferenceRow.objects.filter(table__key=key).values_list("value", "label", "labels", "active")
    read = tuple(Row(*row) for row in found)
    return read if read or ReferenceTable.objects.filter(key=key).exists() else None
