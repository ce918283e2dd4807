"""SQLite in memory, copied from a database that was migrated before."""

import sqlite3

from django.db.backends.sqlite3 import base, creation

from mysite import migrated


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        copy = sqlite3.connect(self._get_test_db_name(), uri=True)
        with migrated.alone():
            known = migrated.kept().exists()
            if known:
                with sqlite3.connect(migrated.kept()) as source:
                    source.backup(copy)
            name = super().create_test_db(*args, **kwargs)  # runs what is not yet run: nothing in a copy
            if not known:
                migrated.keep(copy)
        copy.close()  # only now: a database in memory goes with its last connection
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
