"""Consistent copies of the database, and databases that are filled from them."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .exceptions import BackupError

# Digests are of the text of rows, which depends on these.
AS_TEXT = (
    "SET datestyle TO ISO; SET intervalstyle TO postgres; SET extra_float_digits TO 1; SET timezone TO UTC"
)
# Everything in the schema but what belongs to an extension, which needs more rights and holds no data.
EMPTY = """
    BEGIN;
    SET lock_timeout TO '30s';
    SET client_min_messages TO warning;
    DO $$
    DECLARE
        place oid := current_schema()::regnamespace;
        command text;
    BEGIN
        FOREACH command IN ARRAY coalesce((
            SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', kind, name) ORDER BY turn)
            FROM (
                SELECT 1, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
                    oid::regclass::text, oid
                FROM pg_class WHERE relnamespace = place AND relkind IN ('r', 'p', 'v', 'm')
                UNION ALL SELECT 2, 'SEQUENCE', oid::regclass::text, oid
                FROM pg_class WHERE relnamespace = place AND relkind = 'S'
                UNION ALL SELECT 3, 'ROUTINE', oid::regprocedure::text, oid
                FROM pg_proc WHERE pronamespace = place
                UNION ALL SELECT 4, 'TEXT SEARCH CONFIGURATION', oid::regconfig::text, oid
                FROM pg_ts_config WHERE cfgnamespace = place
                UNION ALL SELECT 5, 'TEXT SEARCH DICTIONARY', oid::regdictionary::text, oid
                FROM pg_ts_dict WHERE dictnamespace = place
            ) AS objects (turn, kind, name, oid)
            WHERE NOT EXISTS (SELECT FROM pg_depend WHERE objid = objects.oid AND deptype = 'e')
        ), '{}')
        LOOP
            EXECUTE command;
        END LOOP;
    END $$;
"""
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
LIBPQ = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    # Several servers, of which one accepts writes.
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


class SqliteDatabase:
    """SQLite: a copy by its backup interface, which waits for no writer and is of one moment."""

    vendor = "sqlite"

    @contextmanager
    def snapshot(self, dump: Path) -> Iterator:
        """Write the copy to ``dump``, and yield a cursor that reads it."""
        file = dump.with_suffix(".sqlite3")
        with closing(sqlite3.connect(file)) as copied:
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source:
                source.backup(copied)
            with open(file, "rb") as plain, gzip.open(dump, "wb", compresslevel=3) as packed:
                shutil.copyfileobj(plain, packed)
            yield copied.cursor()
        file.unlink()

    @contextmanager
    def frozen(self, work: Path) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection for models that reads the database as of one moment, from a copy in ``work``."""
        file = work / "frozen.sqlite3"
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
            closing(sqlite3.connect(file)) as copied,
        ):
            source.backup(copied)
        with _connection_to(str(file)) as made:
            yield made

    def fill(self, target: BaseDatabaseWrapper, dump: Path) -> None:
        """Replace the contents of ``target`` in one transaction."""
        file = dump.with_suffix(".sqlite3")
        try:
            with gzip.open(dump, "rb") as packed, open(file, "wb") as plain:
                shutil.copyfileobj(packed, plain)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BackupError(
                f"The database of the backup is damaged ({error}): take another backup."
            ) from error
        target.close()
        path = Path(target.settings_dict["NAME"])
        try:
            with (
                closing(sqlite3.connect(file)) as source,
                closing(sqlite3.connect(path, timeout=5)) as filled,
            ):
                if (found := source.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                    raise BackupError(
                        f"The database of the backup is damaged: {found}. Take an older backup."
                    )
                source.backup(filled)
        except sqlite3.OperationalError as error:
            raise BackupError(f"{path} is in use ({error}): stop site, worker and scheduler.") from error
        path.chmod(0o600)

    @contextmanager
    def reading(self, made: BaseDatabaseWrapper) -> Iterator:
        """Yield a cursor for digests, without the conversions of Django."""
        with closing(sqlite3.connect(made.settings_dict["NAME"])) as plain:
            yield plain.cursor()

    @contextmanager
    def scratch(self, work: Path) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection to a new database, which is deleted afterwards."""
        with _connection_to(str(work / "proof.sqlite3")) as made:
            yield made

    def count_other_connections(self) -> int:
        """Return 0: SQLite does not know."""
        return 0


class PostgresqlDatabase:
    """PostgreSQL: ``pg_dump`` and the digests read one exported snapshot."""

    vendor = "postgresql"

    @contextmanager
    def snapshot(self, dump: Path) -> Iterator:
        """Write the copy to ``dump``, and yield a cursor that reads the same state."""
        with self.frozen(dump.parent) as reader, reader.cursor() as cursor:
            cursor.execute(AS_TEXT)
            cursor.execute("SELECT pg_export_snapshot()")
            [name] = cursor.fetchone()
            _run(
                *("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"),
                *(f"--snapshot={name}", f"--file={dump}"),
                on=reader,
            )
            yield cursor

    @contextmanager
    def frozen(self, work: Path) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection that reads the database as of one moment, in one transaction."""
        with _connection_to(connection.settings_dict["NAME"]) as reader:
            reader.set_autocommit(False)
            with reader.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield reader
            reader.rollback()

    def fill(self, target: BaseDatabaseWrapper, dump: Path) -> None:
        """Replace the contents of ``target`` in one transaction."""
        target.close()
        environment = _libpq_environment(target)
        reading = [_program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-", dump]
        writing = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        errors = dump.with_suffix(".log")
        with (
            open(errors, "wb") as log,
            subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=log) as reader,
            subprocess.Popen(writing, stdin=subprocess.PIPE, stderr=log, env=environment) as writer,
        ):
            try:
                writer.stdin.write(EMPTY.encode())
                shutil.copyfileobj(reader.stdout, writer.stdin)
                if (
                    reader.wait() == 0
                ):  # else the transaction ends without its COMMIT, and nothing has changed
                    writer.stdin.write(b"\nCOMMIT;\n")
                writer.stdin.close()
            except BrokenPipeError:
                reader.kill()
        if reader.returncode or writer.returncode:
            raise BackupError(
                f"The database was not restored and is as before: {_errors_in(errors.read_text(errors='replace'))}"
            )

    @contextmanager
    def reading(self, made: BaseDatabaseWrapper) -> Iterator:
        """Yield a cursor for digests."""
        with made.cursor() as cursor:
            cursor.execute(AS_TEXT)
            yield cursor

    @contextmanager
    def scratch(self, work: Path) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection to an empty database, which is deleted afterwards.

        ``BACKUP_PROOF_DATABASE`` names one that is emptied instead, for a role that may not create databases.
        """
        if settings.BACKUP_PROOF_DATABASE:
            with _connection_to(settings.BACKUP_PROOF_DATABASE) as given:
                yield given
            return
        prefix = f"{connection.settings_dict['NAME'][:40]}_proof_"
        name = prefix + token_hex(4)
        with _connection_to(connection.settings_dict["NAME"]) as own, own.cursor() as cursor:
            _drop_databases(cursor, prefix)
            try:
                cursor.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
            except DatabaseError as error:
                raise BackupError(
                    f"No database can be created to prove the backup ({str(error).strip()}): run `ALTER ROLE "
                    f"{connection.settings_dict['USER']} CREATEDB`, or name an empty database of this role in "
                    "BACKUP_PROOF_DATABASE."
                ) from error
            try:
                with _connection_to(name) as made:
                    yield made
            finally:
                _drop_databases(cursor, prefix)

    def count_other_connections(self) -> int:
        """Return how many other connections to the database there are."""
        with connection.cursor() as cursor:
            cursor.execute(OTHERS)
            return cursor.fetchone()[0]


def database_of_site() -> SqliteDatabase | PostgresqlDatabase:
    """Return how the database of this site is copied."""
    return PostgresqlDatabase() if connection.vendor == "postgresql" else SqliteDatabase()


@contextmanager
def default_connection(other: BaseDatabaseWrapper) -> Iterator[None]:
    """Let models read and write ``other`` within the block, in this thread."""
    own = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = own


@contextmanager
def _connection_to(name: str) -> Iterator[BaseDatabaseWrapper]:
    made = connection.copy()
    made.settings_dict["NAME"] = name
    try:
        yield made
    finally:
        made.close()


def _drop_databases(cursor, prefix: str) -> None:
    """Drop the databases of proofs, those too that a killed one left."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    for [name] in cursor.fetchall():
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(*command: str, on: BaseDatabaseWrapper) -> None:
    command = (_program(command[0]), *command[1:])
    ended = subprocess.run(command, env=_libpq_environment(on), capture_output=True, text=True, check=False)
    if ended.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {_errors_in(ended.stderr)}")


def _errors_in(output: str) -> str:
    """Return the errors without their context, which may quote rows."""
    return (
        "; ".join(line for line in output.splitlines() if "error" in line.lower())[:500]
        or "no reason was given"
    )


def _program(name: str) -> str:
    if not (found := shutil.which(name)):
        raise BackupError(
            f"{name} is missing: apt install postgresql-client, of the server's version or newer."
        )
    return found


def _libpq_environment(on: BaseDatabaseWrapper) -> dict[str, str]:
    """Return variables for a program of PostgreSQL: its arguments could be read by every user of the machine."""
    values = {
        "PGHOST": on.settings_dict["HOST"],
        "PGPORT": on.settings_dict["PORT"],
        "PGUSER": on.settings_dict["USER"],
        "PGPASSWORD": on.settings_dict["PASSWORD"],
        "PGDATABASE": on.settings_dict["NAME"],
        "PGCLIENTENCODING": "UTF8",
    }
    options = on.settings_dict["OPTIONS"]
    values |= {variable: options[name] for name, variable in LIBPQ.items() if name in options}
    return os.environ | {name: str(value) for name, value in values.items() if value}
