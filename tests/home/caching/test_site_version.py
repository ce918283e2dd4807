"""Values cached per site version: read from the cache once a minute, and protected from changes by callers."""

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
    """Keys read from the cache, in order."""
    keys, get = [], cache.get
    monkeypatch.setattr(site_version.cache, "get", lambda key: keys.append(key) or get(key))
    return keys


def visit(make=lambda: ["Port"], name="menu"):
    with version_read_once():
        return cached_per_version(name, make)


def times_read(read, name="menu") -> int:
    return sum(key.endswith(f"-{name}") for key in read)


def test_process_reads_cached_value_once_a_minute(clock, read):
    visit()  # computed and cached
    for _visitor in range(5):
        assert visit() == ["Port"]
    assert times_read(read) == 1
    clock.shift(timedelta(minutes=1))
    assert visit() == ["Port"]
    assert times_read(read) == 2


def test_change_by_caller_does_not_affect_cached_value(clock):
    for _visitor in range(3):
        visit().append("Poste")
    assert visit() == ["Port"]


def test_local_value_is_dropped_when_site_changes(clock):
    for _visitor in range(2):
        visit()
    site_version.bump_version()
    assert visit(lambda: ["Lac"]) == ["Lac"]


def test_local_values_are_limited_in_number(clock, read, monkeypatch):
    monkeypatch.setattr(site_version, "MAX_LOCAL_ENTRIES", 2)
    for name in ("menu", "foot", "home") * 3:
        visit(name=name)
    assert times_read(read, "menu") == 3, "made room for, and read again"
