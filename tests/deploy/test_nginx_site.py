"""The site of nginx in deploy/nginx, run by a real nginx."""

import http.client
import re
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from django.urls import get_resolver

from mysite.log_filters import mask_secrets
from tests.support.certificates import write_certificate
from tests.support.programs import needs

SITE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "commune.conf"
NAME = "www.orvenay.example"
SECRETS = [
    "/v/ABCD-efgh-2345/",
    "/remis/wxyz",
    "/de/infolettre/sms/code/4711/",
    "/infolettre/mailchimp/hidden-words/",
    "/canaux/sms/hidden-words/",
    "/infolettre/zdMNc94Vb2QAx7/desinscription/?token=hidden",
    "/dossier/hidden_words-of-a-case/documents/",  # 22 letters without a capital
]
PLAIN = ["/", "/actualites/", "/remis/code/", "/recherche/?q=secret"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """Run nginx with the site, in a folder and on ports of its own."""
    needs("nginx")
    folder, ports = tmp_path_factory.mktemp("nginx"), (free_port(), free_port())
    folder.chmod(0o755)
    (folder / "tls").mkdir()
    write_certificate(folder / "tls", NAME)
    (folder / "nginx").mkdir()
    (folder / "nginx/names.conf").write_text(f"server_name {NAME};")
    media = folder / "media"
    for place in ("images", "documents"):
        (media / place).mkdir(parents=True)
        (media / place / "a.txt").write_text("published")
    text = SITE.read_text().replace("/etc/commune", str(folder)).replace("/var/log/nginx", str(folder))
    text = text.replace("/var/lib/commune", str(folder)).replace("127.0.0.1:8000", f"127.0.0.1:{free_port()}")
    text = re.sub(r"listen \[::\].*", "", text)
    text = re.sub(r"listen 443", f"listen 127.0.0.1:{ports[1]}", text)
    text = re.sub(r"listen 80", f"listen 127.0.0.1:{ports[0]}", text)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; user root;"
        f"events {{}} http {{ {temporary} include {folder}/site.conf; }}"
    )
    (folder / "site.conf").write_text(text)
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    running = subprocess.Popen(command)
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", ports[1]), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield folder, *ports
    running.terminate()
    running.wait(10)


def answer(nginx, path: str, host: str = NAME) -> http.client.HTTPResponse:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    raw = socket.create_connection(("127.0.0.1", nginx[2]), 5)
    connection = http.client.HTTPConnection(host)
    connection.sock = trusting.wrap_socket(raw, server_hostname=host)
    connection.request("GET", path, headers={"Referer": f"https://{NAME}/remis/from-here/"})
    return connection.getresponse()


def test_nginx_logs_name_no_secret_and_no_typed_text(nginx):
    for path in [*SECRETS, *PLAIN]:
        assert answer(nginx, path).status == 502  # no site runs behind it
    time.sleep(0.1)
    logged = (nginx[0] / "commune.log").read_text() + (nginx[0] / "commune-error.log").read_text()
    # No mark is made of digits and a to f alone: a request's id could hold it by chance.
    marks = ("efgh", "wxyz", "code/4711", "hidden", "zdMN", "secret", "from-here")
    assert [mark for mark in marks if mark in logged] == []
    assert '"GET /actualites/"' in logged
    assert '"GET /remis/code/"' in logged


@pytest.mark.parametrize("path", SECRETS)
def test_nginx_and_site_mask_the_same_paths(nginx, path):
    assert mask_secrets(f"GET {path}") != f"GET {path}"


def test_nginx_and_site_mask_every_private_link(nginx):
    """A secret without a capital letter is rare, and is masked too."""
    marks = {"secret": "hidden4words_of-a-link", "token": "hidden4words_of-a-link", "code": "hidd-en4w-ords"}
    paths = private_paths(get_resolver(), "/", marks)
    assert len(paths) > 40
    assert [path for path in paths if "hidd" in mask_secrets(f"Not Found: {path}")] == []
    for path in paths:
        answer(nginx, path)
    time.sleep(0.1)
    assert "hidd" not in (nginx[0] / "commune.log").read_text()


def private_paths(resolver, before: str, marks: dict[str, str]) -> list[str]:
    """Return a path for each address that has a secret."""
    found = []
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            found += private_paths(one, route, marks)
        elif marks.keys() & one.pattern.converters.keys():
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda name: marks.get(name[1], "7"), route))
    return [path for path in found if "(" not in path and "hidd" in path]


def test_nginx_gives_each_request_a_number(nginx):
    answer(nginx, "/numero/")
    time.sleep(0.1)
    [line] = [line for line in (nginx[0] / "commune.log").read_text().splitlines() if "/numero/" in line]
    assert re.fullmatch(r"\S+ \[\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d\] .+ request=[0-9a-f]{32}", line)
    assert "proxy_set_header X-Request-ID $request_id;" in SITE.read_text()


def test_nginx_serves_published_pictures_and_no_documents(nginx):
    served = answer(nginx, "/media/images/a.txt")
    assert (served.status, served.read()) == (200, b"published")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert served.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in served.headers["Permissions-Policy"]
    assert answer(nginx, "/media/documents/a.txt").status == 404
    assert answer(nginx, "/media/images/../documents/a.txt").status == 404


def test_nginx_asks_the_site_for_pictures_of_an_object_storage(nginx):
    assert answer(nginx, "/media/images/elsewhere.jpg").status == 502  # no site runs behind it
    assert answer(nginx, "/media/original_images/elsewhere.jpg").status == 404


def test_nginx_leads_to_https(nginx):
    connection = http.client.HTTPConnection("127.0.0.1", nginx[1])
    connection.request("GET", "/demande/", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.headers["Location"]) == (301, f"https://{NAME}/demande/")


def test_nginx_refuses_other_names(nginx):
    with pytest.raises(ssl.SSLError):
        answer(nginx, "/", host="www.other.example")
