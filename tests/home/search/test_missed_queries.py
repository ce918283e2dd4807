"""Missed queries: counted without any personal data."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from home.models import MissedQuery
from home.search import index, missed_queries
from tests.factories import home as make
from tests.factories.accounts import AgentFactory, EditorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def port(module_db):
    home = make.make_site()
    return make.published(make.ContentPageFactory(parent=home, title="Le port", lead="Amarrage."))


def sought(client, query, callers=3, path="/recherche/"):
    for number in range(callers):
        client.get(path, {"q": query}, REMOTE_ADDR=f"192.0.2.{number}")


def counted():
    return {row["words"]: row["total"] for row in missed_queries.missed_queries_since(timezone.localdate())}


def test_missed_query_is_counted_from_third_caller_on(client):
    sought(client, "Patinoire couverte", 2)
    assert counted() == {}
    sought(client, "couverte  PATINOIRE", 5)
    assert counted() == {"couverte patinoire": 5}


def test_missed_query_is_not_stored_before_third_caller(client):
    with CaptureQueriesContext(connection) as queries:
        sought(client, "patinoire", 2)
    assert not [query for query in queries if "patinoire" in query["sql"] and "INSERT" in query["sql"]]


def test_missed_query_counts_each_caller_once(client):
    for _ in range(10):
        client.get("/recherche/", {"q": "patinoire"})
    assert counted() == {}


def test_found_query_is_not_counted_but_misspelling_is(client):
    sought(client, "amarrage")
    assert counted() == {}
    sought(client, "ports")
    assert counted() == {}
    sought(client, "patinoir")
    assert counted() == {"patinoir": 3}


@pytest.mark.parametrize(
    "query",
    [
        "jean",
        "Dupont Jeannot",
        "chien Rochat",
        "adresse de Rochat",
        "quelqu.un@courriel.example",
        "756.1234.5678.97",
        "021 000 42 10",
        "vd123456",
        "rochat 1987",
        "a" * 60,
        "un deux trois quatre cinq six sept",
        "",
        "\x00",
    ],
)
def test_query_that_may_identify_a_person_is_not_counted(client, query):
    sought(client, query)
    assert not MissedQuery.objects.exists()


def test_old_missed_queries_are_deleted(client):
    with time_machine.travel(timezone.now() - missed_queries.RETENTION - timedelta(days=1)):
        sought(client, "patinoire")
    sought(client, "piscine")
    missed_queries.delete_old_missed_queries()
    assert list(MissedQuery.objects.values_list("words", flat=True)) == ["piscine"]


def test_editor_makes_synonym_of_missed_query(client):
    sought(client, "anneau quai")
    client.force_login(EditorFactory())
    page = client.get("/admin/reports/sought-in-vain/", {"span": "7"})
    assert "anneau quai" in page.content.decode()
    add = page.context["rows"][0]["add_url"]
    assert client.get(add).context["form"].initial["words"].startswith("anneau quai")
    client.post(add, {"language": "fr", "words": "anneau quai, amarrage"})
    assert index.find_entries("anneau quai", "fr").hits


def test_missed_queries_report_requires_permission(client):
    client.force_login(AgentFactory())
    answer = client.get("/admin/reports/sought-in-vain/", {"span": "x"})
    assert answer.status_code == 302
    assert "anneau" not in answer.content.decode()
