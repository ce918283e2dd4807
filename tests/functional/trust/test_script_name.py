"""SCRIPT_NAME of a stranger, passed on by a proxy: neither gunicorn nor Django trusts it."""

import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.factories import home as make

ROOT = Path(__file__).resolve().parents[3]


# WSGI application that answers with its mount point and the path below it.
APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()]
"""


@pytest.fixture
def gunicorn(tmp_path):
    """Yield the port of a gunicorn started at the project root, as the systemd units start it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "mounted.py").write_text(APPLICATION)
    command = [sys.executable, "-m", "gunicorn", "mounted", "--bind", f"127.0.0.1:{port}"]
    command += ["--pythonpath", str(tmp_path), "--no-control-socket", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def ask(port: int, path: str, headers: dict) -> str:
    end = time.monotonic() + 20
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "gunicorn does not start"
            time.sleep(0.1)
        finally:
            connection.close()


def test_script_name_of_a_stranger_is_dropped_by_gunicorn(gunicorn):
    assert ask(gunicorn, "/evil/page/", {"SCRIPT_NAME": "/evil"}) == "|/evil/page/"
    assert ask(gunicorn, "/page/", {"Script-Name": "/page"}) == "|/page/"


@pytest.mark.django_db
def test_cached_page_has_no_links_below_script_name(client, settings):
    settings.PAGE_CACHE = True
    make.CommuneSettingsFactory()
    page = make.published(make.ContentPageFactory(parent=make.make_site(), title="Le port"))
    poisoned = client.get(page.url, SCRIPT_NAME="/evil")
    assert "/evil" not in poisoned.text
    assert client.get(page.url).content == poisoned.content
