"""Outages as visitors and logs see them: 503 with a page that says what to do, and one line."""

from unittest.mock import Mock

import pytest
from django.db import InternalError, OperationalError, connection
from django.utils.translation import gettext
from psycopg.errors import ReadOnlySqlTransaction

from home.models import HomePage
from home.runtime.outages import DATABASE
from tests.support.installed_logging import installed_logging

pytestmark = pytest.mark.django_db
FULL = OSError(28, "No space left on device")


def read_only() -> InternalError:
    fault = InternalError("cannot execute INSERT in a read-only transaction")
    fault.__cause__ = ReadOnlySqlTransaction(str(fault))
    return fault


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, client):
    """Count outages in a folder of the test, and answer faults as an installation does."""
    settings.VAR_DIR = tmp_path
    client.raise_request_exception = False


@pytest.mark.parametrize(
    ("fault", "name", "advice"),
    [
        (
            OperationalError("connection refused\n\tIs the server running?"),
            "database",
            "Attendez une minute, puis réessayez",
        ),
        (read_only(), "database for writing", "Réessayez dans quelques minutes"),
        (FULL, "disk", "Attendez une minute, puis réessayez"),
    ],
    ids=["database", "read-only", "disk"],
)
def test_outage_answers_503_and_is_one_line(client, home, monkeypatch, capsys, fault, name, advice):
    monkeypatch.setattr(HomePage, "serve", Mock(side_effect=fault))
    with installed_logging():
        pages = [client.get("/") for _visitor in range(30)]
    assert {(page.status_code, page["Retry-After"]) for page in pages} == {(503, "30")}
    [line] = capsys.readouterr().err.splitlines()
    assert f"+00:00 ERROR home.runtime.outages Outage of the {name} began: " in line
    assert advice in pages[0].text


def test_probes_during_an_outage_log_nothing_more(client, monkeypatch, capsys):
    def away(*args):
        raise OperationalError("connection refused")

    with installed_logging():
        assert client.get("/health/ready").status_code == 200
        DATABASE.record_failure("connection refused")
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", away)
            assert [client.get("/health/ready").status_code for _probe in range(5)] == [503] * 5
    [line] = capsys.readouterr().err.splitlines()
    assert "Outage of the database began" in line


def test_outage_page_after_a_post_says_how_to_send_again(client, home, monkeypatch):
    monkeypatch.setattr(HomePage, "serve", Mock(side_effect=FULL))
    page = client.post("/", {"text": "Bonjour"})
    assert page.status_code == 503
    assert "rechargez la page" in page.text
    assert gettext("Try again") not in page.text


def test_other_fault_answers_500_with_its_traceback(client, home, monkeypatch, capsys):
    monkeypatch.setattr(HomePage, "serve", Mock(side_effect=RuntimeError("a fault")))
    with installed_logging():
        assert client.get("/").status_code == 500
    logged = capsys.readouterr().err.splitlines()
    assert "ERROR django.request Internal Server Error: /" in logged[0]
    assert logged[-1] == "RuntimeError: a fault"
