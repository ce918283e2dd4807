"""Operations of migrations that Django does not have."""

from django.contrib.postgres.operations import AddIndexConcurrently as OnPostgreSQL
from django.db.migrations import AddIndex, CreateModel
from django.db.migrations.operations.base import Operation


class AddIndexConcurrently(OnPostgreSQL):
    """An index that is made on PostgreSQL while others write; its migration has ``atomic = False``.

    Django’s own operation fails on SQLite, where nobody else writes during a migration anyway.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        kind = OnPostgreSQL if schema_editor.connection.vendor == "postgresql" else AddIndex
        kind.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        kind = OnPostgreSQL if schema_editor.connection.vendor == "postgresql" else AddIndex
        kind.database_backwards(self, app_label, schema_editor, from_state, to_state)


class CreateModels(Operation):
    """Several new models of an app, rendered together.

    Django renders all models that a new one is related to, which are nearly all, and does so for each new one, for each
    field, index and constraint that is added later: two thirds of the time of a new database. Here they are rendered
    once. Give the models all of these; one may refer to another that follows.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[CreateModel]):
        self.operations = operations

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # rendered again when the first table is created
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name, app_label):
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def describe(self):
        return f"Create models {', '.join(operation.name for operation in self.operations)}"
