"""Number and digest of the rows of every table, whatever their order."""

import hashlib
from collections.abc import Callable

from django.apps import apps
from django.db.models import FileField

MODULUS = 2**64
# A sum of hashes: it needs no sorting, and two databases with the same rows have the same sum.
POSTGRESQL_DIGEST = """
    SELECT count(*),
        mod(coalesce(sum(
            ('x' || encode(substring(sha256(convert_to(t::text, 'UTF8')) FOR 7), 'hex'))::bit(56)::bigint
        ), 0), 18446744073709551616)::text
    FROM {table} t
"""
POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
SQLITE_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1"
)

type Digests = dict[str, list]


def digest_tables(cursor, vendor: str) -> Digests:
    """Return ``[rows, digest]`` of every table."""
    digest = _digest_on_postgresql if vendor == "postgresql" else _digest_on_sqlite
    cursor.execute(POSTGRESQL_TABLES if vendor == "postgresql" else SQLITE_TABLES)
    return {name: digest(cursor, name) for [name] in cursor.fetchall()}


def _digest_on_postgresql(cursor, table: str) -> list:
    cursor.execute(POSTGRESQL_DIGEST.format(table=quote_name(table)))
    return list(cursor.fetchone())


def _digest_on_sqlite(cursor, table: str) -> list:
    cursor.execute(f"SELECT * FROM {quote_name(table)}")  # noqa: S608
    rows, total = 0, 0
    for row in cursor:
        rows += 1
        total += int.from_bytes(
            hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogateescape")).digest()[:7]
        )
    return [rows, str(total % MODULUS)]


def quote_name(name: str) -> str:
    """Return an identifier in quotation marks, as both databases write it."""
    return '"' + name.replace('"', '""') + '"'


def named_files(cursor, source_of: Callable[[FileField], str | None]) -> set[tuple[str, str]]:
    """Return source and name of every file that a row names. ``source_of``: None for a field of other storages."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if not isinstance(field, FileField) or model._meta.proxy or not model._meta.managed:
                continue
            if (source := source_of(field)) is None or field.model is not model:
                continue
            column, table = quote_name(field.column), quote_name(model._meta.db_table)
            cursor.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''")  # noqa: S608
            found |= {(source, name) for [name] in cursor.fetchall()}
    return found


def compare_tables(expected: Digests, found: Digests) -> list[str]:
    """Return a sentence for each table that differs."""
    faults = [f"table {name} is missing" for name in expected.keys() - found.keys()]
    faults += [f"table {name} is not in the backup" for name in found.keys() - expected.keys()]
    for name in sorted(expected.keys() & found.keys()):
        if list(expected[name]) != list(found[name]):
            faults.append(
                f"table {name}: {expected[name][0]} rows in the backup, {found[name][0]} restored, or others"
            )
    return faults
