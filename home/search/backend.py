"""Wagtail's database search backend, without needless ranking on SQLite."""

from django.db import connection
from wagtail.search.backends import database


def SearchBackend(params):  # noqa: N802 - the name that Wagtail loads
    if connection.vendor != "sqlite":  # PostgreSQL's computes no rank unless it is needed
        return database.SearchBackend(params)
    from . import sqlite_backend  # imports tables that only SQLite has

    return sqlite_backend.SearchBackend(params)
