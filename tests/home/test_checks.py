"""Deployment checks of database, cache and address, with refused and accepted settings."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection

from home import checks


@pytest.mark.django_db
def test_unavailable_database_is_reported_with_its_error(monkeypatch):
    assert checks.check_database(None) == []

    def refused():
        raise OperationalError("password authentication failed\n")

    monkeypatch.setattr(connection, "ensure_connection", refused)
    [error] = checks.check_database(None)
    assert error.msg == "The database does not answer: password authentication failed"


def test_cache_that_stores_nothing_is_reported(monkeypatch):
    assert checks.check_cache(None) == []
    monkeypatch.setattr(cache, "get", lambda key: None)
    [warning] = checks.check_cache(None)
    assert "REDIS_URL" in warning.hint


@pytest.mark.parametrize(
    ("hosts", "told"), [(["www.orvenay.example"], 0), ([".orvenay.example"], 0), (["orvenay.example"], 1)]
)
def test_base_url_outside_allowed_hosts_is_reported(settings, hosts, told):
    settings.WAGTAILADMIN_BASE_URL = "https://www.orvenay.example"
    settings.ALLOWED_HOSTS = hosts
    assert len(checks.check_base_url(None)) == told
