"""Contract of all document stores of the product."""

import itertools
import os
import re
import socket
import time
import tracemalloc
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from eservices.connectors.contrib import webdav
from eservices.connectors.document_store import (
    CHUNK,
    StoreUnreachable,
    document_stores,
    partial_path,
    safe_file_name,
    sha256_of,
)
from eservices.deliveries.attempts import CLAIM
from tests.connectors.webdav_server import dripping, webdav_server

NAME = "Été 2026, 100 % « d’accord » #1"


@pytest.fixture(params=["directory", "webdav"])
def place(request, tmp_path):
    """Yield the address of a running store and the folder with its files."""
    if request.param == "directory":
        yield f"directory:{tmp_path}", tmp_path
    else:
        with webdav_server(tmp_path) as url:
            yield url, tmp_path


@pytest.fixture
def ged(place):
    return made(place[0])


def made(url):
    found = urlsplit(url)
    return document_stores[found.scheme](found)


def test_folder_is_claimed_once_with_its_parents(ged):
    assert ged.claim(f"2026/{NAME}")
    assert not ged.claim(f"2026/{NAME}")
    assert ged.claim("2026/Zwei")


def test_written_files_are_read_back_in_any_size(ged, place):
    ged.claim("a")
    big = [bytes([number]) * CHUNK for number in range(12)]
    for name, chunks in ((f"{NAME}.pdf", [b"eins"]), ("big.bin", big), ("empty.txt", [])):
        ged.write(f"a/{name}", iter(chunks), sum(map(len, chunks)))
        assert sha256_of(ged.read(f"a/{name}")) == sha256_of(chunks)
    assert sorted(path.name for path in (place[1] / "a").iterdir()) == sorted(
        [f"{NAME}.pdf", "big.bin", "empty.txt"]
    )


def test_big_file_is_streamed_and_never_in_memory(ged, place):
    """While the rest is still being sent, the first part is already in the store's file."""
    pieces, behind = 128, []

    def sent():
        for number in range(pieces):
            yield os.urandom(1) * CHUNK
            arrived = sum(one.stat().st_size for one in (place[1] / "a").iterdir())
            behind.append((number + 1) * CHUNK - arrived)

    ged.claim("a")
    tracemalloc.start()
    try:
        ged.write("a/video.mp4", sent(), pieces * CHUNK)
        sizes = [len(piece) for piece in ged.read("a/video.mp4")]
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (sum(sizes), max(sizes)) == (pieces * CHUNK, CHUNK)
    assert max(behind) < 8 * 1024 * 1024  # data in buffers of both systems
    assert most < 8 * 1024 * 1024  # of 32


def test_second_attempt_overwrites_the_first(ged):
    ged.claim("a")
    for content in (b"first", b"second"):
        ged.write("a/x.txt", [content], len(content))
    assert b"".join(ged.read("a/x.txt")) == b"second"


def test_file_whose_upload_breaks_off_does_not_exist(ged, place):
    def broken():
        yield b"half"
        raise OSError("the storage went away")

    ged.claim("a")
    with pytest.raises((StoreUnreachable, OSError)):
        ged.write("a/x.txt", broken(), 8)
    assert not (place[1] / "a" / "x.txt").exists()
    ged.write("a/x.txt", [b"whole"], 5)
    assert [path.name for path in (place[1] / "a").iterdir()] == ["x.txt"]


def test_partial_file_has_a_name_that_every_store_takes():
    begun = partial_path("a/b/" + "é" * 110 + ".pdf")
    assert begun.startswith("a/b/.é")
    assert len(begun) < 110
    assert not begun.endswith(".part")  # which Nextcloud refuses


def test_probe_accepts_a_working_store_and_leaves_no_file(ged, place):
    ged.probe()
    assert not list(place[1].glob("*probe*"))


def test_missing_file_cannot_be_read(ged):
    with pytest.raises(StoreUnreachable):
        list(ged.read("nowhere/x.txt"))


def test_store_that_is_down_or_refuses_the_password_raises(tmp_path):
    with webdav_server(tmp_path) as url:
        for wrong in (url.replace("schl", "sch"), re.sub(r":\d+/", ":9/", url)):
            with pytest.raises(StoreUnreachable):
                made(wrong).probe()
            with pytest.raises(StoreUnreachable):
                made(wrong).claim("a")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreUnreachable):
        made(f"directory:{tmp_path}/file").probe()


LOCK = """<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
<D:locktype><D:write/></D:locktype></D:lockinfo>"""


def test_locked_file_is_retried_later(tmp_path):
    with webdav_server(tmp_path) as url:
        ged = made(url)
        ged.claim("a")
        ged.write("a/x.txt", [b"first"], 5)
        headers = ged.headers | {"Timeout": "Second-60"}
        locked = requests.request("LOCK", f"{ged.root}a/x.txt", data=LOCK, headers=headers, timeout=5)
        assert locked.status_code == 200
        with pytest.raises(StoreUnreachable, match="423"):
            ged.write("a/x.txt", [b"second"], 6)
    assert (tmp_path / "a" / "x.txt").read_text() == "first"


def test_silent_server_times_out(monkeypatch):
    monkeypatch.setattr(webdav, "IDLE_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(StoreUnreachable):
        made(f"webdav://127.0.0.1:{silent.getsockname()[1]}/").claim("a")


HEAD, BODY = b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"


@pytest.mark.parametrize("begins", [b"", HEAD, BODY])
def test_server_that_sends_slowly_times_out(monkeypatch, begins):
    monkeypatch.setattr(webdav, "TOTAL_TIMEOUT", 0.2)
    began = time.monotonic()
    with dripping(begins) as url, pytest.raises(StoreUnreachable):
        list(made(url).read("a/x.txt"))
    assert time.monotonic() - began < 5  # it would send for a minute


def test_server_that_reads_slowly_times_out(monkeypatch):
    monkeypatch.setattr(webdav, "TOTAL_TIMEOUT", 0.2)
    began = time.monotonic()
    with dripping(b"") as url, pytest.raises(StoreUnreachable):
        made(url).write("a/x.bin", itertools.repeat(bytes(CHUNK), 400), 400 * CHUNK)
    assert time.monotonic() - began < 5


def test_delivery_times_out_before_another_worker_claims_it():
    assert timedelta(seconds=webdav.TOTAL_TIMEOUT + webdav.IDLE_TIMEOUT) < CLAIM


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a/b\\c:d*?.pdf", "a-b-c-d-.pdf"),
        (" . ", "_"),
        ("", "_"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Dupont \u0000 & fils.", "Dupont - & fils"),
    ],
)
def test_file_names_fit_every_store(name, taken):
    assert safe_file_name(name) == taken
