"""The page for suppliers: it lists the clauses, and its example keeps them."""

import json
import re
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.management import call_command

from eservices.connectors.bench.runs import SUITES

PAGE = Path(__file__).resolve().parents[3] / "docs/connectors.md"
SAMPLE = {"answers": "now", "fields": {"name": "Zoë d’Élia", "dogs": 2}, "refused": {"name": "x" * 81}}


class Silent(WSGIRequestHandler):
    def log_message(self, *arguments):
        """Log nothing."""


@pytest.mark.parametrize("kind", SUITES)
def test_page_lists_every_clause_in_order(kind):
    suite = SUITES[kind]
    table = re.search(
        rf"^\| `{kind}` \| {suite.name} \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text(), re.M
    )
    assert table[1].splitlines() == [f"| {clause.key} | {clause.text} |" for clause in suite.clauses]


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    """Serve the example of the page and yield its address."""
    [code] = re.findall(r"^```python\n# receiver\.py\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    monkeypatch.setenv("RECEIVER_FILE", str(tmp_path / "receiver.sqlite3"))
    monkeypatch.setenv("RECEIVER_TOKEN", "secret")
    module = {"__name__": "receiver"}
    exec(compile(code, "receiver.py", "exec"), module)
    with make_server("127.0.0.1", 0, module["application"], handler_class=Silent) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_example_of_the_page_keeps_the_contract(receiver, tmp_path):
    sample, base = tmp_path / "sample.json", tmp_path / "report"
    sample.write_text(json.dumps(SAMPLE))
    options = {"token": "secret", "internal": True, "sample": str(sample), "report": str(base)}
    call_command("try_connector", "business", receiver, **options)
    results = json.loads(base.with_suffix(".json").read_text())["results"]
    tried = {one["clause"]: one["verdict"] for one in results if one["verdict"] != "not tried"}
    polling = {"B12", "B13", "B14", "B15"}
    assert tried == {clause.key: "kept" for clause in SUITES["business"].clauses if clause.key not in polling}
