"""What is kept of the site is read from the cache once a minute, and is nobody's to change."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from home.caching import site_version
from home.caching.site_version import cached_per_version, version_read_once

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def read(monkeypatch):
    """The keys that were read from the cache, one after the other."""
    keys, get = [], cache.get
    monkeypatch.setattr(site_version.cache, "get", lambda key: keys.append(key) or get(key))
    return keys


def visit(make=lambda: ["Port"], name="menu"):
    with version_read_once():
        return cached_per_version(name, make)


def times_read(read, name="menu") -> int:
    return sum(key.endswith(f"-{name}") for key in read)


def test_a_process_reads_what_is_kept_once_a_minute(clock, read):
    visit()  # made, and kept
    for _visitor in range(5):
        assert visit() == ["Port"]
    assert times_read(read) == 1
    clock.shift(timedelta(minutes=1))
    assert visit() == ["Port"]
    assert times_read(read) == 2


def test_whoever_changes_what_was_kept_changes_it_for_nobody_else(clock):
    for _visitor in range(3):
        visit().append("Poste")
    assert visit() == ["Port"]


def test_nothing_is_at_hand_any_more_once_the_site_changes(clock):
    for _visitor in range(2):
        visit()
    site_version.bump_version()
    assert visit(lambda: ["Lac"]) == ["Lac"]


def test_no_more_is_at_hand_than_there_is_room_for(clock, read, monkeypatch):
    monkeypatch.setattr(site_version, "MAX_LOCAL_ENTRIES", 2)
    for name in ("menu", "foot", "home") * 3:
        visit(name=name)
    assert times_read(read, "menu") == 3, "made room for, and read again"
