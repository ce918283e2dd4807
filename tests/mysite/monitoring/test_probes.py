"""Probes of one process: /health/live and /health/ready."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

from mysite import __version__
from mysite.monitoring import probes
from mysite.processes import preload_site


@pytest.fixture(autouse=True)
def _unknown_tables(settings, tmp_path):
    """Forget that the tables are complete, which a process asks once, and count outages in a folder of the test."""
    settings.VAR_DIR = tmp_path
    probes._complete_tables.clear()
    yield
    probes._complete_tables.clear()


@pytest.mark.parametrize("path", ["/health/live", "/health/live/"])
def test_live_touches_nothing(client, monkeypatch, path):
    """The test has no database: a query would fail it."""
    for name in ("get", "set"):
        monkeypatch.setattr(cache, name, lambda *args: pytest.fail("the cache was asked"))
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "live", "version": __version__})
    assert "no-store" in answer["Cache-Control"]


@override_settings(ALLOWED_HOSTS=["www.orvenay.example"], SECURE_SSL_REDIRECT=True)
@pytest.mark.parametrize("path", ["/health/live", "/health/ready/"])
def test_probe_is_answered_by_address_and_without_https(client, db, path):
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


def test_probe_accepts_only_reading(client):
    assert client.head("/health/live").status_code == 200
    assert client.post("/health/live").status_code == 405


@pytest.mark.django_db
def test_ready_tells_all_parts(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    parts = {"database": True, "migrations": True, "cache": True, "storage": True}
    assert answer.json() == {"status": "ready", "version": __version__, **parts}


@pytest.mark.django_db
def test_migrations_are_asked_until_they_are_complete(client, django_assert_num_queries):
    client.get("/health/ready")
    with django_assert_num_queries(1):
        client.get("/health/ready")


@pytest.mark.django_db
def test_ready_is_503_with_a_missing_migration(client):
    MigrationRecorder(connection).record_unapplied("home", "0001_initial")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert (answer.json()["database"], answer.json()["migrations"]) == (True, False)
    assert probes.missing_migrations() == {("home", "0001_initial")}


@pytest.mark.django_db
def test_migrations_installed_meanwhile_are_not_missing(monkeypatch):
    preload_site()
    monkeypatch.setattr(probes, "Path", lambda path: pytest.fail("the disk was asked"))
    assert probes.missing_migrations() == set()


@pytest.mark.django_db
def test_ready_is_503_without_the_database(client, monkeypatch):
    def away(*args):
        raise OperationalError("refused")

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert not answer.json()["database"]


@pytest.mark.django_db
def test_ready_is_degraded_without_cache_or_storage(client, monkeypatch, settings):
    settings.DISK_RESERVE = 10**18
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert (answer.json()["storage"], answer.json()["cache"]) == (False, True)
    settings.DISK_RESERVE = 0
    monkeypatch.setattr(cache, "get", lambda *args: None)
    assert not client.get("/health/ready").json()["cache"]
