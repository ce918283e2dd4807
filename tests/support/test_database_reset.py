"""Database reset after a test that commits, which waits for the browser's last request."""

from datetime import date, time

import pytest
from django.db import IntegrityError, OperationalError
from wagtail.models import Page

from tests.factories.accounts import UserFactory
from tests.factories.home import WasteCollectionFactory
from tests.support import database_reset
from tests.support.live_server import OneAtATime


def locked(times: int, words: str = "database table is locked", fault: type[Exception] = OperationalError):
    """Return work that fails ``times`` times and then succeeds, and the list of its calls."""
    tried = []

    def work():
        tried.append(True)
        if len(tried) <= times:
            raise fault(words)

    return work, tried


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(database_reset.time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("fault", [OperationalError, IntegrityError])
def test_table_locked_by_another_writer_is_emptied_later(fault):
    work, tried = locked(3, fault=fault)
    database_reset.when_free(work)
    assert len(tried) == 4


def test_what_refers_to_nothing_in_the_end_is_a_fault():
    work, tried = locked(1000, fault=IntegrityError)
    with pytest.raises(IntegrityError):
        database_reset.when_free(work)
    assert len(tried) == database_reset.PATIENCE + 1


@pytest.mark.parametrize("words", ["no such table: x", "database table is locked"])
def test_what_fails_otherwise_or_for_too_long_is_a_fault(words):
    work, tried = locked(1000, words)
    with pytest.raises(OperationalError, match=words):
        database_reset.when_free(work)
    assert len(tried) == (database_reset.PATIENCE + 1 if "locked" in words else 1)


def test_nothing_is_emptied_while_an_answer_is_still_being_made(monkeypatch):
    held = []
    monkeypatch.setattr(database_reset, "empty", lambda _tables: held.append(OneAtATime.lock.locked()))
    database_reset.emptied([])(None)
    assert held == [True]


@pytest.mark.django_db(transaction=True)
def test_what_is_emptied_stands_as_it_was_to_the_last_row():
    # With a time, which SQLite's driver reads but cannot write.
    WasteCollectionFactory(first_on=date(2026, 11, 25), out_before=time(6, 30))
    before = database_reset.written()
    UserFactory()
    Page.objects.update(title="Ailleurs")
    database_reset.empty(before)
    assert rows(database_reset.written()) == rows(before)


def rows(tables: list[database_reset.Table]) -> dict[str, list[tuple]]:
    """Return the rows of each table, sorted."""
    return {table.name: sorted(table.rows, key=repr) for table in tables}
