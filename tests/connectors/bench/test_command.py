"""The commands of the supplier's bench: report, exit codes, addresses that are refused, doubles as servers."""

import hashlib
import json
import re

import pytest
from django.core.management import CommandError, call_command

from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import DoubleServer
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.connectors.management.commands import serve_double
from tests.support.local_servers import serving

from .broken_doubles import AcceptsTwice

TOKEN = "token-that-nobody-else-knows"


@pytest.fixture
def base(tmp_path):
    return tmp_path / "report"


def try_at(url, base, kind="business", **options):
    call_command("try_connector", kind, url, report=str(base), **{"token": TOKEN, "internal": True} | options)


def try_double(double, base, kind="business", **options):
    with serving(DoubleServer(double, "127.0.0.1", 0)) as server:
        try_at(server.url, base, kind, **options)


def test_report_has_digest_of_its_json_and_a_place_to_sign(base):
    try_double(BusinessDouble(TOKEN), base)
    content, page = base.with_suffix(".json").read_bytes(), base.with_suffix(".md").read_text()
    assert f"| SHA-256 of `report.json` | `{hashlib.sha256(content).hexdigest()}` |" in page
    assert "| Signature | |" in page
    assert json.loads(content)["passed"] is True


def test_report_has_every_exchange_but_no_token(base):
    try_double(BusinessDouble(TOKEN), base)
    first = json.loads(base.with_suffix(".json").read_text())["results"][0]
    assert first["clause"] == "B1"
    assert first["exchanges"][0]["sent"] == "GET /status (with credentials)"
    assert first["exchanges"][0]["came"] == '200 application/json\n{"status": "double"}'
    for ending in (".md", ".json"):
        file = base.with_suffix(ending)
        assert TOKEN not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600


def test_broken_clause_ends_with_exit_code_1(base, capsys):
    with pytest.raises(CommandError) as ended:
        try_double(AcceptsTwice(TOKEN), base)
    assert ended.value.returncode == 1
    assert re.search("^B5   broken .*First accepted as “DOUBLE-", capsys.readouterr().out, re.M)
    assert json.loads(base.with_suffix(".json").read_text())["passed"] is False


def test_register_double_keeps_the_contract(base):
    try_double(RegisterDouble(TOKEN), base, "register")
    assert "**14 kept, 0 broken, 0 not tried**" in base.with_suffix(".md").read_text()


def test_several_addresses_have_a_report_each(base):
    with serving(DoubleServer(BusinessDouble(TOKEN), "127.0.0.1", 0)) as server:
        options = {"token": TOKEN, "internal": True, "report": str(base)}
        call_command("try_connector", "business", server.url, server.url, **options)
    assert sorted(one.name for one in base.parent.iterdir()) == [
        "report-1.json",
        "report-1.md",
        "report-2.json",
        "report-2.md",
    ]


@pytest.mark.parametrize(
    ("kind", "url", "options", "told"),
    [
        ("business", "http://127.0.0.1:9", {"internal": False}, "is not encrypted"),
        ("business", "https://127.0.0.1:9", {"internal": False}, "add --internal"),
        ("records", "webdavs://127.0.0.1:9/", {"internal": False}, "add --internal"),
        ("business", "http://127.0.0.1:9", {}, "cannot be reached"),
        ("register", "ftp://127.0.0.1:9", {}, "begins with https://"),
        ("register", "http://[::1", {}, "This is no address"),
        ("records", "tape:1", {}, "No app has a document store “tape”"),
    ],
    ids=["plain", "internal", "internal_store", "down", "scheme", "malformed", "store"],
)
def test_address_that_cannot_be_tried_ends_with_exit_code_2(kind, url, options, told, base):
    with pytest.raises(CommandError, match=re.escape(told)) as ended:
        try_at(url, base, kind, **options)
    assert ended.value.returncode == 2
    assert not list(base.parent.iterdir())


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("payment", {"token": "sk_live_x"}, "This key moves money"),
        ("payment", {"provider": "counter"}, "has no address that can be tried"),
        ("payment", {"provider": "paycorp"}, "--provider: write one of"),
        ("business", {"token": ""}, "Enter a token"),
        ("business", {"sample": {"answers": "soon"}}, "“answers” is none of now, polling, callback"),
        ("business", {"sample": {"fields": {"a": [1]}}}, "“fields” is no object of texts"),
        ("register", {"sample": {"person": {"key": "1"}}}, "“person”: "),
        ("register", {"sample": [1]}, "is no JSON object"),
        ("register", {"token": "", "credentials": {"token": 7}}, "Credentials: token: Enter a text."),
    ],
    ids=["live", "counter", "unknown", "anonymous", "answers", "fields", "person", "list", "credentials"],
)
def test_options_that_cannot_be_used_end_with_exit_code_2(kind, options, told, base, tmp_path):
    given = {**options}
    for name in ("sample", "credentials"):
        if name in options:
            given[name] = str(tmp_path / f"{name}.json")
            (tmp_path / f"{name}.json").write_text(json.dumps(options[name]))
    with (
        serving(DoubleServer(BusinessDouble(TOKEN), "127.0.0.1", 0)) as server,
        pytest.raises(CommandError, match=re.escape(told)) as ended,
    ):
        try_at(server.url, base, kind, **given)
    assert ended.value.returncode == 2


def test_folder_is_tried_without_a_password(base, tmp_path):
    try_at(f"directory:{tmp_path}/ged", base, "records", token="")
    assert "**8 kept, 0 broken, 1 not tried**" in base.with_suffix(".md").read_text()


@pytest.mark.parametrize("kind", ["register", "business"])
def test_double_is_served_until_it_is_stopped(kind, monkeypatch, capsys):
    def stop(server):
        raise KeyboardInterrupt

    monkeypatch.setattr(serve_double.DoubleServer, "serve_forever", stop)
    call_command("serve_double", kind, port=0)
    assert "listens at http://127.0.0.1:" in capsys.readouterr().out


def test_double_names_a_port_that_is_taken():
    with (
        serving(DoubleServer(BusinessDouble(TOKEN), "127.0.0.1", 0)) as server,
        pytest.raises(CommandError, match="cannot listen at port"),
    ):
        call_command("serve_double", "business", port=server.server_address[1])
