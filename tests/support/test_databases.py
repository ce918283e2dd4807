"""Reset of the test database after a test that commits."""

from datetime import date, time

import pytest
from wagtail.models import Page

from tests.factories.accounts import UserFactory
from tests.factories.home import WasteCollectionFactory
from tests.support import databases


@pytest.mark.usefixtures("transactional_db")
def test_reset_restores_every_row():
    # With a time, which SQLite's driver reads but cannot write.
    WasteCollectionFactory(first_on=date(2026, 11, 25), out_before=time(6, 30))
    before = databases.read_tables()
    UserFactory()
    Page.objects.update(title="Ailleurs")
    databases.reset_tables(before)
    assert rows(databases.read_tables()) == rows(before)


def rows(tables: list[databases.Table]) -> dict[str, list[tuple]]:
    """Return the rows of each table, sorted."""
    return {table.name: sorted(table.rows, key=repr) for table in tables}
