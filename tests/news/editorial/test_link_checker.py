"""Link checker: external addresses are requested without any access to the internal network."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from socket import create_connection

import pytest

from home.web import http_client, public_hosts
from news.editorial import link_checker


class Server:
    """Server that answers each connection with given bytes, at once or one by one, and records the requests."""

    def __init__(self, *answers: bytes, pause: float = 0):
        self.answers, self.asked, self.pause = list(answers), [], pause
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while self.answers:
            connection, _peer = self.socket.accept()
            with connection:
                self.asked.append(connection.recv(4096).decode())
                with suppress(OSError):  # the client closed the connection
                    self._answer(connection, self.answers.pop(0))

    def _answer(self, connection, answer: bytes):
        length = 1 if self.pause else len(answer)
        for place in range(0, len(answer), length):
            connection.sendall(answer[place : place + length])
            time.sleep(self.pause)


@pytest.fixture
def reached(monkeypatch):
    """Function that starts a test server to which every name resolves, as if it were public."""

    def start(*answers: bytes, **more) -> Server:
        server = Server(*answers, **more)
        monkeypatch.setattr(
            http_client, "connect", lambda *told: create_connection(("127.0.0.1", server.port))
        )
        return server

    return start


def answer(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", "body"]).encode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://0x7f.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "https://user:secret@vd.example/",
        "http://vd.example:8080/",
        "ftp://vd.example/",
        "file:///etc/passwd",
        "gopher://vd.example/",
    ],
)
def test_internal_address_or_other_scheme_is_not_requested(url, monkeypatch):
    monkeypatch.setattr(http_client.socket, "create_connection", lambda *a, **k: pytest.fail("connected"))
    assert link_checker.link_error(url) is None


def test_name_with_one_internal_address_is_refused(monkeypatch):
    rows = [(0, 0, 0, "", (one, 80)) for one in ("93.184.216.34", "10.1.2.3")]
    monkeypatch.setattr(http_client.socket, "getaddrinfo", lambda *a, **k: rows)
    monkeypatch.setattr(http_client.socket, "create_connection", lambda *a, **k: pytest.fail("connected"))
    assert link_checker.link_error("http://rebound.example/") is None


def test_connection_uses_checked_address(monkeypatch):
    monkeypatch.setattr(
        http_client.socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", ("93.184.216.34", 80))]
    )
    gone_to = []

    def connect(address, timeout):
        gone_to.append(address)
        raise OSError("unreachable")

    monkeypatch.setattr(http_client.socket, "create_connection", connect)
    assert link_checker.link_error("http://vd.example/") == "unreachable"
    assert gone_to == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("200 OK", ""),
        ("404 Not Found", "HTTP 404"),
        ("410 Gone", "HTTP 410"),
        ("503 x", "HTTP 503"),
        ("401 x", None),
    ],
)
def test_status_code_decides_whether_link_works(reached, status, fault):
    server = reached(answer(status), answer(status))
    assert link_checker.link_error("http://vd.example/a b?c=é") == fault
    assert server.asked[0].startswith("HEAD /a%20b?c=%C3%A9 HTTP/1.1\r\nHost: vd.example\r\n")


def test_server_that_refuses_head_is_requested_by_get(reached):
    server = reached(answer("405 x"), answer("200 OK"))
    assert link_checker.link_error("http://vd.example/") == ""
    assert server.asked[1].startswith("GET / ")


def test_redirect_is_followed_and_checked_again(reached):
    reached(answer("301 x", "Location: /b"), answer("200 OK"))
    assert link_checker.link_error("http://vd.example/a") == ""
    reached(answer("302 x", "Location: http://user@inner.example/"))
    assert link_checker.link_error("http://vd.example/a") is None


def test_redirect_loop_is_reported(reached):
    reached(*[answer("302 x", "Location: /a")] * 9)
    assert link_checker.link_error("http://vd.example/a") == "redirects in circles"


def test_line_break_in_address_adds_no_header(reached):
    server = reached(answer("200 OK"))
    link_checker.link_error("http://vd.example/a\r\nX-Evil: 1")
    assert "\r\nX-Evil" not in server.asked[0]


def test_endless_answer_is_cut_off(reached):
    reached(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000)
    assert link_checker.link_error("http://vd.example/") == ""


def test_slow_answer_times_out(reached, monkeypatch):
    monkeypatch.setattr(link_checker, "CLIENT", replace(link_checker.CLIENT, deadline=0.1))
    reached(answer("200 OK", "X-Slow: " + "x" * 300), pause=0.003)
    assert link_checker.link_error("http://vd.example/") == "timed out"


def test_answer_that_is_not_http_is_reported(reached):
    reached(b"SSH-2.0-OpenSSH\r\n\r\n")
    assert link_checker.link_error("http://vd.example/") == "no HTTP"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("::7f00:1", False),
        ("::ffff:0:c0a8:1", False),
        ("fec0::1", False),
        ("2001:4860:4860::8888", True),
    ],
)
def test_address_that_embeds_internal_one_is_not_public(address, public):
    assert public_hosts.is_public(address) == public
