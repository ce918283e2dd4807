"""Database constraint against double bookings, effective regardless of the code."""

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Q

POSTGRESQL = (
    "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s EXCLUDE USING gist "
    "(%(same)s WITH =, tstzrange(%(start)s, %(end)s) WITH &&)"
)
SQLITE = (
    "CREATE TRIGGER %(name)s BEFORE %(event)s ON %(table)s BEGIN "
    "SELECT RAISE(ABORT, '%(message)s') FROM %(table)s AS other WHERE %(same)s AND %(itself)s "
    "AND other.%(start)s < NEW.%(end)s AND NEW.%(start)s < other.%(end)s; END"
)


class NoOverlapConstraint(BaseConstraint):
    """A constraint that no two rows with equal ``same`` overlap from ``start`` to ``end``.

    An exclusion constraint on PostgreSQL (with btree_gist), two triggers on SQLite. A violation of either raises
    ``IntegrityError`` at once. ``same`` and the ends must not be null.
    """

    def __init__(self, *, name: str, same: tuple[str, ...], start: str, end: str, **kwargs):
        super().__init__(name=name, **kwargs)
        self.same, self.start, self.end = tuple(same), start, end

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"same": self.same, "start": self.start, "end": self.end}

    def __eq__(self, other):
        if isinstance(other, NoOverlapConstraint):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = BaseConstraint.__hash__

    # -- in the database -------------------------------------------------------------------------------------
    def constraint_sql(self, model, schema_editor):
        """Defer the statements: nothing goes into CREATE TABLE, because they need the table under its final name."""
        schema_editor.deferred_sql += self._statements(model, schema_editor)

    def create_sql(self, model, schema_editor):
        return self._statements(model, schema_editor)[0]

    def remove_sql(self, model, schema_editor):
        template = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"
        return Statement(template, table=self._table(model, schema_editor), name=self._name(schema_editor))

    def _statements(self, model, schema_editor) -> list[Statement]:
        if schema_editor.connection.vendor == "postgresql":
            return [self._exclusion(model, schema_editor)]
        return [self._trigger(model, schema_editor, event) for event in ("INSERT", "UPDATE")]

    def _exclusion(self, model, schema_editor) -> Statement:
        quote = schema_editor.quote_name
        return Statement(
            POSTGRESQL,
            table=self._table(model, schema_editor),
            name=self._name(schema_editor),
            same=" WITH =, ".join(quote(column) for column in self._columns(model)),
            start=quote(self._column(model, self.start)),
            end=quote(self._column(model, self.end)),
        )

    def _trigger(self, model, schema_editor, event: str) -> Statement:
        quote = schema_editor.quote_name
        key = quote(model._meta.pk.column)
        return Statement(
            SQLITE,
            table=self._table(model, schema_editor),
            name=quote(f"{self.name}_{event.lower()}"),
            event=event,
            message=self.name,
            same=" AND ".join(f"other.{quote(one)} = NEW.{quote(one)}" for one in self._columns(model)),
            itself=f"other.{key} <> NEW.{key}" if event == "UPDATE" else "1",
            start=quote(self._column(model, self.start)),
            end=quote(self._column(model, self.end)),
        )

    def _table(self, model, schema_editor) -> Table:
        return Table(model._meta.db_table, schema_editor.quote_name)

    def _name(self, schema_editor) -> str:
        return schema_editor.quote_name(self.name)

    def _columns(self, model) -> list[str]:
        return [self._column(model, name) for name in self.same]

    @staticmethod
    def _column(model, name: str) -> str:
        return model._meta.get_field(name).column

    # -- in Python -------------------------------------------------------------------------------------------
    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        names = {*self.same, self.start, self.end}
        if names & set(exclude or ()):
            return
        alike = Q(**{name: getattr(instance, name) for name in self.same})
        overlapping = Q(**{f"{self.start}__lt": getattr(instance, self.end)}) & Q(
            **{f"{self.end}__gt": getattr(instance, self.start)}
        )
        found = model._default_manager.using(using).filter(alike & overlapping).exclude(pk=instance.pk)
        if found.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)
