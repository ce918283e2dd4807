"""PostgreSQL test database, copied from one that another process or an earlier run has migrated."""

from django.db.backends.postgresql import base, creation

from mysite import prebuilt_database


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        with prebuilt_database.build_lock():
            kept = self._is_kept()
            self.connection.settings_dict["TEST"]["TEMPLATE"] = (
                prebuilt_database.database_key() if kept else None
            )
            name = super().create_test_db(*args, **kwargs)  # runs pending migrations: none in a copy
            if not kept:
                self._keep(name)
        return name

    def _is_kept(self) -> bool:
        with self._nodb_cursor() as cursor:
            return self._database_exists(cursor, prebuilt_database.database_key())

    def _keep(self, name: str) -> None:
        self.connection.close()  # a template database must have no connections
        with self._nodb_cursor() as cursor:
            key = self._quote_name(prebuilt_database.database_key())
            cursor.execute(f"CREATE DATABASE {key} TEMPLATE {self._quote_name(name)}")


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
