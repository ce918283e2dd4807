"""The cache in files makes room now and then, and not before each writing."""

import pytest

from mysite import cache


@pytest.fixture
def files(tmp_path):
    return cache.FileCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": 20}})


def written(files, count: int) -> int:
    for number in range(count):
        files.set(f"key-{number}", number)
    return sum(files.get(f"key-{number}") == number for number in range(count))


def test_writing_looks_through_no_other_file(files, monkeypatch):
    monkeypatch.setattr(cache.random, "randrange", lambda _seldom: 1)
    monkeypatch.setattr(files, "_list_cache_files", lambda: pytest.fail("looked through all files"))
    assert written(files, 30) == 30


def test_of_many_writings_some_make_room(files):
    cache.random.seed(20261128)  # once in a hundred on average: without it, one run in 20,000 would see none
    assert written(files, 1_000) < 1_000


def test_whoever_makes_room_leaves_no_more_than_there_may_be(files, monkeypatch):
    monkeypatch.setattr(cache.random, "randrange", lambda _seldom: 0)
    assert written(files, 50) <= 20
