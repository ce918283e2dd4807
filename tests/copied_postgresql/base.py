"""PostgreSQL, copied from a database of the same server that another process or an earlier run migrated."""

from django.db.backends.postgresql import base, creation

from mysite import migrated


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        with migrated.alone():
            kept = self._is_kept()
            self.connection.settings_dict["TEST"]["TEMPLATE"] = migrated.name() if kept else None
            name = super().create_test_db(*args, **kwargs)  # runs what is not yet run: nothing in a copy
            if not kept:
                self._keep(name)
        return name

    def _is_kept(self) -> bool:
        with self._nodb_cursor() as cursor:
            return self._database_exists(cursor, migrated.name())

    def _keep(self, name: str) -> None:
        self.connection.close()  # what is copied must have nobody at work
        with self._nodb_cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE {self._quote_name(migrated.name())} TEMPLATE {self._quote_name(name)}"
            )


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
