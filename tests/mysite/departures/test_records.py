"""Rows as lines: the same lines on every database."""

import io
import json
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django_tasks_db.models import DBTaskResult

from eservices.submissions.models import Draft
from home.models import SynonymGroup
from mysite.departures.exceptions import DepartureError
from mysite.departures.records import read_lines, reset_sequences, write_lines
from news.channels.models import ChannelSettings
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db
TASK = {
    "task_path": "a",
    "args_kwargs": {"args": [1.5, "été", {"b": None}]},
    "backend_name": "default",
    "exception_class_path": "",
}


def lines_of(model) -> list[dict]:
    return [json.loads(line) for line in read_lines(model)]


def written_again(model) -> None:
    """Delete the rows, insert their lines, and compare."""
    lines = list(read_lines(model))
    model.objects.all().delete()
    assert write_lines(model, io.BytesIO(b"".join(lines))) == len(lines)
    assert list(read_lines(model)) == lines


def test_decimals_and_times_are_exact():
    ChannelSettings.objects.create(pk=7, sms_price=Decimal("0.1"), quiet_until=time(8, 0, 0, 500))
    [line] = read_lines(ChannelSettings)
    assert line == b'{"id":7,"quiet_from":"20:00:00","quiet_until":"08:00:00.000500","sms_price":"0.100"}\n'
    written_again(ChannelSettings)


def test_moments_are_in_utc_with_microseconds():
    at = datetime(2026, 11, 25, 8, 0, 0, 123456, tzinfo=UTC)
    key = UUID("0a0b0c0d-0000-4000-8000-000000000001")
    DBTaskResult.objects.create(pk=key, run_after=at, **TASK)
    [line] = lines_of(DBTaskResult)
    assert line["run_after"] == "2026-11-25T08:00:00.123456+00:00"
    assert line["id"] == str(key)
    written_again(DBTaskResult)


def test_encrypted_answers_leave_in_plain(settings):
    settings.ANSWER_KEYS = [Fernet.generate_key().decode()]
    answers = DraftFactory(answers={"name": "Élodie"}).answers
    lines = list(read_lines(Draft))
    assert json.loads(lines[0])["answers"] == answers
    Draft.objects.all().delete()
    settings.ANSWER_KEYS = [Fernet.generate_key().decode()]
    write_lines(Draft, io.BytesIO(b"".join(lines)))
    assert Draft.objects.get().answers == answers
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM eservices_submissions_draft")
        assert "lodie" not in str(cursor.fetchone()[0])


def test_answers_whose_key_is_lost_do_not_leave(settings):
    settings.ANSWER_KEYS = [Fernet.generate_key().decode()]
    DraftFactory(answers={"name": "Élodie"})
    settings.ANSWER_KEYS = []
    with pytest.raises(DepartureError, match="ANSWER_KEYS lacks the key"):
        list(read_lines(Draft))


def test_null_of_json_differs_from_a_missing_value():
    for path in ("a", "b"):
        DBTaskResult.objects.create(**TASK | {"task_path": path})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_tasks_database_dbtaskresult SET return_value = 'null' WHERE task_path = 'a'"
        )
    lines = {line["task_path"]: line for line in lines_of(DBTaskResult)}
    assert lines["a"]["return_value"] is None
    assert "return_value" not in lines["b"]
    assert lines["a"]["args_kwargs"] == {"args": [1.5, "été", {"b": None}]}
    written_again(DBTaskResult)


def test_keys_continue_after_the_highest():
    write_lines(SynonymGroup, io.BytesIO(b'{"id":4711,"language":"fr","words":"a, b"}\n'))
    reset_sequences()
    assert SynonymGroup.objects.create(words="c, d").pk > 4711


@pytest.mark.parametrize(
    "line", [b"[]\n", b"{\n", b'{"no": 1}\n', b"\xff\n"], ids=["list", "cut", "unknown", "bytes"]
)
def test_line_that_is_no_row_is_refused(line):
    with pytest.raises(DepartureError, match=r"home_synonymgroup.jsonl, line 1, is no row"):
        write_lines(SynonymGroup, io.BytesIO(line))
