"""Error reports, as a server receives them: the fault, and no data of anybody."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

import pytest

from tests.support.local_servers import Handler, Server, serving

ROOT = Path(__file__).resolve().parents[3]
MARK = "Zqmarked"
SITE = """
import django, logging
django.setup()
from django.test import Client
from django.core.handlers.base import BaseHandler
from django.db import OperationalError
from django.http import HttpResponse
from home.runtime.log_context import add_to_log_context

def answer(self, request):
    personal = request.POST["name"]  # a local variable
    request.user = personal
    if request.path.endswith("/outage/"):
        raise OperationalError("connection refused")
    if request.path.endswith("/probe/"):
        return HttpResponse(status=503)
    add_to_log_context(case="ORV-26-00412")
    try:
        int(personal)
    except ValueError as fault:
        raise RuntimeError(f"Letter to {personal}@example.org failed") from fault

BaseHandler._get_response = answer
client = Client(headers={"referer": "https://x/Zqmarked/", "cookie": "Zqmarked=Zqmarked"})
client.raise_request_exception = False
for path in ["/remis/Zqmarked/?q=Zqmarked"] + ["/outage/", "/probe/"] * 5:
    headers = {"host": "www.orvenay.example", "x-request-id": "number-of-it"}
    client.post(path, {"name": "Zqmarked"}, secure=True, headers=headers)
logging.getLogger("cases").error("Case of %s: %s", 7, ValueError("'Zqmarked' is no date"))
import sentry_sdk
sentry_sdk.flush()
"""


class Receiver(Handler):
    """A double of the server: it stores what it is sent."""

    def do_POST(self):
        body = self.read()
        body = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
        with self.server.lock:
            self.server.received.append((self.path, str(self.headers), body.decode()))
        self.say(200, b"{}")


@pytest.fixture(scope="module")
def received(tmp_path_factory) -> list[tuple[str, str, str]]:
    """Return what a site sent in which requests failed."""
    server = Server(Receiver)
    server.received, server.lock = [], Lock()
    with serving(server):
        settings = {
            "DJANGO_SETTINGS_MODULE": "mysite.settings.dev",
            "COMMUNE_VAR": str(tmp_path_factory.mktemp("var")),
            "COMMUNE_BASE_URL": "https://www.orvenay.example",
            "SENTRY_DSN": server.url.replace("http://", "http://key@") + "/7",
        }
        run = subprocess.run(
            [sys.executable, "-c", SITE], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
        )
    assert run.returncode == 0, run.stderr
    return server.received


@pytest.fixture
def reports(received) -> dict[str, dict]:
    """Return the reports by the beginning of their message."""
    lines = [json.loads(line) for _path, _headers, body in received for line in body.splitlines()]
    events = [line for line in lines if "logentry" in line]
    return {event["logentry"]["formatted"].split()[0]: event for event in events}


def test_reports_contain_no_data_of_anybody(received):
    assert received
    assert [body for request in received for body in request if MARK.lower() in body.lower()] == []
    told = "".join(body for _path, _headers, body in received)
    words = ["cookie", "referer", '"vars"', "server_name", "argv", "request_body", os.uname().nodename + '"']
    assert [word for word in words if word.lower() in told.lower()] == []


def test_report_tells_the_fault_and_its_request(received, reports):
    assert {path for path, _headers, _body in received} == {"/api/7/envelope/"}
    report = reports["Internal"]
    assert report["logentry"]["formatted"] == "Internal Server Error: /remis/…/"
    assert report["tags"] == {"request": "number-of-it", "case": "ORV-26-00412"}
    cause, fault = report["exception"]["values"]
    assert (cause["type"], cause["value"]) == ("ValueError", "invalid literal for int() with base 10: …")
    assert (fault["type"], fault["value"]) == ("RuntimeError", "Letter to … failed")
    assert fault["stacktrace"]["frames"][-1]["function"] == "answer"
    assert report["environment"] == "www.orvenay.example"


def test_report_of_a_message_masks_the_value_it_quotes(reports):
    assert reports["Case"]["logentry"]["formatted"] == "Case of 7: … is no date"


def test_outage_is_reported_once(reports, received):
    assert set(reports) == {"Internal", "Case", "Outage"}
    assert sum(body.count("Outage of the database began") for _path, _headers, body in received) == 1
