"""Tidying up after a test that commits waits for what a browser sent last."""

from datetime import date, time

import pytest
from django.db import IntegrityError, OperationalError
from wagtail.models import Page

from tests import emptying
from tests.factories.accounts import UserFactory
from tests.factories.home import WasteCollectionFactory
from tests.one_at_a_time import OneAtATime


def locked(times: int, words: str = "database table is locked", fault: type[Exception] = OperationalError):
    """Work that succeeds once it was refused so many times, and how often it was tried."""
    tried = []

    def work():
        tried.append(True)
        if len(tried) <= times:
            raise fault(words)

    return work, tried


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(emptying.time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("fault", [OperationalError, IntegrityError])
def test_what_somebody_else_writes_into_for_a_moment_is_emptied_then(fault):
    work, tried = locked(3, fault=fault)
    emptying.when_free(work)
    assert len(tried) == 4


def test_what_refers_to_nothing_in_the_end_is_a_fault():
    work, tried = locked(1000, fault=IntegrityError)
    with pytest.raises(IntegrityError):
        emptying.when_free(work)
    assert len(tried) == emptying.PATIENCE + 1


@pytest.mark.parametrize("words", ["no such table: x", "database table is locked"])
def test_what_fails_otherwise_or_for_too_long_is_a_fault(words):
    work, tried = locked(1000, words)
    with pytest.raises(OperationalError, match=words):
        emptying.when_free(work)
    assert len(tried) == (emptying.PATIENCE + 1 if "locked" in words else 1)


def test_nothing_is_emptied_while_an_answer_is_still_being_made(monkeypatch):
    held = []
    monkeypatch.setattr(emptying, "empty", lambda _tables: held.append(OneAtATime.lock.locked()))
    emptying.emptied([])(None)
    assert held == [True]


@pytest.mark.django_db(transaction=True)
def test_what_is_emptied_stands_as_it_was_to_the_last_row():
    # With an hour, which SQLite's driver reads and does not write.
    WasteCollectionFactory(first_on=date(2026, 11, 25), out_before=time(6, 30))
    before = emptying.written()
    UserFactory()
    Page.objects.update(title="Ailleurs")
    emptying.empty(before)
    assert rows(emptying.written()) == rows(before)


def rows(tables: list[emptying.Table]) -> dict[str, list[tuple]]:
    """Whatever their order."""
    return {table.name: sorted(table.rows, key=repr) for table in tables}
