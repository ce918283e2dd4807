"""Wagtail's search in the database, which on SQLite ranks nothing that is put in another order."""

from django.db import connection
from wagtail.search.backends import database


def SearchBackend(params):
    if connection.vendor != "sqlite":  # PostgreSQL's has no rank where none is asked for
        return database.SearchBackend(params)
    from . import sqlite_backend  # knows tables that only SQLite has

    return sqlite_backend.SearchBackend(params)
