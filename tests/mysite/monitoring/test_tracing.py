"""Traces, as a collector receives them: parts, times and numbers, and no data of anybody."""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.local_servers import Handler, Server, serving

ROOT = Path(__file__).resolve().parents[3]
MARK = "Zqmarked"
START = """
import sys
import django
django.setup()
from django.test import Client
"""
SITE = f"""{START}
from types import SimpleNamespace
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpResponse
from django.tasks import TaskResultStatus, signals
from home.runtime.log_context import add_to_log_context

def answer(self, request):
    add_to_log_context(case="ORV-26-00412")
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["{MARK}"])
    if request.path.endswith("/broken/"):
        raise ValueError("{MARK}")
    return HttpResponse()

BaseHandler._get_response = answer
client = Client(headers={{"user-agent": "{MARK}", "cookie": "{MARK}={MARK}"}}, REMOTE_ADDR="198.51.100.7")
client.raise_request_exception = False
for path in ("/{MARK}/?q={MARK}", "/{MARK}/broken/", "/health/live"):
    client.get(path, secure=True, headers={{"host": "localhost", "x-request-id": "number-of-it"}})
for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
    task = SimpleNamespace(module_path="cases.tasks.advance_case")
    result = SimpleNamespace(id="7", task=task, args=["{MARK}"], status=status)
    signals.task_started.send(None, task_result=result)
    signals.task_finished.send(None, task_result=result)
"""


class Collector(Handler):
    """A double of a collector: it stores what it is sent."""

    def do_POST(self):
        body = self.read()
        body = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
        with self.server.lock:
            self.server.received.append((self.path, body))
        self.say(200, b"")


def run_site(program: str, var: Path, **settings: str) -> str:
    """Run a site to its end, which sends what waits. Return what it printed."""
    given = {"DJANGO_SETTINGS_MODULE": "mysite.settings.dev", "COMMUNE_VAR": str(var)} | settings
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | given, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def received(tmp_path_factory) -> list[tuple[str, bytes]]:
    server = Server(Collector)
    server.received, server.lock = [], Lock()
    with serving(server):
        run_site(SITE, tmp_path_factory.mktemp("var"), OTEL_EXPORTER_OTLP_ENDPOINT=server.url)
    return server.received


@pytest.fixture
def spans(received) -> list[tuple[str, dict, int]]:
    """Return name, attributes and status code of each span."""
    found = []
    for _path, body in received:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                found += [(span.name, _values(span.attributes), span.status.code) for span in scope.spans]
    return found


def _values(attributes) -> dict:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def test_traces_contain_no_data_of_anybody(received):
    assert {path for path, _body in received} == {"/v1/traces"}
    sent = b"".join(body for _path, body in received).lower()
    secret = [MARK.lower().encode(), b"198.51.100", b"select", os.uname().nodename.encode().lower()]
    assert [word for word in secret if word in sent] == []


def test_request_is_traced_with_its_numbers_and_queries(spans):
    name, facts, _status = spans[0]
    assert name == "GET page"
    assert (facts["http.response.status_code"], facts["db.query.count"]) == (200, 1)
    assert (facts["commune.request"], facts["commune.case"]) == ("number-of-it", "ORV-26-00412")


def test_failures_are_marked_and_probes_left_out(spans):
    failed = 2
    assert [(name, status == failed) for name, _facts, status in spans] == [
        ("GET page", False),
        ("GET page", True),
        ("cases.tasks.advance_case", False),
        ("cases.tasks.advance_case", True),
    ]


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path):
    printed = run_site(
        f"{START}Client().get('/health/live')\nprint([name for name in sys.modules if 'opentelemetry' in name])",
        tmp_path,
        OTEL_EXPORTER_OTLP_ENDPOINT="",
    )
    assert printed == "[]\n"
