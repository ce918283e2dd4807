"""The cache in files makes room now and then, and not before each writing; it counts as others do, and may fail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.core.cache.backends.filebased import FileBasedCache
from django.utils import timezone

from home.caching import backends
from home.web import rate_limits

MOST = 20


@pytest.fixture
def files(tmp_path, monkeypatch):
    turns = count(1)
    monkeypatch.setattr(backends, "randrange", lambda seldom: next(turns) % seldom)
    return backends.FileCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": MOST}})


def write(files, times: int) -> None:
    for number in range(times):
        files.set(f"key-{number}", number)


def found(files) -> int:
    return sum(files.get(f"key-{number}") == number for number in range(backends.SELDOM))


def test_writing_looks_through_no_other_file(files, monkeypatch):
    monkeypatch.setattr(files, "_list_cache_files", lambda: pytest.fail("looked through all files"))
    write(files, backends.SELDOM - 1)
    assert found(files) == backends.SELDOM - 1


def test_one_writing_in_a_hundred_makes_room(files):
    write(files, backends.SELDOM - 1)
    write(files, 1)
    assert found(files) < backends.SELDOM - 1


def test_whoever_makes_room_leaves_no_more_than_there_may_be(files, monkeypatch):
    monkeypatch.setattr(backends, "randrange", lambda _seldom: 0)
    write(files, 50)
    assert found(files) <= MOST


def test_what_is_counted_ends_when_it_was_to_end(files):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        files.add("count", 0, 3600)
        assert files.incr("count") == 1
        clock.move_to(now + timedelta(seconds=3590))
        assert files.incr("count", 2) == 3
        clock.move_to(now + timedelta(seconds=3610))
        with pytest.raises(ValueError, match="count"):
            files.incr("count")


def test_callers_at_the_same_time_are_all_counted(files, monkeypatch):
    monkeypatch.setattr(rate_limits, "cache", files)
    with ThreadPoolExecutor(8) as callers:
        numbers = callers.map(lambda _time: rate_limits.increment_counter("test", "somebody", 60), range(80))
    assert sorted(numbers) == list(range(1, 81))


def test_the_folder_beside_the_cache_is_open_to_the_proxy(tmp_path):
    backends.FileCache(str(tmp_path / "var" / "cache"), {}).set("page", "text")
    assert (tmp_path / "var").stat().st_mode & 0o055 == 0o055
    assert not (tmp_path / "var" / "cache").stat().st_mode & 0o077


def full(*args):
    raise OSError(28, "No space left on device")


def test_a_full_disk_costs_no_page_and_keeps_nothing_that_holds_no_longer(files, monkeypatch, caplog):
    caplog.set_level("WARNING")
    files.set("generation", "old")
    monkeypatch.setattr(FileBasedCache, "_write_content", full)
    files.set("generation", "new")
    assert files.get("generation", "none") == "none"
    assert files.add("swept", True)
    monkeypatch.setattr(rate_limits, "cache", files)
    assert rate_limits.increment_counter("test", "somebody", 60) == 1
    assert [line.getMessage() for line in caplog.records] == [
        "The cache does not work, pages are slow and limits do not hold: [Errno 28] No space left on device"
    ]


def test_a_folder_of_somebody_else_costs_no_page(files, monkeypatch):
    files.set("page", "text")
    monkeypatch.setattr("builtins.open", full)
    assert files.get("page") is None
    assert files.add("page", "text")
    with pytest.raises(ValueError, match="page"):
        files.incr("page")


def test_redis_that_is_away_costs_no_page():
    away = backends.RedisCache("redis://127.0.0.1:9/0", {})
    away.set("page", "text")
    assert away.get("page", "none") == "none"
    assert away.add("swept", True)
    assert not away.delete("page")
