"""SQLite test database in memory, copied from one that was migrated before."""

import sqlite3

from django.db.backends.sqlite3 import base, creation

from mysite import prebuilt_database


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        copy = sqlite3.connect(self._get_test_db_name(), uri=True)
        with prebuilt_database.build_lock():
            known = prebuilt_database.prebuilt_path().exists()
            if known:
                with sqlite3.connect(prebuilt_database.prebuilt_path()) as source:
                    source.backup(copy)
            name = super().create_test_db(*args, **kwargs)  # runs pending migrations: none in a copy
            if not known:
                prebuilt_database.store_copy(copy)
        copy.close()  # not earlier: a database in memory ends with its last connection
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
