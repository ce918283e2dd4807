"""The cache in files makes room now and then, and not before each writing; it counts as others do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.utils import timezone

from home import limits
from mysite import cache

MOST = 20


@pytest.fixture
def files(tmp_path, monkeypatch):
    turns = count(1)
    monkeypatch.setattr(cache, "randrange", lambda seldom: next(turns) % seldom)
    return cache.FileCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": MOST}})


def write(files, times: int) -> None:
    for number in range(times):
        files.set(f"key-{number}", number)


def found(files) -> int:
    return sum(files.get(f"key-{number}") == number for number in range(cache.SELDOM))


def test_writing_looks_through_no_other_file(files, monkeypatch):
    monkeypatch.setattr(files, "_list_cache_files", lambda: pytest.fail("looked through all files"))
    write(files, cache.SELDOM - 1)
    assert found(files) == cache.SELDOM - 1


def test_one_writing_in_a_hundred_makes_room(files):
    write(files, cache.SELDOM - 1)
    write(files, 1)
    assert found(files) < cache.SELDOM - 1


def test_whoever_makes_room_leaves_no_more_than_there_may_be(files, monkeypatch):
    monkeypatch.setattr(cache, "randrange", lambda _seldom: 0)
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
    monkeypatch.setattr(limits, "cache", files)
    with ThreadPoolExecutor(8) as callers:
        numbers = callers.map(lambda _time: limits.count("test", "somebody", 60), range(80))
    assert sorted(numbers) == list(range(1, 81))
