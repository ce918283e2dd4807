"""Operations of migrations that do not stop the release that runs meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently as OnPostgreSQL
from django.db.migrations import AddIndex


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
