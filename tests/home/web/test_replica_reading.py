"""Public pages read from a replica. Here it is a second connection to the database of the test."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connections
from django.test.utils import CaptureQueriesContext

from home.caching import site_version
from home.models import CommuneSettings
from home.page_cache import warm_up
from home.runtime import read_replica
from home.runtime.outages import REPLICA
from home.runtime.read_replica import ALIAS, ReplicaRouter, reading_replica
from home.web.replica_reading import WROTE, RecentWriteMiddleware
from tests.factories.accounts import UserFactory


@pytest.fixture
def replica(settings, committed_home, monkeypatch, tmp_path):
    """Name a replica, which has all that is committed, and forget that the site was published a moment ago."""
    settings.VAR_DIR = tmp_path
    settings.DATABASE_REPLICA = dict(connections["default"].settings_dict)
    monkeypatch.setitem(connections.databases, ALIAS, settings.DATABASE_REPLICA)
    monkeypatch.setattr(read_replica, "replica_health", read_replica.ReplicaHealth())
    monkeypatch.setattr(
        read_replica, "replica_lag", lambda position: connections[ALIAS].ensure_connection() or 0
    )
    monkeypatch.setattr(REPLICA, "_own", {})
    monkeypatch.setattr(REPLICA, "_may_be_open", True)
    clear_pages()
    yield settings.DATABASE_REPLICA
    connections[ALIAS].close()
    del connections[ALIAS]


@pytest.fixture
def broken(replica):
    """Let the replica not answer."""
    replica.update({"NAME": "/nowhere/at/all.sqlite3", "PORT": "1", "HOST": "127.0.0.1"})
    replica["OPTIONS"] = {}


def clear_pages() -> None:
    """Empty the cache as if nothing was published for a while."""
    cache.clear()
    site_version.bump_version()
    cache.delete(read_replica.PUBLISHED)


def asked(client, path: str = "/", **headers) -> tuple[int, int]:
    """Return the number of queries of the replica and of the primary for a page."""
    with (
        CaptureQueriesContext(connections[ALIAS]) as replica,
        CaptureQueriesContext(connections["default"]) as primary,
    ):
        assert client.get(path, **headers).status_code == 200
    ours = [query for query in primary if "pg_current_wal_lsn" not in query["sql"]]
    return len([query for query in replica if "pg_is_in_recovery" not in query["sql"]]), len(ours)


def test_public_page_is_read_from_the_replica(client, replica):
    from_replica, from_primary = asked(client)
    assert from_replica > 3
    assert from_primary == 0


def test_page_of_a_signed_in_person_is_read_from_the_primary(client, replica):
    client.force_login(UserFactory())
    assert asked(client)[0] == 0


def test_page_with_a_key_is_read_from_the_primary(client, replica):
    assert asked(client, headers={"Authorization": "Bearer key"})[0] == 0


def test_page_after_a_publication_is_read_from_the_primary(client, replica):
    CommuneSettings.objects.get().save()
    assert asked(client)[0] == 0
    cache.delete(read_replica.PUBLISHED)  # it ends by itself
    cache.delete(site_version.KEY)  # a lost cache counts as a publication
    assert asked(client)[0] == 0


def test_visitor_who_wrote_reads_the_primary(client, replica, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "home.web.replica_reading.RecentWriteMiddleware"]
    response = client.post("/affichage/", {"scheme": "dark", "here": "/"})
    cookie = response.cookies[WROTE]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (14, True, "Lax")
    assert asked(client)[0] == 0
    del client.cookies[WROTE]
    clear_pages()
    assert asked(client)[0] > 3


@pytest.mark.parametrize(
    ("method", "status", "marked"), [("post", 302, True), ("post", 204, False), ("get", 200, False)]
)
def test_only_what_leads_to_a_page_marks_the_visitor(rf, settings, method, status, marked):
    from django.http import HttpResponse

    respond = RecentWriteMiddleware(lambda request: HttpResponse(status=status))
    response = respond(getattr(rf, method)("/visite/3/"))
    assert (WROTE in response.cookies) == marked


def test_search_is_read_from_the_replica(client, replica):
    from_replica, from_primary = asked(client, "/recherche/?q=introuvable")
    assert from_replica > 0
    assert from_primary == 0


def test_rest_of_a_request_reads_what_it_wrote(replica):
    router = ReplicaRouter()
    with reading_replica():
        assert router.db_for_read(CommuneSettings) == ALIAS
        assert router.db_for_write(CommuneSettings) == "default"
        assert router.db_for_read(CommuneSettings) == "default"
    with reading_replica():
        assert router.db_for_read(CommuneSettings) == ALIAS
    assert router.db_for_read(CommuneSettings) == "default"


def test_row_of_the_replica_is_saved_in_the_primary(replica):
    with reading_replica():
        commune = CommuneSettings.objects.get()
    assert commune._state.db == ALIAS
    commune.name = "Ailleurs"
    commune.save()
    assert commune._state.db == "default"
    assert CommuneSettings.objects.get().name == "Ailleurs"


def test_transaction_reads_the_primary(replica):
    from django.db import transaction

    with reading_replica(), transaction.atomic():
        assert ReplicaRouter().db_for_read(CommuneSettings) == "default"


def test_replica_is_not_migrated():
    assert ReplicaRouter().allow_migrate(ALIAS, "home") is False
    assert ReplicaRouter().allow_migrate("default", "home") is None


def test_worker_reads_the_primary(replica, committed_home):
    with CaptureQueriesContext(connections[ALIAS]) as read:
        assert warm_up.request_address("http://testserver/").status_code in {200, 301}
    assert len(read) == 0


def test_page_without_the_replica_is_read_from_the_primary(client, broken, caplog):
    for _visit in range(3):
        assert client.get("/").status_code == 200
    lines = [record.getMessage() for record in caplog.records if "replica" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("Outage of the replica began: ")
    assert client.get("/health/").json()["replica"] == {"alive": False}


def test_query_that_the_replica_breaks_off_is_asked_again(client, replica, monkeypatch):
    def fail(*arguments, **names):
        raise OperationalError("canceling statement due to conflict with recovery")

    assert client.get("/").status_code == 200
    clear_pages()
    with connections[ALIAS].execute_wrapper(fail):
        assert client.get("/").status_code == 200
    assert read_replica.replica_health.next == 0.0


def test_replica_too_far_behind_is_not_read(client, replica, monkeypatch, caplog):
    caplog.set_level("WARNING")
    monkeypatch.setattr(read_replica, "replica_lag", lambda position: 11.0)
    assert asked(client)[0] == 0
    assert "Outage of the replica began: it is 11 seconds behind." in caplog.text
    clear_pages()
    monkeypatch.setattr(read_replica, "replica_lag", lambda position: 9.0)
    monkeypatch.setattr(REPLICA, "is_quiet", lambda: True)
    read_replica.replica_health.check_again()
    assert asked(client)[0] > 3
    assert "Outage of the replica ended" in caplog.text


def test_site_without_a_replica_asks_for_none(client, committed_home, settings):
    settings.DATABASE_REPLICA = None
    assert client.get("/").status_code == 200
    assert "replica" not in client.get("/health/").json()
    assert cache.get(read_replica.PUBLISHED) is None
