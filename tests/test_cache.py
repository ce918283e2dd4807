"""The cache in files makes room now and then, and not before each writing."""

from itertools import count

import pytest

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
