"""HTTP client: limits of time and size, checked addresses, redirects and request bodies."""

import ast
import gzip
import socket
import ssl
import time
from contextlib import contextmanager
from threading import Thread
from urllib.parse import parse_qs

import pytest
from django.conf import settings as django_settings

from home.web import http_client
from home.web.http_client import HttpAnswer, HttpClient, configured_hosts
from tests.support import local_servers
from tests.support.source_code import read_module

LOCAL = {"127.0.0.1"}
CLIENT = HttpClient(deadline=2, idle=1, max_bytes=1000, internal_hosts=LOCAL)


class Handler(local_servers.Handler):
    """A handler that echoes requests and follows the path for anything else."""

    def do_GET(self):
        match self.path:
            case "/large":
                self.say(200, b"x" * 1001)
            case "/bomb":
                self.say(200, gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
            case "/inward":
                self.say(302, headers={"Location": "http://localhost:9/admin"})
            case "/circle":
                self.say(302, headers={"Location": "/circle"})
            case "/onward":
                self.say(301, headers={"Location": "/text?a=b"})
            case "/broken":
                self.say(302, headers={"Location": "http://[broken/"})
            case "/across":
                self.say(302, headers={"Location": f"http://vd.example:{self.server.server_port}/seen"})
            case "/seen":
                self.say(200, str(self.headers["Authorization"]).encode())
            case "/short":
                self.say(200, b"half", headers={"Content-Length": "100"})
            case _:
                self.say(200, self.path.encode(), kind="text/plain")

    def do_POST(self):
        body = self.read()
        if self.path == "/onward":
            return self.do_GET()
        return self.say(200, body, kind=self.headers["Content-Type"] or "")


@pytest.fixture
def url():
    with local_servers.serving(local_servers.Server(Handler)) as server:
        yield server.url


@contextmanager
def listening(serve):
    """Serve one connection with a function; yield the host and port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=lambda: serve(server.accept()[0]), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_answer_has_status_headers_and_content(url):
    answer = CLIENT.request("GET", f"{url}/a b")
    assert (answer.status_code, answer.text, answer.reason) == (200, "/a%20b", "OK")
    assert answer.headers["content-type"] == "text/plain"


def test_answer_can_be_made_for_tests():
    assert HttpAnswer(200, content=b'{"a": 1}').json() == {"a": 1}
    for wrong in (b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError, match=r"Expecting|decode|nested"):
            HttpAnswer(200, content=wrong).json()


def test_body_is_sent_as_json_form_or_multipart(url):
    assert CLIENT.request("POST", url, json={"é": 1}).json() == {"é": 1}
    form = CLIENT.request("POST", url, form={"text": "é &", "id": "1"})
    assert parse_qs(form.text) == {"text": ["é &"], "id": ["1"]}
    files = {"file": ("a.jpg", b"\xff\xd8", "image/jpeg")}
    parts = CLIENT.request("POST", url, form={"alt": "Lac"}, files=files)
    assert parts.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8' in parts.content
    assert b'name="alt"\r\n\r\nLac' in parts.content
    assert CLIENT.request("POST", url, body=b"raw").content == b"raw"


@pytest.mark.parametrize("path", ["large", "bomb"])
def test_larger_answer_is_not_read(url, path):
    with pytest.raises(http_client.AnswerTooLarge):
        CLIENT.request("GET", f"{url}/{path}")


def test_incomplete_answer_is_refused(url):
    with pytest.raises(http_client.HttpUnavailable):
        CLIENT.request("GET", f"{url}/short")


def test_redirect_is_followed_only_if_allowed(url):
    assert CLIENT.request("GET", f"{url}/onward").status_code == 301
    following = HttpClient(deadline=2, idle=1, max_redirects=2, internal_hosts=LOCAL)
    assert following.request("GET", f"{url}/onward").text == "/text?a=b"
    with pytest.raises(http_client.RedirectLoop):
        following.request("GET", f"{url}/circle")
    with pytest.raises(http_client.InternalAddress):
        following.request("GET", f"{url}/inward")
    with pytest.raises(http_client.HttpUnavailable):
        following.request("GET", f"{url}/broken")
    assert following.request("POST", f"{url}/onward", body=b"a").status_code == 301


def test_redirect_to_another_server_carries_no_credentials(url, monkeypatch):
    port = int(url.rpartition(":")[2])
    local = socket.create_connection
    monkeypatch.setattr(http_client, "connect", lambda *told: local(("127.0.0.1", port)))
    following = HttpClient(deadline=2, idle=1, max_redirects=2)
    headers = {"Authorization": "Bearer secret"}
    assert following.request("GET", f"{url}/seen", headers=headers).text == "Bearer secret"
    assert following.request("GET", f"{url}/across", headers=headers).text == "None"


@pytest.mark.parametrize("url", ["http://a b/", "http://[broken/", f"http://{'a' * 70}.example/"])
def test_malformed_address_is_unavailable(url):
    with pytest.raises(http_client.HttpUnavailable):
        CLIENT.request("GET", url)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "//127.0.0.1/", "/path", "http:///", "http://user:word@vd.example/"]
)
def test_other_address_is_refused_without_password(url):
    with pytest.raises(http_client.HttpRefused) as refused:
        CLIENT.request("GET", url)
    assert "word" not in str(refused.value)


def test_internal_host_is_reached_only_if_exempt(url):
    assert CLIENT.request("GET", url).status_code == 200
    with pytest.raises(http_client.InternalAddress):
        HttpClient(deadline=2, idle=1).request("GET", url)


def test_configured_hosts_are_those_of_addresses():
    urls = ("https://Register.Orvenay.LAN:8443/v1", "http://[::1]/", "", "https://*.push.example")
    assert configured_hosts(*urls) == {"register.orvenay.lan", "::1", "*.push.example"}


def test_next_address_is_tried_if_the_first_refuses(url, monkeypatch):
    real, port = socket.getaddrinfo, url.rpartition(":")[2]

    def found(host, *told, **more):
        hosts = ["127.0.0.2", "127.0.0.1"] if host == "vd.example" else [host]
        return [row for one in hosts for row in real(one, *told, **more)]

    monkeypatch.setattr(http_client.socket, "getaddrinfo", found)
    client = HttpClient(deadline=2, idle=1, internal_hosts={"vd.example"})
    assert client.request("GET", f"http://vd.example:{port}/").status_code == 200


def test_unreachable_server_is_told_apart():
    for address in ("http://127.0.0.1:9/", "https://127.0.0.1:9/", "http://name.invalid/"):
        with pytest.raises(http_client.HttpUnreachable) as fault:
            CLIENT.request("GET", address)
        assert fault.value.kind in {"ConnectionRefusedError", "gaierror"}


def _drip(connection):
    with connection:
        try:
            for _number in range(300):
                connection.sendall(b"\x16")
                time.sleep(0.02)
        except OSError:
            return


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_deadline_covers_handshake_and_headers(scheme):
    hasty = HttpClient(deadline=0.2, idle=5, internal_hosts=LOCAL)
    begun = time.monotonic()
    with listening(_drip) as host, pytest.raises(http_client.HttpUnavailable):
        hasty.request("GET", f"{scheme}://{host}/")
    assert time.monotonic() - begun < 1


def test_silent_server_times_out():
    with listening(lambda connection: time.sleep(2)) as host, pytest.raises(http_client.HttpTimeout):
        HttpClient(deadline=5, idle=0.1, internal_hosts=LOCAL).request("GET", f"http://{host}/")


def test_header_cannot_be_injected(url):
    with pytest.raises(http_client.HttpUnavailable):
        CLIENT.request("GET", url, headers={"X-A": "b\r\nX-Evil: 1"})


def test_default_trusts_authorities_of_the_system(url, monkeypatch):
    made = []
    real = ssl.create_default_context
    monkeypatch.setattr(http_client.ssl, "create_default_context", lambda: made.append(1) or real())
    with pytest.raises(http_client.HttpUnreachable):
        CLIENT.request("GET", url.replace("http:", "https:"))
    assert made


# mailchimp3, allauth and wagtail-localize call ``requests`` themselves: only its exceptions are imported.
OTHER_CLIENTS = {"requests", "urllib3", "http.client", "urllib.request", "urllib.error", "httpx", "aiohttp"}
ONLY_EXCEPTIONS = {
    "eservices/space/authentication/provider_views.py",
    "home/translation/machine_translators.py",
    "newsletter/backends/mailchimp/api.py",
}


def test_no_other_module_has_an_http_client():
    root, found = django_settings.BASE_DIR, set()
    for app in ("eservices", "home", "mysite", "news", "newsletter"):
        for file in (root / app).rglob("*.py"):
            for node in read_module(file).imports:
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                if OTHER_CLIENTS & {*names, *(one.partition(".")[0] for one in names)}:
                    found.add(str(file.relative_to(root)))
    assert found == {*ONLY_EXCEPTIONS, "home/web/http_client.py"}
