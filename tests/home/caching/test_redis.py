"""Two sites that share a real Redis or Valkey: what one writes the other reads, also after a restart of the server."""

import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from home.caching import backends, site_version
from home.caching.site_version import bump_version, cached_per_version, current_version, version_read_once
from home.web import rate_limits
from tests.support.programs import needs

PATIENCE = {"OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2}}


class CacheServer:
    """A server on a port of its own, which stores nothing on the disk."""

    def __init__(self):
        self.program = "valkey-server" if shutil.which("valkey-server") else "redis-server"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([self.program, *options], stdout=subprocess.DEVNULL, cwd="/tmp")
        for _attempt in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.program} does not answer")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def site(self) -> backends.RedisCache:
        """Return the cache of another site, with connections of its own."""
        return backends.RedisCache(f"redis://127.0.0.1:{self.port}/0", dict(PATIENCE))


@pytest.fixture(scope="module")
def server():
    if not shutil.which("valkey-server"):
        needs("redis-server")
    running = CacheServer()
    yield running
    running.stop()


@pytest.fixture
def sites(server):
    one, other = server.site(), server.site()
    one.clear()
    return one, other


def test_site_reads_what_another_site_cached(sites):
    one, other = sites
    one.set("page", {"html": "é" * 1000})
    assert other.get("page") == {"html": "é" * 1000}
    other.delete("page")
    assert one.get("page") is None


def test_only_one_site_claims_a_key(sites):
    with ThreadPoolExecutor(8) as callers:
        claims = list(callers.map(lambda number: sites[number % 2].add("swept", True, 60), range(40)))
    assert claims.count(True) == 1


def test_rate_limit_counts_requests_of_all_sites(sites, monkeypatch):
    def count(number: int) -> int:
        return rate_limits.RateLimit("test", 1, 60).increment("somebody")

    numbers = []
    for site in sites:
        monkeypatch.setattr(rate_limits, "cache", site)
        with ThreadPoolExecutor(8) as callers:
            numbers += callers.map(count, range(40))
    assert sorted(numbers) == list(range(1, 81))


def test_publication_on_one_site_invalidates_the_other(sites, monkeypatch):
    made = iter(["old", "new"])

    def visit(site) -> str:
        monkeypatch.setattr(site_version, "cache", site)
        monkeypatch.setattr(site_version, "_at_hand", {})  # of another process
        with version_read_once():
            return cached_per_version("menu", lambda: next(made))

    one, other = sites
    assert [visit(one), visit(other)] == ["old", "old"]
    monkeypatch.setattr(site_version, "cache", one)
    bump_version()
    assert [visit(other), visit(one)] == ["new", "new"]


def test_sites_agree_on_the_version(sites, monkeypatch):
    found = set()
    for site in (*sites, *sites):
        monkeypatch.setattr(site_version, "cache", site)
        with version_read_once():
            found.add(current_version())
    assert len(found) == 1


def test_site_goes_on_while_the_server_restarts(server, sites):
    one, other = sites
    one.set("page", "text")
    server.stop()
    assert one.get("page", "none") == "none"
    assert one.add("swept", True)
    one.set("page", "later")
    server.start()
    assert one.get("page") is None
    one.set("page", "anew")
    assert other.get("page") == "anew"
