"""Cache backends: rare culling of the file cache, exact counters, and tolerance of failures."""

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


def test_file_cache_write_does_not_list_files(files, monkeypatch):
    monkeypatch.setattr(files, "_list_cache_files", lambda: pytest.fail("looked through all files"))
    write(files, backends.SELDOM - 1)
    assert found(files) == backends.SELDOM - 1


def test_file_cache_culls_once_in_a_hundred_writes(files):
    write(files, backends.SELDOM - 1)
    write(files, 1)
    assert found(files) < backends.SELDOM - 1


def test_file_cache_cull_keeps_at_most_max_entries(files, monkeypatch):
    monkeypatch.setattr(backends, "randrange", lambda _seldom: 0)
    write(files, 50)
    assert found(files) <= MOST


def test_file_cache_counter_keeps_its_expiry(files):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        files.add("count", 0, 3600)
        assert files.incr("count") == 1
        clock.move_to(now + timedelta(seconds=3590))
        assert files.incr("count", 2) == 3
        clock.move_to(now + timedelta(seconds=3610))
        with pytest.raises(ValueError, match="count"):
            files.incr("count")


def test_file_cache_counts_concurrent_increments(files, monkeypatch):
    monkeypatch.setattr(rate_limits, "cache", files)
    with ThreadPoolExecutor(8) as callers:
        numbers = callers.map(
            lambda _time: rate_limits.RateLimit("test", 1, 60).increment("somebody"), range(80)
        )
    assert sorted(numbers) == list(range(1, 81))


def test_file_cache_leaves_parent_folder_readable_for_proxy(tmp_path):
    backends.FileCache(str(tmp_path / "var" / "cache"), {}).set("page", "text")
    assert (tmp_path / "var").stat().st_mode & 0o055 == 0o055
    assert not (tmp_path / "var" / "cache").stat().st_mode & 0o077


def full(*args):
    raise OSError(28, "No space left on device")


def test_full_disk_fails_no_page_and_drops_stale_value(files, monkeypatch, caplog, settings, tmp_path):
    caplog.set_level("WARNING")
    settings.VAR_DIR = tmp_path
    files.set("generation", "old")
    monkeypatch.setattr(FileBasedCache, "_write_content", full)
    files.set("generation", "new")
    assert files.get("generation", "none") == "none"
    assert files.add("swept", True)
    monkeypatch.setattr(rate_limits, "cache", files)
    assert rate_limits.RateLimit("test", 1, 60).increment("somebody") == 1
    [line] = [line.getMessage() for line in caplog.records]
    assert line.startswith(
        "Outage of the cache began: [Errno 28] No space left on device. Pages are slow and limits do not hold."
    )


def test_unreadable_cache_folder_fails_no_page(files, monkeypatch):
    files.set("page", "text")
    monkeypatch.setattr("builtins.open", full)
    assert files.get("page") is None
    assert files.add("page", "text")
    with pytest.raises(ValueError, match="page"):
        files.incr("page")


def test_unavailable_redis_fails_no_page():
    away = backends.RedisCache("redis://127.0.0.1:9/0", {})
    away.set("page", "text")
    assert away.get("page", "none") == "none"
    assert away.add("swept", True)
    assert not away.delete("page")
