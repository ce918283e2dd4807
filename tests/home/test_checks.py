"""What the deployment check says about where the site writes and is found: refused beside accepted."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection

from home import checks


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_told_with_what_it_says(monkeypatch):
    assert checks.check_database(None) == []

    def refused():
        raise OperationalError("password authentication failed\n")

    monkeypatch.setattr(connection, "ensure_connection", refused)
    [error] = checks.check_database(None)
    assert error.msg == "The database does not answer: password authentication failed"


def test_a_cache_that_keeps_nothing_is_told(monkeypatch):
    assert checks.check_cache(None) == []
    monkeypatch.setattr(cache, "get", lambda key: None)
    [warning] = checks.check_cache(None)
    assert "REDIS_URL" in warning.hint


@pytest.mark.parametrize(
    ("hosts", "told"), [(["www.orvenay.example"], 0), ([".orvenay.example"], 0), (["orvenay.example"], 1)]
)
def test_letters_that_would_lead_where_the_site_does_not_answer_are_told(settings, hosts, told):
    settings.WAGTAILADMIN_BASE_URL = "https://www.orvenay.example"
    settings.ALLOWED_HOSTS = hosts
    assert len(checks.check_base_url(None)) == told
