"""Formats of log lines: UTC, JSON, and the facts about request, task, case and delivery."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.utils.translation import gettext

from eservices.cases import actions
from eservices.deliveries.actions import attempt_delivery, queue_delivery
from home.management.commands import scheduler
from home.models import HomePage
from home.runtime.log_context import add_to_log_context, begin_log_context, log_context
from home.scheduling.periodic import periodic_jobs
from tests.factories.cases import CaseFactory, member
from tests.support.installed_logging import installed_logging

ROOT = Path(__file__).resolve().parents[3]
UTC_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"
NUMBER = "4f1c90aa-request"


@pytest.fixture(autouse=True)
def _no_facts():
    begin_log_context()
    yield
    begin_log_context()


def test_line_has_utc_and_facts(capsys):
    with installed_logging():
        add_to_log_context(case="ORV-26-00412")
        logging.getLogger("cases").warning("It waits")
    assert re.fullmatch(rf"{UTC_TIME} WARNING cases It waits case=ORV-26-00412\n", capsys.readouterr().err)


def test_json_line_is_one_object_with_its_traceback(capsys):
    with installed_logging("json"):
        add_to_log_context(request=NUMBER)
        try:
            raise RuntimeError("a “fault”\nin two lines of marie@example.org")
        except RuntimeError:
            logging.getLogger("cases").exception("Case %s failed\nbadly", 7)
    [line] = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert re.fullmatch(UTC_TIME, entry["time"])
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "cases", "Case 7 failed\nbadly")
    assert (entry["request"], entry["process"]) == (NUMBER, os.getpid())
    assert entry["exception"].startswith("Traceback")
    assert "marie" not in line


@pytest.mark.django_db
def test_lines_of_a_request_have_its_number(client, home, monkeypatch, capsys):
    monkeypatch.setattr(HomePage, "serve", Mock(side_effect=RuntimeError("a fault")))
    client.raise_request_exception = False
    with installed_logging("json"):
        answer = client.get("/", headers={"X-Request-ID": NUMBER})
    assert answer["X-Request-ID"] == json.loads(capsys.readouterr().err.splitlines()[-1])["request"] == NUMBER
    assert gettext("If you ask us about it, name this number: %(number)s") % {"number": NUMBER} in answer.text


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space in it", "évident-évident", 'a"b\\c=d{e}f']
)
def test_bad_number_of_a_request_is_replaced(client, given):
    number = client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", number)


@pytest.mark.django_db
def test_lines_about_a_case_and_a_delivery_name_them(capsys, monkeypatch):
    case = CaseFactory(taken=True)
    actions.refuse_case(actor=member(), case=case, reason="Incomplet")
    assert log_context()["case"] == case.reference
    delivery = queue_delivery(carrier="unknown", recipient="x", title="x", payload={})
    with installed_logging("json"):
        attempt_delivery(str(delivery.pk))
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {entry["delivery"] for entry in entries if "Delivery" in entry["message"]} == {str(delivery.pk)}


@pytest.mark.django_db
def test_facts_of_a_job_end_with_it(monkeypatch):
    seen = []
    jobs = [
        ("first", lambda now: add_to_log_context(case="ORV-26-00412")),
        ("second", lambda now: seen.append(log_context())),
    ]
    monkeypatch.setattr(periodic_jobs, "items", lambda: jobs)
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: None)
    scheduler.run_due_jobs()
    assert seen == [{"job": "second"}]


def test_facts_stay_in_their_thread():
    add_to_log_context(case="ORV-26-00412")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(log_context()))
    thread.start()
    thread.join()
    assert seen == [{}]


@pytest.mark.parametrize("format", ["line", "json"])
def test_gunicorn_logs_in_the_format_of_the_site(tmp_path, format):
    """Gunicorn starts and ends, because its application cannot be loaded."""
    command = [sys.executable, "-m", "gunicorn", "missing:application", "--bind", f"unix:{tmp_path}/socket"]
    run = subprocess.run(
        [*command, "--no-control-socket"],
        cwd=ROOT,
        env=os.environ | {"LOG_FORMAT": format, "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    lines = [line for line in run.stderr.splitlines() if "Starting gunicorn" in line]
    assert len(lines) == 1
    time = json.loads(lines[0])["time"] if format == "json" else lines[0].split()[0]
    assert re.fullmatch(UTC_TIME, time)
