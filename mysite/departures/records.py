"""Tables as lines of JSON, the same lines whatever the database.

A line is a row: its columns by name, in alphabetical order. A column that is missing is NULL; ``null`` is a value of
JSON. Times are in UTC, decimals and UUIDs are texts, encrypted answers are in plain. Reading goes past the models,
whose fields would change values.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import batched
from typing import Any, BinaryIO

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import Col
from django.utils.translation import override

from home.encrypted_fields import EncryptedJSONField, LostKey, decrypt_value, encrypt_value

from .exceptions import DepartureError
from .excluded_data import EXCLUDED_TABLES, REPLACED_COLUMNS

ROWS = 500  # of one statement
NULL = object()
CONVERTED = {"DateTimeField", "DateField", "TimeField", "UUIDField", "DecimalField"}
FILLED_BY_TRIGGERS = {"wagtailsearch_indexentry_fts"}  # SQLite: follows the rows of another table


@dataclass(frozen=True)
class Column:
    """A column of a table. ``field``: that of a foreign key is the field it refers to."""

    name: str
    field: Field

    @property
    def type(self) -> str:
        return self.field.get_internal_type()

    @property
    def is_json(self) -> bool:
        return self.type == "JSONField"

    @property
    def _is_encrypted(self) -> bool:
        return isinstance(self.field, EncryptedJSONField)

    def _decrypt(self, value: Any) -> Any:
        """Return a value of JSON in plain: the next installation has keys of its own."""
        try:
            return decrypt_value(value) if self._is_encrypted else value
        except LostKey as error:
            raise DepartureError(str(error)) from None

    @cached_property
    def _expression(self) -> Col:
        return Col("", self.field)

    @cached_property
    def _converters(self) -> list:
        """The conversions of the database, without those of the field."""
        return connection.ops.get_db_converters(self._expression)

    def to_line(self, value: Any) -> Any:
        """Return a value of the database for a line, or NULL."""
        for convert in self._converters:
            value = convert(value, self._expression, connection)
        if value is None:
            return NULL
        if self.is_json:
            return self._decrypt(json.loads(value))
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return str(value) if self.type in CONVERTED else value

    def to_database(self, line: Mapping[str, Any]) -> Any:
        """Return the column of a line as a parameter of a statement."""
        if self.name not in line:
            return None
        value = line[self.name]
        if self.is_json:
            return json.dumps(encrypt_value(value) if self._is_encrypted else value)
        if self.type in CONVERTED:
            return self.field.get_db_prep_save(self.field.to_python(value), connection)
        return value


def record_models() -> list[type[Model]]:
    """Return the models whose tables leave, by table."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    }
    return [found[table] for table in sorted(found.keys() - EXCLUDED_TABLES.keys())]


def columns_of(model: type[Model]) -> list[Column]:
    return sorted((_column(field) for field in model._meta.local_concrete_fields), key=lambda one: one.name)


def _column(field: Field) -> Column:
    name = field.column
    while field.remote_field:
        field = field.target_field
    return Column(name, field)


# -- Reading -------------------------------------------------------------------------------------------------
def read_lines(model: type[Model]) -> Iterator[bytes]:
    """Yield the rows of a table as lines, by primary key, without loading all of them."""
    table, columns, quoted = model._meta.db_table, columns_of(model), connection.ops.quote_name
    replaced = {name: value for (of, name), value in REPLACED_COLUMNS.items() if of == table}
    names = ", ".join(quoted(one.name) for one in columns)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quoted(table)} ORDER BY {_order(model)}")  # noqa: S608
        while rows := cursor.fetchmany(ROWS):
            for row in rows:
                values = {one.name: one.to_line(value) for one, value in zip(columns, row, strict=True)}
                line = {name: value for name, value in values.items() if value is not NULL}
                yield _dump(line | replaced)


def _order(model: type[Model]) -> str:
    """Return the order by primary key: that of texts by their bytes, which every database has."""
    key = _column(model._meta.pk)
    name = connection.ops.quote_name(key.name)
    by_bytes = connection.vendor == "postgresql" and key.type in {"CharField", "SlugField", "TextField"}
    return f'{name} COLLATE "C"' if by_bytes else name


def _dump(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def describe_tables() -> dict[str, dict]:
    """Return what each table and column is, in English, for readers without this program."""
    with override("en"):
        return {model._meta.db_table: _describe_table(model) for model in record_models()}


def _describe_table(model: type[Model]) -> dict:
    return {
        "model": model._meta.label,
        "description": (model.__doc__ or "").strip().split("\n")[0],
        "columns": {
            one.column: {
                "type": _column(one).type,
                "description": str(one.verbose_name),
                **({"refers_to": one.related_model._meta.db_table} if one.is_relation else {}),
            }
            for one in model._meta.local_concrete_fields
        },
    }


# -- Writing -------------------------------------------------------------------------------------------------
def empty_tables() -> None:
    """Delete all rows of all tables, also of those that do not leave. Must run in a transaction."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [name for name in tables if name not in FILLED_BY_TRIGGERS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)


def write_lines(model: type[Model], lines: BinaryIO) -> int:
    """Insert the rows of a file and return their number. References are checked at the end of the transaction."""
    table, columns, quoted = model._meta.db_table, columns_of(model), connection.ops.quote_name
    names, places = ", ".join(quoted(one.name) for one in columns), ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})"  # noqa: S608
    written = 0
    with connection.cursor() as cursor:
        for batch in batched(_parsed(table, columns, lines), ROWS):
            cursor.executemany(statement, batch)
            written += len(batch)
    return written


def _parsed(table: str, columns: list[Column], lines: Iterable[bytes]) -> Iterator[list]:
    known = {one.name for one in columns}
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            if unknown := line.keys() - known:
                raise ValueError(f"unknown column {min(unknown)}")
            yield [column.to_database(line) for column in columns]
        except (ValueError, TypeError, AttributeError, ArithmeticError, ValidationError) as error:
            raise DepartureError(
                f"records/tables/{table}.jsonl, line {number}, is no row: {error}."
            ) from error


def reset_sequences() -> None:
    """Let new rows get keys after the highest."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), record_models()):
            cursor.execute(statement)
